import { expect, it } from 'vitest';
import { outlinePath } from './film';
import { fromRuns } from './spans';

it('draws each ring of a mask, in pixels of the picture', () => {
  const square = fromRuns({ left: 2, top: 1, width: 3, height: 2, runs: [0, 6] });
  expect(outlinePath(square, { width: 20, height: 10 })).toBe('M2 1L5 1L5 3L2 3Z');
  const ring = fromRuns({ left: 0, top: 0, width: 3, height: 3, runs: [0, 4, 1, 4] });
  expect(outlinePath(ring, { width: 20, height: 10 }).match(/M/g)).toHaveLength(2);
});

it('is coarse for a large picture', () => {
  const large = fromRuns({ left: 1000, top: 1000, width: 3, height: 2, runs: [0, 6] });
  expect(outlinePath(large, { width: 40_000, height: 30_000 })).toBe('');
  const size = 1600;
  const whole = fromRuns({ left: 0, top: 0, width: size, height: size, runs: [0, size * size] });
  expect(outlinePath(whole, { width: 9600, height: 6400 })).toMatch(/^M0 0L\d+ 0L/);
});
