/** The README's pictures: docs/images/annotate.png, and docs/images/annotate.webp, which shows
 * three clicks and what they do.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Person, SCREEN } from './support/person';
import { ROOT, tool } from './support/paths';
import { stage } from './support/stage';

const here = stage(['--labels', 'spoon,cup,saucer']);
/** x, y, which button. */
const CUP: readonly [number, number, 'left' | 'right'][] = [
  [290, 130, 'left'],
  [376, 287, 'right'],
  [222, 265, 'left'],
];
const SAUCER: typeof CUP = [
  [250, 350, 'left'],
  [40, 200, 'right'],
  [440, 260, 'left'],
  [100, 250, 'left'],
  [75, 345, 'right'],
];

/** What tools.py joins: a screenshot and where the pointer comes from and goes to before the next
 * one.
 */
interface Frame {
  file: string;
  from: { x: number; y: number };
  to: { x: number; y: number };
  button: 'left' | 'right' | null;
}

test('the pictures', async () => {
  const person = await Person.visit(here.browser, here.server, { colorScheme: 'dark' });
  const folder = mkdtempSync(join(tmpdir(), 'fcfi-pictures-'));
  await person.open('coffee.jpg');
  await person.press('2');
  await person.page.waitForTimeout(1500); // the hover of the list's row fades, small copies become sharp

  const frames: Frame[] = [];
  let at = { x: SCREEN.width * 0.62, y: SCREEN.height * 0.8 };
  const shoot = async (to: { x: number; y: number }, button: Frame['button']) => {
    const file = join(folder, `${frames.length}.png`);
    await person.page.screenshot({ path: file });
    frames.push({ file, from: at, to, button });
    at = to;
  };
  for (const [x, y, button] of CUP) {
    await shoot(await person.at(x, y), button);
    await person.click(x, y, { button });
    await person.page.waitForTimeout(300);
  }
  await shoot(at, null);
  expect(await person.likeness('coffee', 1)).toBeGreaterThan(0.85);

  await person.press('Space', '3');
  await person.see('keep-out').click();
  for (const [x, y, button] of SAUCER) await person.click(x, y, { button });
  const aside = await person.at(560, 380);
  await person.page.mouse.move(aside.x, aside.y);
  await person.page.waitForTimeout(500);
  await person.page.screenshot({ path: join(ROOT, 'docs/images/annotate.png') });

  writeFileSync(join(folder, 'frames.json'), JSON.stringify(frames));
  const made = tool(
    'animate',
    join(folder, 'frames.json'),
    join(ROOT, 'docs/images/annotate.webp'),
  );
  console.log(made);
  rmSync(folder, { recursive: true });
  await person.leave();
});
