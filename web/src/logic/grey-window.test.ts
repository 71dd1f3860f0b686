import { expect, it } from 'vitest';
import { moved, sameWindow, stepOf, wellFormedWindow, windowText } from './grey-window';

const range = { low: 0, high: 4095, black: 0, white: 4095, whole: true };

it('is two finite numbers, the lower one first', () => {
  expect(wellFormedWindow({ low: -1, high: 2.5, more: 1 })).toEqual({ low: -1, high: 2.5 });
  const wrong = [null, undefined, 3, 'a', {}, { low: 1 }, { low: 2, high: 2 }, { low: 3, high: 2 }];
  for (const value of [...wrong, { low: '1', high: 2 }, { low: NaN, high: 2 }])
    expect(wellFormedWindow(value)).toBeNull();
  expect(windowText({ low: -0.5, high: 1200 })).toBe('-0.5,1200');
  expect(sameWindow(null, null)).toBe(true);
  expect(sameWindow({ low: 1, high: 2 }, { low: 1, high: 2 })).toBe(true);
  expect(sameWindow({ low: 1, high: 2 }, { low: 1, high: 3 })).toBe(false);
  expect(sameWindow({ low: 1, high: 2 }, null)).toBe(false);
});

it('moves by whole numbers where the picture has them, and its ends do not cross', () => {
  expect(stepOf(range)).toBe(1);
  expect(stepOf({ ...range, low: 0, high: 2, whole: false })).toBe(0.002);
  expect(stepOf({ ...range, low: 2, high: 2, whole: false })).toBe(1);
  const window = { low: 100, high: 200 };
  expect(moved(window, 'low', 150, 1)).toEqual({ low: 150, high: 200 });
  expect(moved(window, 'low', 250, 1)).toEqual({ low: 199, high: 200 });
  expect(moved(window, 'high', 120, 1)).toEqual({ low: 100, high: 120 });
  expect(moved(window, 'high', 0, 1)).toEqual({ low: 100, high: 101 });
});
