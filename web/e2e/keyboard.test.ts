/** All of it without a mouse. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cat,cup'], ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg']);

test('pictures, clicks, labels, finishing, undo and help by keys alone', async () => {
  const person = await Person.visit(here.browser, here.server);
  const name = async () => (await person.state()).picture.name;
  const goes = (wanted: string) =>
    person.page.waitForFunction((name) => window.fcfi.state()?.picture.name === name, wanted);
  expect(await name()).toBe('chelsea.jpg');
  await person.press('d');
  await goes('coffee.jpg');
  await person.press('ArrowRight');
  await goes('rocket.jpg');
  await person.press('a', 'a');
  await goes('chelsea.jpg');
  await person.settled();

  // A cross in the middle of the cat, moved and clicked.
  await person.press('2', 'c', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'c');
  await person.settled();
  expect((await person.objects()).map((object) => [object.clicks.length, object.area > 0])).toEqual(
    [[1, true]],
  );
  await person.press('1');
  await person.settled();
  const labels = await person.see('label-chip').allInnerTexts();
  expect(labels.map((text) => text.split('\n')[0])).toEqual(['cat', 'cup']);
  expect(await person.see('object-row').innerText()).toContain('cat');

  await person.press('Enter');
  await person.settled();
  expect((await person.objects())[0]!.finished).toBe(true);
  await person.press('Control+z');
  await person.settled();
  expect((await person.objects())[0]!.finished).toBe(false);
  await person.press('Control+y');
  await person.settled();
  expect((await person.objects())[0]!.finished).toBe(true);

  await person.press('?');
  await person.see('help-dialog').waitFor();
  expect(await person.see('help-dialog').innerText()).toContain('Finish');
  await person.press('?');
  await person.see('help-dialog').waitFor({ state: 'detached' });

  await person.press('Control+Enter');
  await person.settled();
  expect((await person.state()).document.done).toBe(true);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('Tab reaches every control, and each has a name', async () => {
  const person = await Person.visit(here.browser, here.server);
  const unnamed = await person.page
    .locator('button:visible, input:visible, select:visible')
    .evaluateAll((all) =>
      all
        .filter((element) => {
          const label = (element as HTMLInputElement).labels?.[0]?.textContent ?? '';
          return (
            !(element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '') &&
            !label.trim()
          );
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  expect(unnamed).toEqual([]);
  const reached = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await person.press('Tab');
    reached.add(
      await person.page.evaluate(
        () => (document.activeElement as HTMLElement | null)?.dataset.testid ?? '',
      ),
    );
  }
  for (const testid of ['next', 'done', 'undo', 'export', 'help', 'stage', 'picture-row', 'brush'])
    if (await person.see(testid).first().isEnabled()) expect(reached).toContain(testid);
  await person.leave();
});
