/** Two people on one picture: the later one sees it, and loses nothing. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg', 'rocket.jpg']);
const REFUSED = /status of 409/;

test('the later save is refused with what changed, and can be applied again', async () => {
  const anna = await Person.visit(here.browser, here.server);
  const ben = await Person.visit(here.browser, here.server);
  await anna.see('settings').click();
  await anna.page.getByLabel('Your name').fill('Anna');
  await anna.press('Tab', 'Escape');

  await anna.click(290, 130);
  await ben.tap(130, 250);
  const dialog = ben.see('conflict');
  await dialog.waitFor();
  expect(await dialog.innerText()).toContain('Anna');
  expect(await dialog.innerText()).toContain('click');
  expect(await ben.objects()).toHaveLength(1);

  await ben.press('Escape', 'Escape');
  await ben.page.mouse.click(3, 3); // who is clicking when it opens throws nothing away
  expect(await dialog.isVisible()).toBe(true);
  await ben.see('apply-again').click();
  await ben.settled();
  const clicks = (await ben.objects()).map((object) => object.clicks.map(({ x, y }) => [x, y]));
  expect(clicks).toEqual([[[290, 130]], [[130, 250]]]);
  await anna.reload();
  expect((await anna.state()).document).toEqual((await ben.state()).document);
  expect(ben.watch.unexpected(REFUSED)).toEqual([]);
  await anna.leave();
  await ben.leave();
});

test('who leaves his own out sees the newest state', async () => {
  const anna = await Person.visit(here.browser, here.server);
  const ben = await Person.visit(here.browser, here.server);
  await anna.press('Control+Enter');
  await anna.settled();
  await ben.tap(365, 290);
  await ben.see('conflict').getByRole('button', { name: 'Leave mine out' }).click();
  await ben.settled();
  expect((await ben.state()).document).toEqual((await anna.state()).document);
  await anna.leave();
  await ben.leave();
});

test('a conflict on a picture that was left is shown, leads back, and holds up the export', async () => {
  const anna = await Person.visit(here.browser, here.server);
  const ben = await Person.visit(here.browser, here.server);
  await anna.open('coffee.jpg');
  await ben.open('coffee.jpg');
  await anna.click(290, 130);
  let free = () => {};
  const held = new Promise<void>((resolve) => (free = resolve));
  await ben.page.route('**/api/pictures/*/actions', async (route) => {
    await held;
    await route.continue();
  });
  await ben.press('Escape'); // its last unfinished object is open: this click is for a new one
  await ben.tap(130, 250);
  await ben.press('d');
  await ben.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'rocket.jpg');
  await ben.see('export').click();
  await ben.see('export-start').click();
  expect(await ben.see('export-start').innerText()).toBe('Saving what you did');
  free();

  await ben.see('export-unsent').waitFor();
  expect(await ben.see('export-unsent').innerText()).toContain('coffee.jpg: 1 action');
  await ben.see('export-saved').click();
  await ben.see('export-report').waitFor();
  await ben.press('Escape');
  expect(await ben.see('status').innerText()).toContain('1 action not saved');
  expect(await ben.see('elsewhere').innerText()).toContain('coffee.jpg');
  await ben.see('go-there').click();
  await ben.see('apply-again').click();
  await ben.settled();
  expect(await ben.see('status').innerText()).toBe('All saved');
  expect(await ben.see('elsewhere').count()).toBe(0);
  expect((await ben.objects()).at(-1)!.clicks.map(({ x, y }) => [x, y])).toEqual([[130, 250]]);
  await anna.leave();
  await ben.leave();
});

test('a person with a name has a theme and keys of their own', async () => {
  const anna = await Person.visit(here.browser, here.server);
  const theme = (person: Person) =>
    person.page.evaluate(() => document.documentElement.dataset.theme);
  await anna.see('settings').click();
  await anna.page.getByLabel('Your name').fill('Anna');
  await anna.press('Tab', 'Escape');
  const kept = anna.page.waitForResponse((response) =>
    response.url().endsWith('/api/settings?author=Anna'),
  );
  await anna.see('theme').click();
  expect((await kept).status()).toBe(200);
  const ben = await Person.visit(here.browser, here.server);
  expect([await theme(anna), await theme(ben)]).toEqual(['dark', 'light']);
  await anna.reload();
  expect(await theme(anna)).toBe('dark');
  expect([...anna.watch.complaints, ...ben.watch.complaints]).toEqual([]);
  await anna.leave();
  await ben.leave();
});
