/** Many labels without pain: typed, found, added, by keys alone. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const names = Array.from({ length: 79 }, (_, index) => `class ${index + 1}`);
const here = stage(['--labels', [...names, 'traffic light'].join(',')], ['coffee.jpg']);

test('one of 80 labels is given by typing a few letters, a new one is added', async () => {
  const person = await Person.visit(here.browser, here.server);
  const labelOf = async () => {
    const row = person.see('object-row').first();
    return (await row.innerText()).split('\n')[0];
  };
  await person.click(290, 130);
  expect(await labelOf()).toBe('class 1');

  await person.press('l');
  await person.page.keyboard.type('tr li');
  await person.press('Escape');
  expect(await labelOf()).toBe('class 1');
  await person.press('l');
  await person.page.keyboard.type('traf');
  expect(await person.see('label-match').allInnerTexts()).toEqual(['traffic light']);
  // One object of 'class 1' is there, and that is counted.
  await person.page.keyboard.press('Control+A');
  await person.page.keyboard.type('class 1');
  await expect.poll(() => person.see('label-count').allInnerTexts()).toEqual(['1']);
  await person.page.keyboard.press('Control+A');
  await person.page.keyboard.type('traf');
  await person.press('Enter');
  await person.settled();
  expect(await labelOf()).toBe('traffic light');

  // The keys are the canvas's again; with nothing typed the recent label comes first.
  await person.press('l');
  expect((await person.see('label-match').allInnerTexts())[0]).toMatch(/^traffic light/);
  await person.press('ArrowDown', 'Enter');
  await person.settled();
  expect(await labelOf()).toBe('class 1');

  await person.press('l');
  await person.page.keyboard.type('new thing');
  await person.press('Enter');
  await person.page.getByTestId('label-chip').filter({ hasText: 'new thing' }).waitFor();
  await person.settled();
  expect(await labelOf()).toBe('new thing');

  // Of 81 labels those with a key and those that were used last are at hand, and all on demand.
  expect(await person.see('label-chip').count()).toBe(11);
  await person.see('labels-all').click();
  expect(await person.see('label-chip').count()).toBe(81);

  // The objects keep their space beside 81 labels.
  const list = (await person.see('object-list').boundingBox())!;
  expect(list.y + 100).toBeLessThan(720);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('on a phone the key opens the drawer', async () => {
  const person = await Person.visit(here.browser, here.server, {
    viewport: { width: 390, height: 844 },
  });
  await person.press('l');
  await person.page.keyboard.type('traf');
  await person.press('Enter');
  const chip = person.see('label-chip').filter({ hasText: 'traffic light' });
  expect(await chip.getAttribute('aria-pressed')).toBe('true');
  expect(await person.see('label-add').isVisible()).toBe(true);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
