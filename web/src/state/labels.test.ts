import { expect, it } from 'vitest';
import { FakePlatform } from '../testing/platform';
import { FakeServer } from '../testing/server';
import { Labels } from './labels.svelte';
import { Notes } from './notes.svelte';

const label = (id: number, name: string) => ({
  id,
  name,
  colour: '#000000',
  index: id,
  attributes: [],
  number: null,
  supercategory: '',
});

function labels(...names: string[]) {
  const server = new FakeServer();
  server.labels = names.map((name, index) => label(index + 1, name));
  const notes = new Notes(new FakePlatform());
  let merges = 0;
  const made = new Labels(server.api, notes, async () => void merges++);
  made.load(server.labels);
  return { server, notes, labels: made, merges: () => merges };
}

it('arms the first label, and another one when the armed label is removed', async () => {
  const { labels: made } = labels('cat', 'dog');
  expect(made.armed).toBe(1);
  await made.remove(1);
  expect([made.armed, made.nameOf({ id: 4, label: 2 })]).toEqual([2, 'dog']);
});

it('keeps the choice of no label when the list changes', async () => {
  const { labels: made } = labels('cat', 'dog');
  made.armed = null;
  await made.edit(2, { name: 'wolf' });
  expect([made.armed, made.find(2)?.name]).toEqual([null, 'wolf']);
});

it('returns the label that it added, with a colour that no other has', async () => {
  const { labels: made, server } = labels();
  const added = await made.add('cat');
  expect(added?.name).toBe('cat');
  expect([made.armed, server.labels.length]).toEqual([1, 1]);
});

it('reports a merge, and an error in a notice', async () => {
  const { labels: made, server, notes, merges } = labels('cat', 'dog');
  await made.merge(1, 2);
  expect([merges(), made.all.length]).toEqual([1, 1]);
  server.down = true;
  await made.remove(2);
  expect(notes.shown[0]?.kind).toBe('error');
  expect(made.all).toHaveLength(1);
});

it('names objects without a label by their number', () => {
  const { labels: made } = labels();
  expect(made.nameOf({ id: 3, label: null })).toBe('Object 3');
  expect(made.nameOf({ id: -1, label: null })).toBe('New object');
});

it('has those with a key, the last used and the current label at hand', () => {
  const many = Array.from({ length: 80 }, (_, index) => `class ${index}`);
  const { labels: made } = labels(...many);
  made.noteUse(50);
  made.noteUse(3);
  const ids = made.atHand(70).map((found) => found.id);
  expect(ids).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 50, 70]);
  expect(labels('cat', 'dog').labels.atHand(null)).toHaveLength(2);
});

it('counts the objects of each label, and keeps the last count without a server', async () => {
  const { server, labels: made } = labels('cat');
  server.labelCounts = { 1: 7 };
  await made.count();
  server.down = true;
  await made.count();
  expect(made.counts).toEqual({ 1: 7 });
});
