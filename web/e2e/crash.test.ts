/** The server dies in the middle of work and comes back. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { Server } from './support/server';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg']);
const GONE = /ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE/;

test('SIGKILL loses nothing that was answered; what waits is sent when the server is back', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.click(290, 130);
  await person.click(376, 287, { button: 'right' });
  const saved = await person.state();

  const { port } = here.server;
  await here.server.kill();
  await person.tap(222, 265);
  await person.page.getByRole('alert').filter({ hasText: 'does not answer' }).waitFor();
  expect(await person.see('object-row').innerText()).toContain('3 clicks');
  expect(await person.see('status').innerText()).toMatch(/offline|waits|wait/i);

  here.server = await Server.start(here.photos, port);
  await person.settled();
  await person.page
    .getByRole('alert')
    .filter({ hasText: 'does not answer' })
    .waitFor({ state: 'detached' });
  const [object] = await person.objects();
  expect(object!.clicks.slice(0, 2)).toEqual(saved.document.objects[0]!.clicks);
  expect(object!.clicks.map(({ x, y }) => [x, y]).at(-1)).toEqual([222, 265]);
  expect(await person.likeness('coffee', 1)).toBeGreaterThan(0.85);

  // All came through the crash, the steps back too.
  await person.press('Control+z');
  await person.settled();
  const back = await person.state();
  expect(back.document).toEqual(saved.document);
  expect(back.masks).toEqual(saved.masks);
  expect(person.watch.unexpected(GONE)).toEqual([]);
  await person.leave();
});

test('SIGKILL while the network thinks: the click is done once', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.press('Escape');
  const { port } = here.server;
  const before = (await person.objects()).length;
  await person.tap(365, 290);
  await here.server.kill();
  here.server = await Server.start(here.photos, port);
  await person.settled();
  const objects = await person.objects();
  expect(objects).toHaveLength(before + 1);
  expect(objects.at(-1)!.clicks).toHaveLength(1);
  await person.leave();
});

test('the server ends at once when it is asked to, with nothing open behind it', async () => {
  expect(await here.server.stop()).toBe(0);
  expect(here.server.said()).toContain('Stopped');
});
