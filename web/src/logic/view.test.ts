import { describe, expect, it } from 'vitest';
import {
  fit,
  keepInSight,
  MAX_SCALE,
  pinch,
  pixelAt,
  toPicture,
  toScreen,
  visible,
  zoomAt,
} from './view';

const PICTURE = { width: 600, height: 400 };
const BOX = { width: 900, height: 500 };

describe('view', () => {
  it('fits the whole picture, centred', () => {
    const view = fit(PICTURE, BOX);
    const [from, to] = [toScreen(view, { x: 0, y: 0 }), toScreen(view, { x: 600, y: 400 })];
    expect(from.x).toBeGreaterThanOrEqual(0);
    expect(to.y).toBeLessThanOrEqual(500);
    expect(Math.abs(from.x - (900 - to.x))).toBeLessThanOrEqual(1);
  });

  it('zooms at the pointer: the point under it stays', () => {
    const at = { x: 333, y: 222 };
    const view = fit(PICTURE, BOX);
    const zoomed = zoomAt(view, at, 2.5, PICTURE, BOX);
    expect(zoomed.scale).toBeCloseTo(view.scale * 2.5);
    expect(toPicture(zoomed, at).x).toBeCloseTo(toPicture(view, at).x);
    expect(toPicture(zoomed, at).y).toBeCloseTo(toPicture(view, at).y);
  });

  it('zooms within limits', () => {
    const view = fit(PICTURE, BOX);
    expect(zoomAt(view, { x: 0, y: 0 }, 1e6, PICTURE, BOX).scale).toBe(MAX_SCALE);
    expect(zoomAt(view, { x: 0, y: 0 }, 1e-6, PICTURE, BOX).scale).toBeCloseTo(view.scale / 2);
  });

  it('never loses the picture', () => {
    for (const [x, y] of [
      [1e5, -1e5],
      [-1e5, 1e5],
    ] as const) {
      const part = visible(keepInSight({ scale: 2, x, y }, PICTURE, BOX), PICTURE, BOX);
      expect(part.right).toBeGreaterThan(part.left);
      expect(part.bottom).toBeGreaterThan(part.top);
    }
  });

  it('knows the pixel under a point, and no pixel outside', () => {
    const view = { scale: 10, x: 5, y: 5 };
    expect(pixelAt(view, { x: 5, y: 5 }, PICTURE)).toEqual({ x: 0, y: 0 });
    expect(pixelAt(view, { x: 24.9, y: 15 }, PICTURE)).toEqual({ x: 1, y: 1 });
    expect(pixelAt(view, { x: 4.9, y: 15 }, PICTURE)).toBeNull();
    expect(pixelAt(view, { x: 6005, y: 15 }, PICTURE)).toBeNull();
  });

  it('follows two fingers', () => {
    const view = { scale: 1, x: 0, y: 0 };
    const before: [{ x: number; y: number }, { x: number; y: number }] = [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ];
    const after: typeof before = [
      { x: 100, y: 150 },
      { x: 300, y: 150 },
    ];
    const moved = pinch(view, before, after, PICTURE, BOX);
    expect(moved.scale).toBeCloseTo(2);
    expect(toScreen(moved, { x: 100, y: 100 })).toEqual({ x: 100, y: 150 });
  });
});
