/** Review: pictures are marked, found by mark, label and number of objects; only checked ones exported.
 */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,rocket'], ['coffee.jpg', 'rocket.jpg', 'astronaut.jpg']);

test('a reviewer checks what is done, finds it again and exports only that', async () => {
  const person = await Person.visit(here.browser, here.server);
  const listed = async () => {
    const rows = await person.page.locator('.file').allInnerTexts();
    return rows.sort();
  };
  const shows = (...names: string[]) => expect.poll(listed).toEqual(names);

  await person.open('coffee.jpg');
  await person.click(290, 130);
  await person.press('Control+Enter');
  await person.settled();
  await person.open('rocket.jpg');
  await person.click(320, 200);
  await person.press('2', 'q');
  await person.settled();
  const { document, picture } = await person.state();
  expect([document.mark?.state, document.done, picture.state]).toEqual([
    'doubtful',
    false,
    'doubtful',
  ]);

  // The reviewer looks at what is done.
  await person.page.getByRole('button', { name: 'Done 1', exact: true }).click();
  await shows('coffee.jpg');
  await person.open('coffee.jpg');
  await person.press('y');
  await person.settled();
  expect((await person.state()).document.mark?.state).toBe('checked');
  expect(await person.see('checked').getAttribute('title')).toMatch(/^Picture checked \S/);

  await person.page.getByRole('button', { name: /^All/ }).click();
  await shows('astronaut.jpg', 'coffee.jpg', 'rocket.jpg');
  await person.see('picture-filter').click();
  await person.see('filter-label').selectOption({ label: 'rocket' });
  await shows('rocket.jpg');
  await person.see('filter-label').selectOption({ label: 'Any label' });
  await person.see('filter-objects').selectOption('none');
  await shows('astronaut.jpg');
  await person.see('filter-objects').selectOption('any');
  await person.see('filter-order').selectOption('last_marked');
  await expect
    .poll(async () => (await person.page.locator('.file').allInnerTexts()).slice(0, 2))
    .toEqual(['coffee.jpg', 'rocket.jpg']);

  await person.press('Escape', '/');
  await person.page.keyboard.type('astronaut');
  await shows('astronaut.jpg');
  await person.press('Escape');

  await person.see('export').click();
  await person.see('export-only').selectOption('checked');
  await person.see('export-start').click();
  await person.see('export-report').waitFor();
  expect(await person.see('export-report').innerText()).toContain('1 object on 1 picture');
  await person.press('Escape');

  // What was checked is not what is there after another click.
  await person.page.getByRole('searchbox').fill('coffee');
  await shows('coffee.jpg');
  await person.open('coffee.jpg');
  await person.see('object-delete').first().click();
  await person.settled();
  expect((await person.state()).document.mark?.state).toBe('done');
  await person.press('Escape', 'Control+z');
  await person.settled();
  expect((await person.state()).document.mark?.state).toBe('checked');
  await person.leave();
});
