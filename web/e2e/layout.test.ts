/** Nothing moves, covers something else or is cut off, on the screens that people have. */

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup'], ['coffee.jpg', 'rocket.jpg']);

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
const overlap = (a: Box, b: Box) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

async function boxes(elements: Locator): Promise<Box[]> {
  const found = await Promise.all((await elements.all()).map((element) => element.boundingBox()));
  return found.filter((box) => box !== null);
}

test('choosing the brush moves no button', async () => {
  const person = await Person.visit(here.browser, here.server);
  const buttons = person.page.locator('header button');
  const before = await boxes(buttons);
  await person.press('b');
  await person.see('brush-size').waitFor();
  expect(await boxes(buttons)).toEqual(before);
  await person.leave();
});

test('counts of large projects are not cut off', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.page.route('**/api/pictures?*', async (route) => {
    const answer = await route.fetch();
    const list = (await answer.json()) as { counts: object };
    const counts = { all: 152_340, new: 100_000, work: 2_340, done: 50_000 };
    await route.fulfill({ response: answer, json: { ...list, counts } });
  });
  await person.reload();
  const filters = person.page.getByRole('group', { name: 'Show' }).locator('span');
  expect(await filters.allInnerTexts()).toContain('152K');
  for (const part of await filters.all()) {
    const cut = await part.evaluate((element) => element.scrollWidth > element.clientWidth + 1);
    expect(cut, await part.innerText()).toBe(false);
  }
  await person.leave();
});

test('files of the same name are distinguished by their folders', async () => {
  mkdirSync(join(here.photos, 'kitchen'));
  cpSync(join(here.photos, 'coffee.jpg'), join(here.photos, 'kitchen', 'coffee.jpg'));
  const person = await Person.visit(here.browser, here.server);
  await person.page.getByTitle('Look for new pictures in the folder').click();
  const row = person.see('picture-row').filter({ hasText: 'kitchen/' });
  await row.waitFor();
  expect(await row.innerText()).toContain('coffee.jpg');
  await person.leave();
});

test('hints and notices cover neither the picture nor each other', async () => {
  const person = await Person.visit(here.browser, here.server, {
    viewport: { width: 1440, height: 800 },
  });
  await person.open('rocket.jpg');
  const canvas = (await person.see('stage').boundingBox())!;
  expect(overlap((await person.see('tour').boundingBox())!, canvas)).toBe(false);
  await person.see('tour-skip').click();
  expect(overlap((await person.see('hint').boundingBox())!, canvas)).toBe(false);
  await person.press('Control+s', 'Control+z');
  const notes = await boxes(person.page.locator('.note'));
  expect(notes).toHaveLength(2);
  for (const note of notes) expect(overlap(note, canvas)).toBe(false);
  expect(overlap(notes[0]!, notes[1]!)).toBe(false);
  expect(await person.page.locator('.note.error').count()).toBe(0);
  await person.leave();
});

test.each([
  [360, 740],
  [390, 844],
  [768, 1024],
  [1024, 768],
])('on a screen of %i x %i every button is there, apart from the others', async (width, height) => {
  const person = await Person.visit(here.browser, here.server, {
    viewport: { width, height },
    hasTouch: true,
  });
  const buttons = person.page.locator('header button:visible, footer button:visible');
  const found = await boxes(buttons);
  expect(found.length).toBeGreaterThan(20);
  found.forEach((box, index) => {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width);
    for (const other of found.slice(index + 1)) expect(overlap(box, other)).toBe(false);
  });
  expect((await person.see('stage').boundingBox())!.height).toBeGreaterThan(height / 2);
  const scrolls = await person.page.evaluate(
    () => document.scrollingElement!.scrollWidth > innerWidth,
  );
  expect(scrolls).toBe(false);
  if (width <= 1000) {
    await person.page.getByTitle('Objects and labels').click();
    expect(await person.see('label-chip').first().isVisible()).toBe(true);
  }
  await person.leave();
});
