/** Learning from finished objects: the offer, a run that is cancelled, a network that is used. */

import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { found } from './support/axe';
import { ROOT } from './support/paths';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage();
const RUN = '0123456789abcdef';
/** Objects on each of the four photographs. */
const EACH = 8;
const SIDE = 20;

/** Draw and finish objects, as a person would have in an hour. */
async function finish(): Promise<void> {
  const act = async (picture: number, version: number, action: object) => {
    const address = new URL(`/api/pictures/${picture}/actions`, here.server.url);
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ version, action });
    const answer = await fetch(address, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  };
  for (const picture of [1, 2, 3, 4]) {
    for (let index = 0; index < EACH; index++) {
      const mask = { left: 30 * index, top: 40, width: SIDE, height: SIDE, runs: [0, SIDE * SIDE] };
      await act(picture, index, { type: 'set_mask', object: null, mask });
    }
    await act(picture, EACH, { type: 'mark_picture', mark: 'done' });
  }
}

/** A run that has ended: the network for slow processors takes the place of one that has learnt. */
function leaveResult(better: boolean): void {
  const folder = join(here.photos, '.fcfi', 'learning', RUN);
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(ROOT, 'fcfi', 'weights', 'late.onnx'), join(folder, 'network.onnx'));
  const clicks = [
    { target: 0.85, before: 5.25, after: 2.83, not_reached: [1, 0] },
    { target: 0.9, before: 7.72, after: 6.01, not_reached: [4, 2] },
  ];
  const difference = better ? -2.06 : -0.1;
  const result = { objects: 8, limit: 10, clicks, difference, error: 0.27 };
  writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}

/** The name of the network that answers, when it is loaded. */
async function network(): Promise<string> {
  const answer = await fetch(new URL('/api/health', here.server.url));
  const { name, state } = ((await answer.json()) as { network: { name: string; state: string } })
    .network;
  return state === 'ready' ? name : state;
}

test('the network learns from finished objects, and its result is used or not', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.press('Shift+L');
  await person.page.getByText('0 of 30 finished objects so far.').waitFor();
  expect(await person.see('learn-start').isDisabled()).toBe(true);
  await person.press('Escape');

  // It is offered once there is enough.
  await finish();
  await person.reload();
  await person.see('note-action').waitFor();
  expect(await found(person)).toEqual([]);
  await person.see('note-action').click();
  const dialog = person.see('learn-dialog');
  await dialog.getByText('32 objects on 4 pictures; 8 of them are kept apart.').waitFor();
  expect(await person.see('note-action').count()).toBe(0);

  // A real run begins, is seen after a reload, and leaves nothing when it is cancelled.
  await person.see('learn-minutes').selectOption('5');
  await person.see('learn-start').click();
  await person.see('job').waitFor();
  await person.reload();
  await person.see('learn').click();
  await person.see('job-cancel').click();
  await person.see('job').waitFor({ state: 'detached' });
  expect(readdirSync(join(here.photos, '.fcfi', 'learning'))).toEqual([]);
  await person.press('Escape');

  // A network that is not better is not taken.
  leaveResult(false);
  await person.press('Shift+L');
  await dialog.getByText('(-0.10 ± 0.27), so it is not taken.').waitFor();
  expect(await person.see('learn-use').count()).toBe(0);
  await person.press('Escape');

  // A better one is used by a click, and left by another.
  leaveResult(true);
  expect(await network()).toBe('lite0');
  await person.see('learn').click();
  const rows = person.see('learn-result').locator('tbody tr');
  await rows.first().waitFor();
  expect((await rows.allInnerTexts()).map((row) => row.split('\t'))).toEqual([
    ['85 %', '5.25', '2.83'],
    ['90 %', '7.72', '6.01'],
  ]);
  expect(await found(person)).toEqual([]);
  await person.see('learn-use').click();
  await person.see('learn-used').waitFor();
  await expect.poll(network, { timeout: 30_000 }).toBe('late');
  expect(await found(person)).toEqual([]);
  await person.press('Escape');
  await person.see('settings').click();
  await expect
    .poll(() => person.see('settings-dialog').innerText(), { timeout: 30_000 })
    .toContain('late');
  await person.press('Escape');

  await person.see('learn').click();
  await person.see('learn-back').click();
  await person.see('learn-used').waitFor({ state: 'detached' });
  await expect.poll(network, { timeout: 30_000 }).toBe('lite0');
  expect(person.watch.unexpected()).toEqual([]);
  await person.leave();
});
