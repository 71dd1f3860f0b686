import { expect, it } from 'vitest';
import { filterOf, PLAIN } from './look';

it('a plain look needs no filter', () => {
  expect(filterOf(PLAIN)).toBe('');
});

it('gamma comes first, then brightness, contrast and grey', () => {
  const look = { brightness: 1.5, contrast: 0.8, gamma: 2, grey: true };
  expect(filterOf(look)).toBe('url(#picture-gamma) brightness(1.5) contrast(0.8) grayscale(1)');
  expect(filterOf({ ...PLAIN, grey: true })).toBe('grayscale(1)');
});
