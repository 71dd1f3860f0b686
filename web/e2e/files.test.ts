/** Pictures that are broken, break or vanish: a sentence each, and the work on the others goes on.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['astronaut.jpg', 'chelsea.jpg', 'coffee.jpg', 'rocket.jpg']);
const ABSENT = /status of (400|404|422)/;

test('a truncated picture, a text named as a picture and a picture that vanishes are shown as such', async () => {
  const half = readFileSync(join(here.photos, 'coffee.jpg')).subarray(0, 9000);
  writeFileSync(join(here.photos, 'half.jpg'), half);
  writeFileSync(join(here.photos, 'text.png'), 'this is not a picture');
  const person = await Person.visit(here.browser, here.server);
  await person.page.getByRole('button', { name: 'Look for new pictures' }).click();
  await person.see('picture-row').filter({ hasText: 'half.jpg' }).waitFor();

  await person.see('picture-row').filter({ hasText: 'text.png' }).click();
  await person.page
    .locator('main')
    .getByText(/text\.png/)
    .waitFor();

  // Truncated: the header is fine, the pixels are not.
  await person.see('picture-row').filter({ hasText: 'half.jpg' }).click();
  await person.page.waitForFunction(() => window.fcfi.state()?.picture.name === 'half.jpg');
  await person.page
    .locator('main')
    .getByText(/half\.jpg/)
    .first()
    .waitFor();

  // Vanishes while it is open: the click is refused with a sentence, what was made before stays.
  await person.open('rocket.jpg');
  await person.click(322, 250);
  const made = await person.state();
  rmSync(join(here.photos, 'rocket.jpg'));
  await person.tap(322, 350);
  await person.page.getByRole('alert').filter({ hasText: 'rocket.jpg' }).waitFor();
  expect((await person.state()).document).toEqual(made.document);

  await person.open('coffee.jpg');
  await person.click(290, 130);
  expect((await person.objects()).map((object) => object.clicks.length)).toEqual([1]);
  expect(person.watch.unexpected(ABSENT)).toEqual([]);
  await person.leave();
});
