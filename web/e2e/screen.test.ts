/** What is seen: everything fits a small screen, in both themes, and masks are painted at once. */

import { expect, test } from 'vitest';
import { Person, SCREEN } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,saucer,spoon'], ['coffee.jpg', 'chelsea.jpg']);
const IMPORTANT = [
  ...[
    'stage',
    'object-list',
    'label-chip',
    'label-add',
    'undo',
    'redo',
    'clear',
    'export',
    'import',
    'help',
  ],
  ...[
    'next',
    'previous',
    'picture-row',
    'status',
    'done',
    'done-next',
    'copy-next',
    'brush',
    'eraser',
    'fill-holes',
    'drop-specks',
  ],
  ...['theme', 'finish', 'click-positive', 'click-negative', 'zoom', 'fit', 'settings', 'keep-out'],
];
/** From the answer to the painted mask, milliseconds: 50 is the aim; machines that run tests may
 * be slow.
 */
const PAINTED = 150;

for (const colorScheme of ['dark', 'light'] as const)
  test(`nothing important lies outside of 1280 x 720, ${colorScheme}`, async () => {
    const person = await Person.visit(here.browser, here.server, { colorScheme });
    await person.open('coffee.jpg');
    await person.click(290, 130);
    await person.press('b');
    for (const name of IMPORTANT) {
      const box = await person.see(name).first().boundingBox();
      expect(box, name).not.toBeNull();
      expect(box!.x, name).toBeGreaterThanOrEqual(0);
      expect(box!.y, name).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width, name).toBeLessThanOrEqual(SCREEN.width);
      expect(box!.y + box!.height, name).toBeLessThanOrEqual(SCREEN.height);
    }
    const scrolls = await person.page.evaluate(
      () =>
        document.scrollingElement!.scrollWidth > innerWidth ||
        document.scrollingElement!.scrollHeight > innerHeight,
    );
    expect(scrolls).toBe(false);
    expect(await person.page.evaluate(() => document.documentElement.dataset.theme)).toBe(
      colorScheme,
    );
    for (const name of ['help', 'settings', 'import', 'export']) {
      await person.see(name).click();
      const box = (await person.page.locator('dialog').boundingBox())!;
      expect(box.y, name).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height, name).toBeLessThanOrEqual(SCREEN.height);
      await person.press('Escape');
    }
    await person.leave();
  });

test('a mask is on screen soon after its answer', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('chelsea.jpg');
  const times: number[] = [];
  for (const [x, y] of [
    [180, 130],
    [60, 200],
    [250, 40],
    [200, 250],
    [330, 90],
  ] as const) {
    await person.click(x, y);
    times.push(await person.page.evaluate(() => window.fcfi.paintTime()));
  }
  times.sort((a, b) => a - b);
  console.log(
    `from the answer to the painted mask: ${times.map((time) => time.toFixed(1)).join(', ')} ms`,
  );
  // The least: what else the machine does only adds to the others.
  expect(times[0]).toBeLessThan(PAINTED);
  await person.leave();
});
