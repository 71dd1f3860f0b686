/** What hands do by mistake costs no work: double clicks, keys pressed in the middle of a stroke,
 * reloads.
 */

import { expect, test } from 'vitest';
import { maskOf } from './support/masks';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg', 'rocket.jpg']);

test('a double or triple click is one click and removes nothing', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  const { x, y } = await person.at(290, 130);
  await person.page.mouse.dblclick(x, y);
  await person.settled();
  await person.page.waitForTimeout(500);
  await person.page.mouse.click(x, y + 40, { clickCount: 3 });
  await person.settled();
  const [object, ...more] = await person.objects();
  expect(more).toEqual([]);
  expect(object!.clicks.map((click) => click.positive)).toEqual([true, true]);
  await person.leave();
});

test('a click after the removal of the last one makes the object again', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('rocket.jpg');
  await person.click(322, 250);
  await person.press('Delete');
  await person.tap(322, 290);
  await person.settled();
  const objects = await person.objects();
  expect(objects.map((object) => object.clicks.map(({ x, y }) => [x, y]))).toEqual([[[322, 290]]]);
  expect(await person.page.locator('.note').count()).toBe(0);
  await person.leave();
});

test('a reload continues the object that is not finished', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('rocket.jpg');
  const before = await person.objects();
  await person.reload();
  await person.click(322, 200);
  const after = await person.objects();
  expect(after).toHaveLength(before.length);
  expect(after.at(-1)!.clicks).toHaveLength(before.at(-1)!.clicks.length + 1);
  await person.leave();
});

test('a stroke stays with the picture on which it was begun', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.press('Escape', 'b');
  const before = (await person.objects()).length;
  const [from, to] = [await person.at(60, 60), await person.at(120, 60)];
  await person.page.mouse.move(from.x, from.y);
  await person.page.mouse.down();
  await person.page.mouse.move(to.x, to.y, { steps: 5 });
  await person.press('d');
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'rocket.jpg');
  const rocket = (await person.objects()).length;
  await person.page.mouse.move(to.x + 80, to.y, { steps: 5 });
  await person.page.mouse.up();
  await person.settled();
  expect(await person.objects()).toHaveLength(rocket);
  await person.open('coffee.jpg');
  const painted = await person.objects();
  expect(painted).toHaveLength(before + 1);
  const mask = maskOf(await person.state(), painted.at(-1)!.id);
  expect(mask.values[60 * mask.width + 90]).toBe(255);
  await person.leave();
});

test('a right click without an object says what to do and makes nothing', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.press('Escape', 'Escape');
  const before = await person.objects();
  await person.click(500, 30, { button: 'right' });
  expect(await person.objects()).toEqual(before);
  expect(await person.page.locator('.note').innerText()).toContain('Click on an object first');
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
