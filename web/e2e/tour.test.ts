/** A fresh start: the tour goes with what a person does, is not shown again, and is found in the help. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup'], ['coffee.jpg', 'rocket.jpg']);

test('three steps in the own picture, in less than a minute', async () => {
  const person = await Person.visit(here.browser, here.server);
  const tour = person.see('tour');
  await tour.getByText('step 1 of 3').waitFor();
  await person.open('coffee.jpg');
  await person.click(290, 130);
  await tour.getByText('step 2 of 3').waitFor();
  await person.click(300, 150);
  await tour.getByText('step 3 of 3').waitFor();
  await person.press('1', 'Space');
  await person.settled();
  await tour.waitFor({ state: 'detached' });
  expect((await person.objects()).map(({ finished, label }) => [finished, label])).toEqual([
    [true, 1],
  ]);
  // Kept with the person's settings.
  await expect
    .poll(async () => {
      const response = await fetch(new URL('/api/project', here.server.url));
      return ((await response.json()) as { settings: { toured?: boolean } }).settings.toured;
    })
    .toBe(true);
  await person.reload();
  expect(await tour.count()).toBe(0);

  await person.press('?');
  await person.see('tour-begin').click();
  await tour.getByText('step 1 of 3').waitFor();
  await person.see('tour-next').click();
  await tour.getByText('step 2 of 3').waitFor();
  await person.see('tour-skip').click();
  expect(await tour.count()).toBe(0);
  // Keys are the picture's again.
  await person.press('d');
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'rocket.jpg');
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
