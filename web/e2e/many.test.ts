/** A folder of more pictures than the list loads at once: the picture on screen keeps its index. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const PICTURES = 240;
const here = stage([], ['rocket.jpg']);

beforeAll(async () => {
  for (let index = 1; index < PICTURES; index++)
    cpSync(join(here.photos, 'rocket.jpg'), join(here.photos, `series ${index}.jpg`));
  await here.server.scan();
});

/** Waits until the row that is marked as shown has this index in the list, and is in sight. */
async function shown(person: Person, index: number): Promise<string> {
  await person.page.waitForFunction((wanted) => {
    const marked = document.querySelector('[data-testid=picture-row][aria-current=true]');
    const slot = marked?.parentElement;
    const list = marked?.closest('.rows');
    if (!slot || !list) return false;
    const [box, frame] = [slot.getBoundingClientRect(), list.getBoundingClientRect()];
    const there = Math.round((box.top - frame.top + list.scrollTop) / box.height);
    return there === wanted && box.top >= frame.top && box.bottom <= frame.bottom;
  }, index);
  return person.page.locator('[data-testid=picture-row][aria-current=true] .file').innerText();
}

test('a search, clearing it and a reload keep the picture and its index', async () => {
  const person = await Person.visit(here.browser, here.server);
  const search = person.page.getByRole('searchbox');
  await search.fill('series 207');
  await person.open('series 207.jpg');
  await search.fill('');
  expect(await shown(person, 207)).toBe('series 207.jpg');
  await person.reload();
  expect(await shown(person, 207)).toBe('series 207.jpg');
  await person.page.getByRole('group', { name: 'Show' }).getByText('New').click();
  await person.settled();
  expect(await shown(person, 207)).toBe('series 207.jpg');
  // Done and next continues behind it, though most rows were never loaded.
  await person.press('Shift+D');
  await person.page.waitForFunction(() =>
    window.fcfi.state()?.picture.name.startsWith('series 208'),
  );
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
