import { describe, expect, it } from 'vitest';
import { capsule, larger, smaller, stroke } from './brush';
import { area } from './spans';
import { raster } from '../testing/rasters';

const SIZE = { width: 40, height: 30 };

function distance(
  x: number,
  y: number,
  a: { x: number; y: number },
  b: { x: number; y: number },
): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy);
}

describe('brush', () => {
  it('covers the pixels whose centres are within its radius of the way', () => {
    const ways = [
      [5.3, 7.1, 20.6, 15.9],
      [30, 25, 8, 3],
      [10, 10, 10, 10],
      [4, 12.5, 33, 12.5],
      [12.2, 2, 12.2, 28],
    ];
    for (const [x0, y0, x1, y1] of ways as [number, number, number, number][]) {
      const [a, b] = [
        { x: x0, y: y0 },
        { x: x1, y: y1 },
      ];
      const pixels = raster(capsule(a, b, 7, SIZE), 40, 30);
      pixels.forEach((on, i) => {
        const d = distance((i % 40) + 0.5, Math.floor(i / 40) + 0.5, a, b);
        if (Math.abs(d - 3.5) > 1e-6) expect([i, on]).toEqual([i, d < 3.5 ? 1 : 0]);
      });
    }
  });

  it('of one pixel paints the pixel under the pointer', () => {
    const dab = capsule({ x: 3.95, y: 4.9 }, { x: 3.95, y: 4.9 }, 1, SIZE);
    expect(area(dab)).toBe(1);
    expect(raster(dab, 40, 30)[4 * 40 + 3]).toBe(1);
  });

  it('stays in the picture', () => {
    expect(area(capsule({ x: -50, y: -50 }, { x: -50, y: -50 }, 10, SIZE))).toBe(0);
    expect(area(capsule({ x: -5, y: 10 }, { x: 90, y: 10 }, 200, SIZE))).toBe(40 * 30);
  });

  it('leaves no gap along a way of many points', () => {
    const points = [
      { x: 2, y: 15 },
      { x: 20, y: 15 },
      { x: 38, y: 15 },
    ];
    expect(raster(stroke(points, 3, SIZE), 40, 30).slice(15 * 40 + 1, 15 * 40 + 39)).toEqual(
      Array(38).fill(1),
    );
  });

  it('grows and shrinks by steps, to an end', () => {
    expect([larger(1), larger(10), larger(11), larger(400)]).toEqual([2, 14, 14, 400]);
    expect([smaller(14), smaller(11), smaller(1)]).toEqual([10, 10, 1]);
  });
});
