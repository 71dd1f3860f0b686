/** A window of the grey values of a 16-bit picture: what is seen through it, and what clicks do. */

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { found } from './support/axe';
import { iou, maskOf, type Pixels } from './support/masks';
import { tool } from './support/paths';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'disc'], ['coffee.jpg']);

let disc: Pixels;

beforeAll(async () => {
  const truth = tool<{ width: number; height: number; values: string }>(
    'deep',
    join(here.photos, 'deep.png'),
  );
  disc = { ...truth, values: new Uint8Array(Buffer.from(truth.values, 'base64')) };
  await here.server.scan();
});

/** The grey level on screen at a pixel of the picture. */
async function level(person: Person, x: number, y: number): Promise<number> {
  const [place, box] = [await person.at(x, y), (await person.see('stage').boundingBox())!];
  return person.page
    .locator('[data-testid=stage] canvas')
    .first()
    .evaluate(
      (layer, [left, top]) =>
        (layer as HTMLCanvasElement).getContext('2d')!.getImageData(left!, top!, 1, 1).data[0]!,
      [Math.round(place.x - box.x), Math.round(place.y - box.y)],
    );
}

const levels = async (person: Person) => [
  await level(person, 300, 210),
  await level(person, 100, 210),
];
/** Waits until disc and ground have these levels: tiles arrive after the window. */
const shows = (person: Person, disc: number, ground: number) =>
  expect.poll(() => levels(person), { timeout: 60_000 }).toEqual([disc, ground]);

test('a disc that the rule hides is seen through a narrow window', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.press('Shift+M');
  await person.see('adjust-panel').waitFor();
  expect(await person.see('window').count()).toBe(0); // 8 bits have none

  await person.open('deep.png');
  await shows(person, 62, 62);
  await person.see('window').waitFor();
  expect(await person.see('window-low-value').inputValue()).toBe('0');
  expect(await person.see('window-high-value').inputValue()).toBe('4095');
  expect(await found(person)).toEqual([]);

  await person.see('window-low-value').fill('990');
  await person.see('window-high-value').fill('1016');
  await person.see('window-high-value').press('Tab');
  await shows(person, 157, 98);
  // By its slider, with keys.
  await person.see('window-low').press('ArrowRight');
  await expect.poll(() => person.see('window-low-value').inputValue()).toBe('991');
  await shows(person, 153, 92);
  // An impossible window is refused, and nothing changes.
  await person.see('window-low-value').fill('2000');
  await person.see('window-low-value').press('Tab');
  await person.page.locator('.note').filter({ hasText: 'must be below' }).waitFor();
  expect(await person.see('window-low-value').inputValue()).toBe('991');

  // It is kept, and leaves other pictures as they are.
  await person.page.waitForTimeout(1000);
  await person.reload();
  await shows(person, 153, 92);
  await person.open('coffee.jpg');
  await person.click(290, 130);
  expect(await person.likeness('coffee', 1)).toBeGreaterThan(0.5);
  await person.open('deep.png');
  await shows(person, 153, 92);
  await person.see('adjust').click();
  await person.see('window-automatic').click();
  await shows(person, 62, 62);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('the network sees the window if it is to, and the click says so in its log', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('deep.png');
  const likeness = async () => {
    const [object] = await person.objects();
    return iou(maskOf(await person.state(), object!.id), disc);
  };
  await person.press('Shift+M');
  await person.see('window-low-value').fill('990');
  await person.see('window-high-value').fill('1016');
  await person.see('window-high-value').press('Tab');
  await person.press('Escape');
  await person.click(300, 210);
  const [plain] = await person.objects();
  expect([plain!.window, await likeness()]).toEqual([null, expect.any(Number)]);
  expect(await likeness()).toBeLessThan(0.5); // the network saw an even ground

  await person.press('Shift+M');
  await person.see('window-network').check();
  await person.see('adjust-panel').getByText('except for the window').waitFor();
  expect(await found(person)).toEqual([]);
  await person.press('Escape');
  // A further click through the window continues from the mask, and says so.
  await person.click(310, 200);
  await person.page.locator('.note').filter({ hasText: 'made through another window' }).waitFor();
  const [changed] = await person.objects();
  expect([changed!.window, changed!.start, changed!.clicks.length]).toEqual([
    { low: 990, high: 1016 },
    true,
    1,
  ]);
  await person.press('Control+z', 'Control+z');
  await person.settled();
  expect(await person.objects()).toEqual([]);

  await person.click(300, 210);
  expect(await likeness()).toBeGreaterThan(0.85);
  const id = (await person.state()).picture.id;
  const logs = await person.page.evaluate(
    async (picture) => (await fetch(`/api/pictures/${picture}/logs`)).json(),
    id,
  );
  expect(logs[0].log.window).toEqual({ low: 990, high: 1016 });
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
