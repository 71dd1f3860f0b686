import { afterEach, expect, it, vi } from 'vitest';
import { act, address, Conflict, editLabel, pictures, Refused, Unreachable } from './client';

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async () => new Response(JSON.stringify(body), { status, headers }));
  vi.stubGlobal('fetch', fetch);
  return fetch as unknown as { mock: { calls: [string, RequestInit][] } };
}
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
const request = { version: 1, action: { type: 'undo' as const }, author: '' };

it('fills in addresses and leaves out empty questions', () => {
  expect(
    address('/a/{id}/b', { path: { id: 'x/y' }, query: { q: undefined, n: 0, e: '', s: 'ü' } }),
  ).toBe('/a/x%2Fy/b?n=0&e=&s=%C3%BC');
});

it('sends JSON and returns the answer', async () => {
  const fetch = answering(200, { labels: [] });
  expect(await editLabel(4, { name: 'cat' })).toEqual({ labels: [] });
  const [url, init] = fetch.mock.calls[0]!;
  expect([url, init.method, init.body]).toEqual(['/api/labels/4', 'PATCH', '{"name":"cat"}']);
  await pictures({ offset: 100, search: 'a b' });
  expect(fetch.mock.calls[1]![0]).toBe('/api/pictures?offset=100&search=a+b');
});

it('throws what the server refused, with the wait that it asks for', async () => {
  answering(503, { error: 'busy' }, { 'Retry-After': '2' });
  const error = (await failure(pictures({}))) as Refused;
  expect([error.status, error.message, error.retryAfter]).toEqual([503, 'busy', 2]);
  answering(500, null);
  expect(String(await failure(pictures({})))).toMatch(/status 500/);
});

it('throws a conflict with the newest state', async () => {
  answering(409, { error: 'changed', changes: [], state: { picture: { version: 3 } } });
  const error = (await failure(act(1, request))) as Conflict;
  expect(error).toBeInstanceOf(Conflict);
  expect(error.state.picture.version).toBe(3);
});

it('throws when no answer arrives', async () => {
  vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')));
  expect(await failure(pictures({}))).toBeInstanceOf(Unreachable);
});
