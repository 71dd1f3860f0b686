/** Statistics: who did what on which day, as the page shows it, beside what was done. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,plate'], ['coffee.jpg', 'rocket.jpg']);

test('work is counted by label, person and day', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.see('settings').click();
  await person.see('author').fill('Ann');
  await person.press('Tab', 'Escape');
  await person.open('coffee.jpg');
  await person.click(290, 130);
  await person.press('2', 'Space', 'Control+Enter');
  await person.settled();
  await person.open('rocket.jpg');
  await person.click(60, 60);
  await person.settled();

  await person.see('statistics').click();
  await person.page.locator('[data-testid=statistics-days] td.name').waitFor();
  const rows = (name: string) => person.see(name).locator('tbody tr').allInnerTexts();
  expect((await rows('statistics-labels')).map((row) => row.split('\t'))).toEqual([
    // The label stays armed for the next object.
    ['cup', '0'],
    ['plate', '2'],
  ]);
  const days = await rows('statistics-days');
  expect(days).toHaveLength(1);
  // A click, a label, an end and a mark on one picture, a click on the other.
  const [day, ...counts] = days[0]!.split('\t');
  expect(counts.slice(0, 6)).toEqual(['Ann', '5', '2', '1', '0', '0']);
  const today = await person.page.evaluate(() =>
    new Date().toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' }),
  );
  expect(day).toContain(today);
  await person.see('statistics-range').selectOption('7');
  await expect.poll(async () => (await rows('statistics-days')).length).toBe(1);

  // The list is divided; each person sees their own part of it.
  await person.see('assign-names').fill('Ann, Ben');
  await person.see('assign').click();
  await expect
    .poll(async () => (await rows('statistics-people')).map((row) => row.split('\t')))
    .toEqual([
      ['Ann', '1', '1'],
      ['Ben', '1', '0'],
    ]);
  await person.press('Escape');
  await person.see('picture-filter').click();
  await person.see('filter-assigned').selectOption({ label: 'Assigned to Ben' });
  await expect.poll(() => person.see('picture-row').allInnerTexts()).toHaveLength(1);
  expect(await person.see('picture-row').innerText()).toContain('rocket.jpg');
  await person.see('filter-assigned').selectOption({ label: 'Assigned to nobody' });
  await person.page.getByText('No picture fits').waitFor();
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
