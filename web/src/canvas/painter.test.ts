import { expect, it } from 'vitest';
import { paintMarker, paintPicture, tilesFor, type Context } from './painter';

/** A canvas context that notes what is done with it. */
function recorder() {
  const log: [string, ...unknown[]][] = [];
  const context = new Proxy(
    {},
    {
      get:
        (_, name: string) =>
        (...values: unknown[]) =>
          void log.push([name, ...values]),
      set: (_, name: string, value) => (log.push([`${name} =`, value]), true),
    },
  ) as Context;
  const named = (name: string) => log.filter(([what]) => what === name);
  return { context, named };
}

const PICTURE = { width: 2048, height: 1024 };
const BOX = { width: 512, height: 256 };

it('needs the coarse tile that shows everything, then those in sight', () => {
  expect(tilesFor({ scale: 1, x: 0, y: 0 }, PICTURE, BOX, 1)).toEqual([
    { level: 2, column: 0, row: 0 },
    { level: 0, column: 0, row: 0 },
  ]);
  expect(tilesFor({ scale: 0.25, x: 0, y: 0 }, PICTURE, BOX, 1)).toHaveLength(1);
});

it('paints fine tiles over coarse ones, and the small copy while nothing is loaded', () => {
  const painted = (loaded: number[]) => {
    const { context, named } = recorder();
    const get = (tile: { level: number }) =>
      loaded.includes(tile.level) ? (`level ${tile.level}` as unknown as ImageBitmap) : undefined;
    const small = () => 'small' as unknown as ImageBitmap;
    paintPicture(context, { scale: 1, x: 0, y: 0 }, PICTURE, BOX, 1, get, small);
    return named('drawImage').map(([, image]) => image);
  };
  expect(painted([])).toEqual(['small']);
  expect(painted([2])).toEqual(['level 2']);
  expect(painted([2, 0])).toEqual(['level 0']);
});

it('paints positive markers round and negative ones square, pending ones with a ring', () => {
  const view = { scale: 2, x: 10, y: 10 };
  const marker = (positive: boolean, pending: boolean) => {
    const { context, named } = recorder();
    paintMarker(context, view, { x: 4, y: 4, positive, round: 0, index: 0, pending }, 8, 'plain');
    expect(named('translate')[0]).toEqual(['translate', 19, 19]);
    return [named('arc').length, named('roundRect').length];
  };
  expect(marker(true, false)).toEqual([1, 0]);
  expect(marker(false, false)).toEqual([0, 1]);
  expect(marker(true, true)).toEqual([2, 0]);
});
