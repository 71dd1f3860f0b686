/** Many pictures like one another: done and next, objects copied, objects merged, work of another
 * network.
 */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Person } from './support/person';
import { tool } from './support/paths';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup'], ['coffee.jpg', 'rocket.jpg']);

beforeAll(async () => {
  cpSync(join(here.photos, 'coffee.jpg'), join(here.photos, 'coffee2.jpg'));
  await here.server.scan();
});

const goes = (person: Person, wanted: string) =>
  person.page.waitForFunction((name) => window.fcfi.state()?.picture.name === name, wanted);
const noted = (person: Person, text: string) =>
  person.page.locator('.note').filter({ hasText: text }).waitFor();

test('objects go to the next picture, are corrected there, and can be taken back', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.press('Control+b');
  await noted(person, 'no object to copy');
  await person.tap(290, 130);
  await person.press('Control+b'); // the answer is not there yet: nothing is lost
  await goes(person, 'coffee2.jpg');
  await person.settled();
  await noted(person, '1 object copied');
  const [copy, ...more] = await person.objects();
  expect(more).toEqual([]);
  expect([copy!.start, copy!.clicks.length, copy!.label]).toEqual([true, 0, 1]);
  expect(await person.likeness('coffee', copy!.id)).toBeGreaterThan(0.5);

  await person.see('object-row').getByRole('button').first().click();
  await person.click(376, 287, { button: 'right' });
  expect((await person.objects())[0]!.clicks).toHaveLength(1);
  await person.press('Control+z', 'Control+z');
  await person.settled();
  expect(await person.objects()).toEqual([]);
  await person.press('Control+y');
  await person.settled();
  expect(await person.objects()).toEqual([copy]);

  // The next one has another size: said, and nothing happens.
  await person.press('Control+b');
  await goes(person, 'rocket.jpg');
  await noted(person, 'of the same size');
  expect(await person.objects()).toEqual([]);
  expect(person.watch.unexpected(/status of 400/)).toEqual([]);
  await person.leave();
});

test('two objects become one, as one step', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('rocket.jpg');
  await person.click(322, 250);
  await person.press('Escape');
  await person.press('b');
  await person.drag([60, 60], [100, 60], [100, 100]);
  const before = await person.state();
  const [rocket, drawn] = before.document.objects;

  const place = await person.at(60, 60);
  await person.press('Escape', 'Escape', 'j');
  await noted(person, 'Open an object first');
  await person.see('object-row').filter({ hasText: 'click' }).getByRole('button').first().click();
  await person.page.mouse.move(place.x, place.y);
  await person.press('j');
  await person.settled();
  const [merged, ...more] = await person.objects();
  expect(more).toEqual([]);
  expect([merged!.id, merged!.start, merged!.clicks.length]).toEqual([rocket!.id, true, 0]);
  expect(merged!.area).toBe(rocket!.area + drawn!.area);
  await person.press('Control+z');
  await person.settled();
  expect((await person.state()).document).toEqual(before.document);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('masks of another network say so, stay as they are, and clicks go on from them', async () => {
  const { network } = tool<{ network: string }>('age', here.photos);
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  const before = await person.state();
  const [old] = before.document.objects;
  expect(old!.network).toBe(network);
  expect(await person.see('other-network').getAttribute('title')).toContain('another network');

  // The object is open already: a picture opens with its last unfinished one.
  await person.click(376, 287, { button: 'right' });
  await noted(person, 'was made with another network');
  const [now] = await person.objects();
  expect([now!.clicks.length, now!.start]).toEqual([1, true]);
  expect(now!.network).not.toBe(network);
  expect(await person.see('other-network').count()).toBe(0);

  await person.press('Control+z');
  await person.settled();
  const back = await person.state();
  expect(back.document).toEqual(before.document);
  expect(back.masks).toEqual(before.masks);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('done and next goes through what is not done, by key and by button', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee2.jpg');
  await person.press('Shift+D');
  await goes(person, 'rocket.jpg');
  await person.press('Shift+Enter');
  await goes(person, 'coffee.jpg'); // round the end, past what is done
  await person.settled();
  await person.see('done-next').click();
  await noted(person, 'All pictures of this list are done');
  await person.settled();
  const picture = (await person.state()).picture;
  expect([picture.name, picture.state]).toEqual(['coffee.jpg', 'done']);
  const counts = await person.page.evaluate(() =>
    fetch('/api/pictures').then((answer) => answer.json()),
  );
  expect((counts as { counts: { done: number } }).counts.done).toBe(3);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
