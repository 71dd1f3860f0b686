import { expect, it } from 'vitest';
import { FakePlatform } from '../testing/platform';
import { Notes } from './notes.svelte';

const texts = (notes: Notes) => notes.shown.map((note) => note.text);

it('shows the last four notices, each text once, and announces the newest', () => {
  const notes = new Notes(new FakePlatform());
  for (const text of ['a', 'b', 'c', 'd', 'b', 'e']) notes.add(text, 'info');
  expect(texts(notes)).toEqual(['c', 'd', 'b', 'e']);
  expect(notes.announced).toBe('e');
});

it('begins sentences with a capital letter, but not names of files', () => {
  const notes = new Notes(new FakePlatform());
  for (const text of ['object 3 was deleted', 'cup.jpg: gone', 'All saved.'])
    notes.add(text, 'info');
  expect(texts(notes)).toEqual(['Object 3 was deleted', 'cup.jpg: gone', 'All saved.']);
});

it('lets a notice go after its time, warnings last', () => {
  const platform = new FakePlatform();
  const notes = new Notes(platform);
  notes.add('info', 'info');
  notes.error(new Error('failed'));
  notes.add('warning', 'warning');
  platform.pass(5000);
  expect(texts(notes)).toEqual(['failed', 'warning']);
  platform.pass(7000);
  expect(texts(notes)).toEqual(['warning']);
  notes.dismiss(notes.shown[0]!.key);
  expect(texts(notes)).toEqual([]);
});
