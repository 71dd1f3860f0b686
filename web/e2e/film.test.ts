/** Objects are carried through a series, and checked in a film strip: by hand, by keys, by axe. */

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { PictureState } from '../src/api/types';
import { found } from './support/axe';
import { iou, maskOf, type Pixels } from './support/masks';
import { EXAMPLES, tool } from './support/paths';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup'], ['coffee.jpg']);
let truths: Pixels[];

beforeAll(async () => {
  const files = ['images/coffee.jpg', 'masks/coffee.png', 'images/rocket.jpg'];
  const made = tool<{ width: number; height: number; values: string }[]>(
    'film',
    ...files.map((name) => join(EXAMPLES, name)),
    here.photos,
  );
  truths = made.map((truth) => ({
    ...truth,
    values: new Uint8Array(Buffer.from(truth.values, 'base64')),
  }));
  await here.server.scan();
});

/** What the project has of the pictures of the film, from the server. */
async function saved(person: Person): Promise<PictureState[]> {
  return person.page.evaluate(async () => {
    const list = await (await fetch('/api/pictures?search=film')).json();
    const states = list.items.map(async ({ id }: { id: number }) =>
      (await fetch(`/api/pictures/${id}`)).json(),
    );
    return Promise.all(states);
  });
}

const objectsOf = async (person: Person) =>
  (await saved(person)).map(({ document }) => document.objects.length);

test('an object is carried until it is gone; frames are opened and rejected by keys', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('film 1.png');
  await person.press('w');
  await person.page.locator('.note').filter({ hasText: 'no object to carry' }).waitFor();
  await person.press('1');
  await person.click(294, 158);
  await person.see('carry').click();
  await person.see('film-frame').first().waitFor();
  await person.see('film-reasons').filter({ hasText: 'film 5.png' }).waitFor();
  expect(await person.see('film-reasons').innerText()).toBe(
    'cup stopped before film 5.png: it is not found there.',
  );
  expect(await person.see('film-open').allInnerTexts()).toEqual([
    'film 2.png',
    'film 3.png',
    'film 4.png',
  ]);
  expect(await person.page.locator('.announcer, [aria-live]').allInnerTexts()).toEqual(
    expect.arrayContaining([expect.stringContaining('Carried to 3 pictures')]),
  );
  expect(await objectsOf(person)).toEqual([1, 1, 1, 1, 0, 0, 0]);
  const states = await saved(person);
  for (const [index, state] of states.slice(0, 4).entries()) {
    const [object] = state.document.objects;
    expect(iou(maskOf(state, object!.id), truths[index]!)).toBeGreaterThan(0.75);
    expect([object!.label, object!.clicks.length]).toEqual([1, 1]);
  }

  // Each frame shows the picture with the outline of what was carried.
  await expect.poll(() => person.see('film-outline').count()).toBe(3);
  expect(await found(person)).toEqual([]);

  // By keys: from frame to frame, open one, reject another.
  await person.see('film-open').first().focus();
  await person.press('ArrowRight');
  expect(await person.page.evaluate(() => document.activeElement?.textContent?.trim())).toBe(
    'film 3.png',
  );
  await person.press('Enter');
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'film 3.png');
  await person.settled();
  expect(await person.see('film-open').nth(1).getAttribute('aria-current')).toBe('true');
  await person.press('ArrowRight', 'Delete');
  await person.see('film-frame').nth(2).getByText('Rejected').waitFor();
  await person.settled();
  expect(await objectsOf(person)).toEqual([1, 1, 1, 0, 0, 0, 0]);
  expect(await person.see('film-open').nth(2).getAttribute('aria-label')).toBe(
    'film 4.png, rejected',
  );
  expect(await found(person)).toEqual([]);

  // By hand; undo on the picture takes the rejection back, and the frame follows.
  await person.see('film-reject').first().click();
  await person.see('film-frame').first().getByText('Rejected').waitFor();
  expect(await objectsOf(person)).toEqual([1, 0, 1, 0, 0, 0, 0]);
  await person.see('film-open').first().click();
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'film 2.png');
  await person.press('Control+z');
  await person.settled();
  expect(await person.see('film-frame').first().getByText('Rejected').count()).toBe(0);
  expect(await objectsOf(person)).toEqual([1, 1, 1, 0, 0, 0, 0]);
  await person.see('film-close').click();
  expect(await person.see('film-strip').count()).toBe(0);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('a picture of another size ends the series with a sentence', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('film 6.png');
  await person.press('b');
  await person.drag([60, 60], [100, 60], [100, 100]);
  await person.press('Escape', 'w');
  await person.page
    .locator('.note.error')
    .filter({ hasText: 'got 90 x 70 in film 7.png' })
    .waitFor();
  expect((await objectsOf(person)).slice(5)).toEqual([1, 0]);
  expect(await person.see('film-strip').count()).toBe(0);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
