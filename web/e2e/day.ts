/** A scripted person's day: twenty objects of real pictures, clicked in the real page by a robot.
 *
 *     npm run day                                       # the bundled pictures
 *     FCFI_DAY=../../grabcut FCFI_DAY_JSON=day.json npm run day
 *
 * FCFI_DAY names a folder with images/ and masks/ of the same names (255 inside, 128 not counted).
 * Reported: clicks to an IoU of 0.9, the time from a click to its painted mask, actions that were
 * lost, and corrections that lowered the IoU by more than 0.05.
 */

import { cpSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, parse, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './support/browser';
import { iou, maskOf, type Pixels } from './support/masks';
import { Person } from './support/person';
import { discard, EXAMPLES, tool } from './support/paths';
import { nextClick } from './support/robot';
import { Server } from './support/server';

const OBJECTS = 20;
const MOST_CLICKS = 10;
const GOAL = 0.9;
/** A correction that lowers the IoU by more than this does harm. */
const HARM = 0.05;

const source = resolve(process.env.FCFI_DAY ?? EXAMPLES);
let photos = '';
let server: Server;
let browser: Browser;

/** Pictures that have a mask, in the order of their names. */
const names = readdirSync(join(source, 'images'))
  .sort()
  .filter((name) => readdirSync(join(source, 'masks')).includes(`${parse(name).name}.png`))
  .slice(0, OBJECTS);

beforeAll(async () => {
  photos = join(mkdtempSync(join(tmpdir(), 'fcfi-day-')), 'photos');
  for (const name of names) cpSync(join(source, 'images', name), join(photos, name));
  server = await Server.start(photos);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  if (photos) discard(photos);
});

/** Click, and return the milliseconds from the release of the button to the painted mask. */
async function timed(person: Person, x: number, y: number, positive: boolean): Promise<number> {
  const place = await person.at(x, y);
  await person.page.evaluate(() => {
    const before = window.fcfi.state()!.picture.version;
    const waiting = new Promise<number>((done) => {
      const released = () => {
        const began = performance.now();
        const look = () => {
          const there = window.fcfi.state()!.picture.version > before && !window.fcfi.busy();
          // The frame after the one in which all is there shows it.
          if (there) requestAnimationFrame(() => done(performance.now() - began));
          else requestAnimationFrame(look);
        };
        look();
      };
      addEventListener('pointerup', released, { once: true, capture: true });
    });
    (window as unknown as { waiting: Promise<number> }).waiting = waiting;
  });
  await person.page.mouse.click(place.x, place.y, { button: positive ? 'left' : 'right' });
  return person.page.evaluate(() => (window as unknown as { waiting: Promise<number> }).waiting);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN;
}

test('twenty objects are clicked to an IoU of 0.9', async () => {
  const person = await Person.visit(browser, server);
  const times: number[] = [];
  const counts: number[] = [];
  const reached: string[] = [];
  let [corrections, harms, lost] = [0, 0, 0];
  for (let number = 0; number < names.length; number++) {
    // In the page's own order: the list does not show all rows at once.
    const { name } = (await person.state()).picture;
    const truth = tool<{ width: number; height: number; values: string }>(
      'truth',
      join(source, 'masks', `${parse(name).name}.png`),
    );
    const { width, height } = truth;
    const values = new Uint8Array(Buffer.from(truth.values, 'base64'));
    const object: Pixels = { width, height, values };
    let mask: Pixels = { width, height, values: new Uint8Array(width * height) };
    let likeness = 0;
    let clicks = 0;
    while (clicks < MOST_CLICKS && likeness < GOAL) {
      const click = nextClick(mask, object);
      if (!click) break;
      times.push(await timed(person, click.x, click.y, click.positive));
      clicks++;
      const state = await person.state();
      const [drawn] = state.document.objects;
      if (!drawn || drawn.clicks.length !== clicks) lost++;
      mask = maskOf(state, drawn!.id);
      const now = iou(mask, object);
      if (clicks > 1) {
        corrections++;
        if (now < likeness - HARM) harms++;
      }
      likeness = now;
    }
    counts.push(clicks);
    if (likeness >= GOAL) reached.push(name);
    await person.press('Space');
    await person.settled();
    if (number === names.length - 1) break;
    await person.press('d');
    await person.page.waitForFunction((old) => window.fcfi.state()?.picture.name !== old, name);
    await person.settled();
  }
  const report = {
    objects: names.length,
    clicks: times.length,
    'clicks for each object, mean': counts.reduce((sum, count) => sum + count, 0) / counts.length,
    'objects at 0.9 with at most 10 clicks': reached.length,
    'wait, median (ms)': Math.round(quantile(times, 0.5)),
    'wait, 95th percentile (ms)': Math.round(quantile(times, 0.95)),
    corrections,
    'corrections that lowered the IoU by more than 0.05': harms,
    'actions lost': lost,
    complaints: person.watch.complaints,
  };
  console.log(JSON.stringify(report, null, 1));
  if (process.env.FCFI_DAY_JSON)
    writeFileSync(process.env.FCFI_DAY_JSON, `${JSON.stringify(report, null, 1)}\n`);
  expect([lost, person.watch.complaints]).toEqual([0, []]);
  await person.leave();
});
