/** axe finds nothing in any dialog and state, dark and light, and every target has 24 pixels. */

import { expect, test } from 'vitest';
import { found } from './support/axe';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,plate'], ['coffee.jpg', 'rocket.jpg']);

const DIALOGS = [
  'help',
  'settings',
  'import',
  'export',
  'statistics',
  'learn',
  'labels-edit',
] as const;

test.each(['dark', 'light'] as const)('nothing is found in the %s page', async (scheme) => {
  const person = await Person.visit(here.browser, here.server, { colorScheme: scheme });
  const seen: Record<string, string[]> = {};
  const look = async (state: string) => void (seen[state] = await found(person));
  await person.open('coffee.jpg');
  await look('no object');
  await person.press('?');
  await person.see('tour-begin').click();
  await person.see('tour').waitFor();
  await look('the tour');
  await person.see('tour-skip').click();
  await person.click(290, 130);
  await look('an open object');
  await person.press('Enter');
  await person.click(60, 60);
  await person.press('s', 'Control+a');
  await look('chosen objects');
  for (const key of ['b', 'r', 'p', 'o', 'v']) {
    await person.press(key);
    await look(`tool ${key}`);
  }
  await person.press('l');
  await look('a label is typed');
  await person.press('Escape');
  await person.press('Control+b');
  await person.settled();
  await look('a notice');
  await person.open('coffee.jpg');
  for (const name of DIALOGS) {
    await person.see(name).first().click();
    await person.page.locator('dialog[open]').waitFor();
    await look(`dialog ${name}`);
    if (name === 'labels-edit') {
      await person.see('label-attributes').first().click();
      await person.see('attribute-name').fill('broken');
      await person.see('attribute-add').click();
      await person.see('attribute-editor').getByText('broken', { exact: true }).waitFor();
      await look('attributes of a label');
      await person.see('attribute-editor').getByRole('button').first().click();
    }
    if (name === 'export') {
      await person.see('export-format-coco').check();
      await person.see('export-start').click();
      await person.see('export-report').waitFor();
      await look('a report');
    }
    await person.press('Escape');
  }
  await person.see('picture-filter').click();
  await look('conditions of the list');
  await person.page.getByRole('searchbox').fill('nothing has this name');
  await person.page.getByText('No picture fits').waitFor();
  await look('an empty list');
  await person.page.setViewportSize({ width: 390, height: 844 });
  await look('a phone');
  await person.page.getByRole('button', { name: 'List of pictures' }).click();
  await look('the list on a phone');
  expect(Object.fromEntries(Object.entries(seen).filter(([, list]) => list.length > 0))).toEqual(
    {},
  );
  await person.leave();
});
