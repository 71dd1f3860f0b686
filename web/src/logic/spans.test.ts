import { describe, expect, it } from 'vitest';
import { area, bounds, contains, fromRuns, subtract, toRuns, union, type Spans } from './spans';
import { paint, random, raster } from '../testing/rasters';

describe('spans', () => {
  it('read runs that go over the ends of rows', () => {
    const mask = fromRuns({ left: 10, top: 5, width: 3, height: 3, runs: [1, 4, 2, 2] });
    expect(raster(mask, 20, 10)).toEqual(
      paint(20, 10, [
        [11, 5],
        [12, 5],
        [10, 6],
        [11, 6],
        [11, 7],
        [12, 7],
      ]),
    );
  });

  it('come back from runs as they were', () => {
    for (let seed = 0; seed < 40; seed++) {
      const mask = random(seed, 17, 13);
      const runs = toRuns(mask);
      if (runs) expect(raster(fromRuns(runs), 17, 13)).toEqual(raster(mask, 17, 13));
      else expect(area(mask)).toBe(0);
    }
  });

  it('are written as lossless runs over the tight box, background first', () => {
    const mask: Spans = {
      top: 2,
      rows: Int32Array.from([0, 0, 2, 2, 4]),
      xs: Int32Array.from([4, 7, 4, 5]),
    };
    expect(toRuns(mask)).toEqual({ left: 4, top: 3, width: 3, height: 3, runs: [0, 3, 3, 1, 2] });
  });

  it('unite and subtract as pixels do', () => {
    for (let seed = 0; seed < 40; seed++) {
      const [a, b] = [random(seed, 15, 11), random(seed + 1000, 15, 11)];
      const [x, y] = [raster(a, 15, 11), raster(b, 15, 11)];
      expect(raster(union(a, b), 15, 11)).toEqual(x.map((on, i) => on | y[i]!));
      expect(raster(subtract(a, b), 15, 11)).toEqual(x.map((on, i) => on & (1 - y[i]!)));
    }
  });

  it('know their pixels', () => {
    const mask = random(7, 12, 9);
    const pixels = raster(mask, 12, 9);
    for (let y = -1; y < 10; y++)
      for (let x = -1; x < 13; x++) {
        const inside = x >= 0 && y >= 0 && x < 12 && y < 9 && pixels[y * 12 + x] === 1;
        expect(contains(mask, x, y)).toBe(inside);
      }
    expect(area(mask)).toBe(pixels.reduce((sum, pixel) => sum + pixel, 0));
  });

  it('have no box when empty', () => {
    const mask = random(3, 8, 8);
    expect(bounds(subtract(mask, mask))).toBeNull();
    expect(toRuns(subtract(mask, mask))).toBeNull();
  });
});
