/** While the network thinks: nothing is lost, and no late answer undoes a newer one. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const ACTIONS = '**/api/pictures/*/actions';
const here = stage([], ['coffee.jpg', 'rocket.jpg']);

test('clicks made while the network thinks show at once, wait, and are sent together in their order', async () => {
  const person = await Person.visit(here.browser, here.server);
  const sent: number[] = [];
  let free = () => {};
  const held = new Promise<void>((resolve) => (free = resolve));
  await person.page.route(ACTIONS, async (route) => {
    sent.push((route.request().postDataJSON() as { version: number }).version);
    if (sent.length === 1) await held;
    await route.continue();
  });

  await person.tap(290, 130);
  await person.tap(376, 287, { button: 'right' });
  await person.tap(222, 265);
  expect(sent).toHaveLength(1);
  expect(await person.see('object-row').innerText()).toContain('3 clicks');
  expect(await person.see('status').innerText()).toContain('2 more waiting');
  // The page stays alive meanwhile: it zooms.
  const scale = () => person.page.evaluate(() => window.fcfi.view()!.scale);
  const before = await scale();
  await person.press('+');
  expect(await scale()).toBeGreaterThan(before);

  free();
  await person.settled();
  const [object, ...more] = await person.objects();
  expect(more).toEqual([]);
  expect(object!.clicks.map(({ x, y, positive }) => [x, y, positive])).toEqual([
    [290, 130, true],
    [376, 287, false],
    [222, 265, true],
  ]);
  // The two that waited for one answer were predicted together.
  expect(sent).toEqual([sent[0]!, sent[0]! + 1]);
  await person.leave();
});

test('an answer for a picture that was left meanwhile belongs to that picture', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('rocket.jpg');
  let free = () => {};
  const held = new Promise<void>((resolve) => (free = resolve));
  await person.page.route(ACTIONS, async (route) => {
    await held;
    await route.continue();
  });
  await person.tap(322, 250);
  await person.see('picture-row').filter({ hasText: 'coffee.jpg' }).click();
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'coffee.jpg');
  const shown = await person.state();
  free();
  await person.settled();
  expect((await person.state()).document).toEqual(shown.document);
  await person.open('rocket.jpg');
  expect((await person.objects()).map((object) => object.clicks.length)).toEqual([1]);
  await person.leave();
});

test('an answer that is lost on its way is asked for again, and nothing is done twice', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('rocket.jpg');
  await person.press('Escape');
  let lost = 0;
  await person.page.route(ACTIONS, async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch();
    await route.abort('connectionreset');
  });
  /** Does something whose first answer is lost; returns the resulting picture. */
  const losing = async (deed: () => Promise<void>) => {
    const { version } = (await person.state()).picture;
    lost = 0;
    await deed();
    await person.settled();
    expect(lost).toBe(2);
    const now = await person.state();
    expect(now.picture.version).toBe(version + 1);
    return now.document.objects;
  };

  const before = await person.objects();
  const clicked = await losing(() => person.tap(100, 100));
  expect(clicked).toHaveLength(before.length + 1);
  expect(clicked.at(-1)!.clicks).toHaveLength(1);
  expect(await losing(() => person.press('Control+z'))).toEqual(before);
  expect(await losing(() => person.press('Control+y'))).toEqual(clicked);
  await person.press('Escape', 'b');
  const drawn = await losing(() => person.drag([40, 40], [80, 40], [80, 80], [40, 80], [40, 40]));
  const cleaned = await losing(() => person.press('g'));
  expect(cleaned.at(-1)!.area).toBeGreaterThan(drawn.at(-1)!.area);
  expect(person.watch.unexpected(/ERR_CONNECTION_RESET/)).toEqual([]);
  await person.leave();
});
