/** Long work on the server: how far it is, and how it is cancelled. */

import type { Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['chelsea.jpg', 'coffee.jpg']);
const RUNNING = { state: 'running', what: 'reading back', done: 1, total: 4, result: null };
const CANCELLED = { state: 'cancelled', result: null };

test('an export shows how far it is, can be cancelled, and returns its counts', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.click(290, 130);
  // The server is quick: until the cancel the page sees an export that runs.
  let shown: object = RUNNING;
  await person.page.route('**/api/jobs/*', async (route: Route) => {
    if (route.request().method() === 'DELETE') shown = CANCELLED;
    const answer = await route.fetch();
    const job = (await answer.json()) as object;
    await route.fulfill({ response: answer, json: { ...job, ...shown } });
  });
  await person.see('export').click();
  await person.see('export-format-coco').check();
  await person.see('export-start').click();
  await person.page.getByText('Reading back: 1 of 4').waitFor();
  expect(await person.see('job').locator('progress').getAttribute('max')).toBe('4');

  // Closed and opened again, it is still there.
  await person.page.keyboard.press('Escape');
  await person.see('export-dialog').waitFor({ state: 'detached' });
  await person.see('export').click();
  await person.see('job-cancel').click();
  await person.see('job').waitFor({ state: 'detached' });
  expect(await person.see('export-report').count()).toBe(0);

  shown = {};
  await person.see('export-start').click();
  expect(await person.see('export-report').innerText()).toContain('1 object on 1 picture');
  expect(person.watch.unexpected()).toEqual([]);
  await person.leave();
});
