/** Two people on one picture: the later one is told, and loses nothing. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg']);
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
  const clicks = (await ben.objects()).map((one) => one.clicks.map(({ x, y }) => [x, y]));
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
