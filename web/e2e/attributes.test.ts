/** Attributes: given to a label, filled in for an object, kept by an export, read by pycocotools. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { tool } from './support/paths';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,plate'], ['coffee.jpg']);

test('a label gets attributes, an object values, and COCO keeps them', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.see('labels-edit').click();
  await person.see('label-attributes').first().click();
  const attribute = async (name: string, kind: string, choices = '') => {
    await person.see('attribute-name').fill(name);
    await person.see('attribute-kind').selectOption(kind);
    if (choices) await person.see('attribute-choices').fill(choices);
    await person.see('attribute-add').click();
    await person.see('attribute-editor').getByText(name, { exact: true }).waitFor();
  };
  await attribute('colour', 'choice', 'white, blue');
  await attribute('fill level', 'number');
  await attribute('broken', 'bool');
  await person.press('Escape');

  await person.click(290, 130);
  const panel = person.see('attributes');
  await panel.getByLabel('colour').selectOption('white');
  await panel.getByLabel('fill level').fill('a lot');
  await person.press('Enter');
  await panel.getByLabel('fill level').fill('0.75');
  await person.press('Enter');
  await panel.getByLabel('broken').selectOption('no');
  await person.settled();
  const values = { broken: false, colour: 'white', 'fill level': 0.75 };
  expect((await person.objects())[0]!.attributes).toEqual(values);

  // Another label has none of them; undo brings them back.
  await person.press('2');
  await person.settled();
  expect((await person.objects())[0]!.attributes).toEqual({});
  expect(await panel.count()).toBe(0);
  await person.press('Control+z');
  await person.settled();
  await person.reload();
  expect((await person.objects())[0]!.attributes).toEqual(values);

  await person.see('export').click();
  expect(await person.page.getByText('Leaves attributes out').count()).toBeGreaterThan(0);
  await person.see('export-format-coco').check();
  await person.see('export-start').click();
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.see('export-download').click(),
  ]);
  const file = join(here.photos, '..', 'attributes.zip');
  await download.saveAs(file);
  const [read] = tool<{ attributes: unknown }[]>('read', file);
  rmSync(file);
  expect(read!.attributes).toEqual(values);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
