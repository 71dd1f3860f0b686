import { expect, it } from 'vitest';
import { FakeServer } from '../testing/server';
import { PictureIndex } from './picture-index.svelte';

const names = Array.from({ length: 250 }, (_, index) => `${index}.jpg`);

it('loads each page once, and only those that are needed', async () => {
  const server = new FakeServer(...names);
  const index = new PictureIndex(server.api);
  await index.ask('', '');
  await Promise.all([index.load(90, 120), index.load(95, 105)]);
  expect((await index.at(249))?.name).toBe('249.jpg');
  expect(server.log).toEqual(['pictures 0', 'pictures 100', 'pictures 200']);
  expect([index.total, index.indexOf(101), index.indexOf(9999)]).toEqual([250, 100, null]);
});

it('counts the states along when a row changes', async () => {
  const server = new FakeServer('a.jpg', 'b.jpg');
  const index = new PictureIndex(server.api);
  await index.ask('', '');
  index.update({ ...index.row(0)!, state: 'done' });
  expect(index.counts).toMatchObject({ all: 2, new: 1, work: 0, done: 1, checked: 0 });
  expect(index.row(0)?.state).toBe('done');
});

it('ignores the answer to an earlier question', async () => {
  const server = new FakeServer('cat.jpg', 'dog.jpg');
  const index = new PictureIndex(server.api);
  const first = index.ask('', 'cat');
  const second = index.ask('', 'dog');
  await Promise.all([first, second]);
  expect([index.total, index.row(0)?.name]).toEqual([1, 'dog.jpg']);
});

it('asks again for a page that failed', async () => {
  const server = new FakeServer(...names);
  const index = new PictureIndex(server.api);
  await index.ask('', '');
  server.down = true;
  await expect(index.load(100, 101)).rejects.toThrow();
  server.down = false;
  expect((await index.at(100))?.name).toBe('100.jpg');
});
