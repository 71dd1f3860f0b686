import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { settled } from '../testing/platform';
import { TileCache } from './tile-cache';

const V1 = { id: 3, modified: 'v1', window: null };
const tile = (column: number) => ({ level: 0, column, row: 0 });
let asked: string[] = [];
let status = 200;
const bitmap = { width: 512, height: 512, close() {} };

beforeEach(() => {
  asked = [];
  status = 200;
  vi.useFakeTimers();
  vi.stubGlobal('fetch', async (url: string, { signal }: { signal: AbortSignal }) => {
    asked.push(url);
    await Promise.resolve();
    signal.throwIfAborted();
    return { ok: status === 200, status, blob: async () => null };
  });
  vi.stubGlobal('createImageBitmap', async () => bitmap);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('loads each tile once and reports that it arrived', async () => {
  const changed = vi.fn();
  const cache = new TileCache(changed, () => {});
  cache.request(V1, [tile(0), tile(1)]);
  cache.request(V1, [tile(0), tile(1)]);
  await settled();
  expect(asked).toEqual(['/api/pictures/3/tiles/0/0/0?v=v1', '/api/pictures/3/tiles/0/1/0?v=v1']);
  expect(changed).toHaveBeenCalledTimes(2);
  expect(cache.get(V1, tile(1))).toBe(bitmap);
  expect(cache.get({ ...V1, modified: 'v2' }, tile(1))).toBeUndefined();
});

it('gives up tiles that are not needed any more', async () => {
  const cache = new TileCache(
    () => {},
    () => {},
  );
  cache.request(V1, [tile(0)]);
  cache.request(V1, [tile(9)]);
  await settled();
  expect(cache.get(V1, tile(0))).toBeUndefined();
  expect(cache.get(V1, tile(9))).toBe(bitmap);
});

it('reports a refusal, and asks again after a pause', async () => {
  const refused = vi.fn();
  const cache = new TileCache(() => {}, refused);
  status = 404;
  cache.request(V1, [tile(0)]);
  await settled();
  expect(refused).toHaveBeenCalledTimes(1);
  status = 200;
  await vi.advanceTimersByTimeAsync(3200);
  await settled();
  expect(asked).toHaveLength(2);
  expect(cache.get(V1, tile(0))).toBe(bitmap);
});

it('shows a tile of the window before until the one of this window is there', async () => {
  const cache = new TileCache(
    () => {},
    () => {},
  );
  const [plain, windowed] = [{ ...bitmap }, { ...bitmap }];
  vi.stubGlobal('createImageBitmap', async () => (asked.length === 1 ? plain : windowed));
  cache.request(V1, [tile(0)]);
  await settled();
  const narrow = { ...V1, window: { low: 10, high: 20.5 } };
  expect(cache.get(narrow, tile(0))).toBe(plain);
  expect(cache.get({ ...narrow, id: 4 }, tile(0))).toBeUndefined();
  cache.request(narrow, [tile(0)]);
  await settled();
  expect(asked[1]).toBe('/api/pictures/3/tiles/0/0/0?v=v1&window=10%2C20.5');
  expect(cache.get(narrow, tile(0))).toBe(windowed);
  expect(cache.get(V1, tile(0))).toBe(plain);
});

it('forgets the tiles that were not used for longest when memory is full', async () => {
  const cache = new TileCache(
    () => {},
    () => {},
  );
  // 1 MiB each: 256 fit.
  for (let column = 0; column < 260; column += 5) {
    cache.request(
      V1,
      [0, 1, 2, 3, 4].map((more) => tile(column + more)),
    );
    await settled();
    cache.get(V1, tile(0));
  }
  expect(cache.get(V1, tile(0))).toBe(bitmap);
  expect(cache.get(V1, tile(1))).toBeUndefined();
  expect(cache.get(V1, tile(259))).toBe(bitmap);
});
