import { describe, expect, it } from 'vitest';
import { contour, stepFor } from './contour';
import { fromRaster, filled, random, raster } from '../testing/rasters';
import { fromRuns, type Spans } from './spans';

const WHOLE = { left: 0, top: 0, right: 100, bottom: 100 };

describe('contour', () => {
  it('of a rectangle has four corners', () => {
    const mask = fromRaster([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0], 4, 3);
    const [ring, ...rest] = contour(mask, WHOLE);
    expect(rest).toEqual([]);
    expect(ring).toHaveLength(8);
    expect(Math.min(...ring!)).toBe(1);
    expect(Math.max(...ring!)).toBe(3);
  });

  it('filled by the even-odd rule is the mask, holes and touching corners included', () => {
    for (let seed = 0; seed < 60; seed++) {
      const mask = random(seed, 14, 10);
      expect(filled(contour(mask, WHOLE), 14, 10)).toEqual(raster(mask, 14, 10));
    }
  });

  it('runs along the edges of pixels only', () => {
    for (const ring of contour(random(5, 14, 10), WHOLE))
      for (let i = 0; i < ring.length; i += 2) {
        const steps = [
          ring[i]! - ring[(i + 2) % ring.length]!,
          ring[i + 1]! - ring[(i + 3) % ring.length]!,
        ];
        expect(steps.filter((step) => step !== 0)).toHaveLength(1);
      }
  });

  it('of a part is the mask cut to that part', () => {
    const mask = random(11, 14, 10);
    const part = { left: 3, top: 2, right: 9, bottom: 7 };
    const cut = raster(mask, 14, 10).map((on, i) => {
      const [x, y] = [i % 14, Math.floor(i / 14)];
      return x >= 3 && x < 9 && y >= 2 && y < 7 ? on : 0;
    });
    expect(filled(contour(mask, part), 14, 10)).toEqual(cut);
  });

  it('with steps keeps large shapes and has few corners', () => {
    const disc = fromRaster(
      Array.from({ length: 80 * 80 }, (_, i) =>
        Math.hypot((i % 80) - 40, Math.floor(i / 80) - 40) < 30 ? 1 : 0,
      ),
      80,
      80,
    );
    const [exact, coarse] = [contour(disc, WHOLE), contour(disc, WHOLE, 4)];
    expect(coarse).toHaveLength(1);
    expect(coarse[0]!.length).toBeLessThan(exact[0]!.length / 2);
    const difference = filled(coarse, 80, 80).filter(
      (on, i) => on !== raster(disc, 80, 80)[i],
    ).length;
    expect(difference).toBeLessThan(0.12 * Math.PI * 30 * 30);
  });

  it('looks at every pixel from about 100 % on', () => {
    expect([2, 1, 0.8, 0.5, 0.3, 0.1].map(stepFor)).toEqual([1, 1, 1, 2, 2, 8]);
  });
});

/** A disc with a rough edge on a picture of 100 megapixels, as runs. */
function rough(side: number): {
  left: number;
  top: number;
  width: number;
  height: number;
  runs: number[];
} {
  const runs: number[] = [];
  let done = 0;
  for (let y = 0; y < side; y++) {
    const half =
      Math.sqrt(Math.max(0, (side / 2) ** 2 - (y + 0.5 - side / 2) ** 2)) -
      40 * Math.abs(Math.sin(y / 9));
    if (half < 1) continue;
    const [from, to] = [
      Math.round(side / 2 - half) + y * side,
      Math.round(side / 2 + half) + y * side,
    ];
    runs.push(from - done, to - from);
    done = to;
  }
  return { left: 0, top: 0, width: side, height: side, runs };
}

describe('masks of 100 megapixels', () => {
  it('are outlined with work that grows with their rows, not their pixels', () => {
    const side = 10_000;
    const spans: Spans = fromRuns(rough(side));
    const whole = { left: 0, top: 0, right: side, bottom: side };
    const corners = (rings: Float64Array[]) =>
      rings.reduce((sum, ring) => sum + ring.length / 2, 0);
    expect(corners(contour(spans, whole))).toBeLessThan(5 * side);
    expect(corners(contour(spans, whole, stepFor(0.07)))).toBeLessThan((5 * side) / 8);
  });
});
