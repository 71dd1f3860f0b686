/** The main job: a folder of photographs becomes finished masks. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { iou, maskOf } from './support/masks';
import { Person } from './support/person';
import { tool } from './support/paths';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,saucer']);

test('two objects are made, corrected, labelled, kept and exported to the pixel', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');

  // The cup: on it, off the saucer, on the handle.
  await person.click(290, 130);
  const rough = await person.likeness('coffee', 1);
  await person.click(376, 287, { button: 'right' });
  await person.click(222, 265);
  expect((await person.objects())[0]!.clicks.map((click) => click.positive)).toEqual([
    true,
    false,
    true,
  ]);
  const good = await person.likeness('coffee', 1);
  expect(good).toBeGreaterThan(0.85);
  expect(good).toBeGreaterThan(rough);

  // Undo and redo come back to the same pixels.
  const cup = maskOf(await person.state(), 1);
  await person.press('Control+z');
  await person.settled();
  expect((await person.objects())[0]!.clicks).toHaveLength(2);
  expect(maskOf(await person.state(), 1)).not.toEqual(cup);
  await person.see('redo').click();
  await person.settled();
  expect(maskOf(await person.state(), 1)).toEqual(cup);

  // The second object, with the keyboard's label and Shift instead of the right button.
  await person.press('Space', '2');
  await person.settled();
  await person.click(130, 250);
  await person.click(290, 130, { keys: ['Shift'] });
  const made = await person.objects();
  expect(made.map((object) => [object.finished, object.clicks.length])).toEqual([
    [true, 3],
    [false, 2],
  ]);

  // All of it outlives the page, and so does undo.
  const before = await person.state();
  await person.reload();
  const after = await person.state();
  expect(after.document).toEqual(before.document);
  expect(after.masks).toEqual(before.masks);
  await person.press('Control+z');
  await person.settled();
  expect((await person.objects())[1]!.clicks).toHaveLength(1);
  await person.press('Control+Shift+z');
  await person.settled();
  expect((await person.state()).masks).toEqual(before.masks);

  // Alt+click on a marker takes that click away, as if it had never been.
  await person.see('object-row').filter({ hasText: 'cup' }).getByRole('button').first().click();
  await person.click(376, 287, { keys: ['Alt'] });
  expect((await person.objects())[0]!.clicks.map(({ x, y, positive }) => [x, y, positive])).toEqual(
    [
      [290, 130, true],
      [222, 265, true],
    ],
  );
  expect(maskOf(await person.state(), 1)).not.toEqual(cup);
  await person.press('Control+z');
  await person.settled();
  expect(maskOf(await person.state(), 1)).toEqual(cup);

  // The brush adds what it passes, the eraser takes it away.
  await person.press('b');
  await person.drag([40, 40], [80, 40]);
  const painted = maskOf(await person.state(), 1);
  expect(painted.values[40 * 600 + 60]).toBe(255);
  expect(painted.values[130 * 600 + 290]).toBe(255);
  await person.press('r');
  await person.drag([30, 40], [90, 40]);
  expect(maskOf(await person.state(), 1).values[40 * 600 + 60]).toBe(0);
  await person.press('v', 'Enter');
  await person.settled();

  // The export says the same to somebody else's reader.
  await person.see('export').click();
  await person.see('export-format-coco').check();
  await person.see('export-start').click();
  expect(await person.see('export-report').innerText()).toContain('2 objects on 1 picture');
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.see('export-download').click(),
  ]);
  const file = join(here.photos, '..', 'export.zip');
  await download.saveAs(file);
  const read = tool<{ file_name: string; label: string; values: string }[]>('read', file);
  expect(read.map((row) => [row.file_name, row.label])).toEqual([
    ['coffee.jpg', 'cup'],
    ['coffee.jpg', 'saucer'],
  ]);
  const state = await person.state();
  read.forEach((row, index) => {
    const page = maskOf(state, state.document.objects[index]!.id);
    expect(page.values.some((value) => value > 0)).toBe(true);
    expect(iou(page, { ...page, values: new Uint8Array(Buffer.from(row.values, 'base64')) })).toBe(
      1,
    );
  });

  expect(person.watch.foreign).toEqual([]);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
