import { expect, it } from 'vitest';
import { GreyRange } from './grey-range.svelte';

const range = { low: 0, high: 4095, black: 0, white: 4095, whole: true };

it('is that of the picture that was asked for last', async () => {
  const answers = new Map<number, (found: { range: typeof range | null }) => void>();
  const asked: number[] = [];
  const ranges = new GreyRange({
    valueRange: (id) => {
      asked.push(id);
      return new Promise((resolve) => answers.set(id, resolve));
    },
  });
  const first = ranges.load(1, 'a');
  const second = ranges.load(2, 'a');
  void ranges.load(2, 'a');
  answers.get(2)!({ range });
  answers.get(1)!({ range: { ...range, low: 7 } });
  await Promise.all([first, second]);
  expect([asked, ranges.now]).toEqual([[1, 2], range]);

  const replaced = ranges.load(2, 'b');
  expect(ranges.now).toBeNull();
  answers.get(2)!({ range: null });
  await replaced;
  expect([asked.length, ranges.now]).toEqual([3, null]);
});

it('is asked for again after an error', async () => {
  let calls = 0;
  const ranges = new GreyRange({
    valueRange: async () => {
      if (++calls === 1) throw new Error('gone');
      return { range };
    },
  });
  await ranges.load(1, 'a');
  expect(ranges.now).toBeNull();
  await ranges.load(1, 'a');
  expect(ranges.now).toEqual(range);
});
