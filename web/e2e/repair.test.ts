/** Labels that exist and are wrong are repaired by clicking. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { EXAMPLES, tool } from './support/paths';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg', 'chelsea.jpg']);

test('an imported mask is opened and one click makes it better', async () => {
  const labels = join(here.photos, '..', 'old.json');
  const { area } = tool<{ area: number }>(
    'spoil',
    join(EXAMPLES, 'masks', 'coffee.png'),
    'coffee.jpg',
    'cup',
    labels,
  );
  const person = await Person.visit(here.browser, here.server);

  await person.see('import').click();
  await person.see('import-file').setInputFiles(labels);
  await person.see('import-start').click();
  const report = await person.see('import-report').innerText();
  expect(report).toContain('1 object on 1 picture');
  expect(report).toContain('cup');
  await person.press('Escape');

  // The label has the id of its category, which the classes of YOLO cannot have.
  await person.see('labels-edit').click();
  expect(await person.see('label-number').allInnerTexts()).toEqual(['3']);
  await person.press('Escape');
  await person.see('export').click();
  await person.see('export-format-yolo').check();
  await person.see('export-start').click();
  expect(await person.see('export-report').innerText()).toContain("'cup' 0 instead of 3");
  await person.press('Escape');

  await person.open('coffee.jpg');
  const [object] = await person.objects();
  expect([object!.start, object!.area, object!.clicks.length]).toEqual([true, area, 0]);
  const wrong = await person.likeness('coffee', object!.id);
  expect(wrong).toBeLessThan(0.8);

  await person.see('object-row').getByRole('button').first().click();
  await person.click(290, 225);
  const [repaired] = await person.objects();
  expect([repaired!.id, repaired!.clicks.length]).toEqual([object!.id, 1]);
  const better = await person.likeness('coffee', object!.id);
  console.log(`IoU of the imported mask ${wrong.toFixed(3)}, after one click ${better.toFixed(3)}`);
  expect(better).toBeGreaterThan(wrong + 0.05);

  // The import itself can be taken back.
  await person.press('Control+z', 'Control+z');
  await person.settled();
  expect(await person.objects()).toEqual([]);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('labels that do not fit say why and leave the rest untouched', async () => {
  const labels = join(here.photos, '..', 'other.json');
  tool('spoil', join(EXAMPLES, 'masks', 'coffee.png'), 'chelsea.jpg', 'cat', labels);
  const person = await Person.visit(here.browser, here.server);
  await person.open('chelsea.jpg');
  const before = await person.state();

  await person.see('import').click();
  await person.see('import-file').setInputFiles(labels);
  await person.see('import-start').click();
  const said = person.see('import-dialog').locator('[role=alert], [data-testid=import-report]');
  expect(await said.innerText()).toMatch(/chelsea\.jpg.*(600|size|451)/s);
  await person.press('Escape');
  await person.settled();
  expect((await person.state()).document).toEqual(before.document);
  await person.leave();
});
