/** The tools beside clicks: box, scribble, polygon, lasso, straight lines, several objects at once;
 * what they make is read from an export by pycocotools.
 */

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { iou, maskOf, type Pixels } from './support/masks';
import { Person, truth } from './support/person';
import { photographs, discard, tool } from './support/paths';
import { Server } from './support/server';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup,plate'], ['coffee.jpg']);
const [WIDTH, HEIGHT] = [600, 400];

beforeAll(async () => {
  cpSync(join(here.photos, 'coffee.jpg'), join(here.photos, 'coffee2.jpg'));
  await here.server.scan();
});

/** The objects of a COCO export, as pycocotools reads them. */
async function exported(
  person: Person,
): Promise<{ label: string; file_name: string; mask: Pixels }[]> {
  await person.see('export').click();
  await person.see('export-format-coco').check();
  await person.see('export-start').click();
  const [download] = await Promise.all([
    person.page.waitForEvent('download'),
    person.see('export-download').click(),
  ]);
  const file = join(here.photos, '..', 'tools.zip');
  await download.saveAs(file);
  await person.press('Escape');
  const read = tool<{ file_name: string; label: string; values: string }[]>('read', file);
  rmSync(file);
  return read.map(({ values, ...about }) => ({
    ...about,
    mask: { width: WIDTH, height: HEIGHT, values: new Uint8Array(Buffer.from(values, 'base64')) },
  }));
}

/** The pixels of a rectangle; right and bottom are outside. */
function rectangle(left: number, top: number, right: number, bottom: number): Pixels {
  const values = new Uint8Array(WIDTH * HEIGHT);
  for (let y = top; y < bottom; y++) values.fill(255, y * WIDTH + left, y * WIDTH + right);
  return { width: WIDTH, height: HEIGHT, values };
}

const area = (mask: Pixels) => mask.values.reduce((sum, value) => sum + Number(value > 0), 0);

test('a box round the cup makes its mask, a scribble adds to it', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  const cup = truth('coffee');
  const inside = [...cup.values.keys()].filter((index) => cup.values[index]! === 255);
  const [xs, ys] = [inside.map((index) => index % WIDTH), inside.map((i) => Math.floor(i / WIDTH))];
  const least = (values: number[]) => values.reduce((low, value) => Math.min(low, value));
  const most = (values: number[]) => values.reduce((high, value) => Math.max(high, value));
  await person.drag([least(xs), least(ys)], [most(xs), most(ys)]);
  const [boxed] = await person.objects();
  expect([boxed!.boxes.length, boxed!.clicks.length, boxed!.label]).toEqual([1, 0, 1]);
  const likeness = await person.likeness('coffee', boxed!.id);
  console.log(`IoU from a box ${likeness.toFixed(3)}`);
  expect(likeness).toBeGreaterThan(0.5);

  await person.page.keyboard.down('Shift');
  await person.drag([270, 120], [300, 130], [290, 160]);
  await person.page.keyboard.up('Shift');
  const [object] = await person.objects();
  expect(object!.scribbles.map(({ positive, round, index }) => [positive, round, index])).toEqual([
    [true, 1, 1],
  ]);
  // What was drawn last goes first.
  await person.press('Delete');
  await person.settled();
  expect((await person.objects())[0]).toEqual(boxed);
  const [read] = await exported(person);
  expect(iou(read!.mask, maskOf(await person.state(), boxed!.id))).toBe(1);
  await person.press('Control+z', 'Control+z', 'Control+z');
  await person.settled();
  expect(await person.objects()).toEqual([]);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('polygon, lasso, cut, straight line, invert and the whole picture are exact', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.press('p');
  const corners: [number, number][] = [
    [100, 80],
    [300, 80],
    [300, 220],
    [100, 220],
  ];
  for (const [x, y] of corners) {
    await new Promise((resolve) => setTimeout(resolve, 450)); // two clicks, not a double click
    await person.tap(x, y);
  }
  await person.press('Enter');
  await person.settled();
  // Corners were set in the middle of their pixels.
  const drawn = maskOf(await person.state(), 1);
  expect(iou(drawn, rectangle(100, 80, 300, 220))).toBeGreaterThan(0.98);

  await person.page.keyboard.down('Alt');
  await person.drag([150, 120], [200, 120], [200, 180], [150, 180]);
  await person.page.keyboard.up('Alt');
  const cut = maskOf(await person.state(), 1);
  expect([area(drawn) - area(cut) > 2800, cut.values[150 * WIDTH + 175]]).toEqual([true, 0]);

  // A straight line from where the last stroke ended.
  await person.press('b');
  await person.drag([350, 300], [352, 300]);
  await person.page.keyboard.down('Shift');
  await person.drag([500, 300], [501, 300]);
  await person.page.keyboard.up('Shift');
  const lined = maskOf(await person.state(), 1);
  expect([360, 420, 490].map((x) => lined.values[300 * WIDTH + x])).toEqual([255, 255, 255]);

  await person.press('v', 'i');
  await person.settled();
  const inverted = maskOf(await person.state(), 1);
  expect(area(inverted)).toBe(WIDTH * HEIGHT - area(lined));
  const [read] = await exported(person);
  expect(iou(read!.mask, inverted)).toBe(1);
  await person.press('Escape', 'Shift+A');
  await person.settled();
  const objects = await person.objects();
  expect(objects.map((object) => object.area)).toEqual([area(inverted), WIDTH * HEIGHT]);
  await person.press('Shift+Delete');
  await person.settled();
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('corners of an outline are moved by hand, and the rest of the mask stays to the pixel', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.click(290, 130);
  const { id } = (await person.objects()).at(-1)!;
  const before = maskOf(await person.state(), id);
  await person.press('o');
  // The pixel of the mask farthest to the right has a corner of the outline close by.
  const inside = [...before.values.keys()].filter((index) => before.values[index]! === 255);
  const edge = inside.reduce((far, index) => (index % WIDTH > far % WIDTH ? index : far));
  const [x, y] = [edge % WIDTH, Math.floor(edge / WIDTH)];
  await person.drag([x, y], [x - 60, y]);
  const after = maskOf(await person.state(), id);
  const changed = (mask: Pixels) =>
    [...mask.values.keys()].filter((index) => mask.values[index] !== before.values[index]);
  const notch = changed(after);
  expect(notch.length).toBeGreaterThan(20);
  // A notch up to there: nothing changed farther to the left.
  expect(Math.min(...notch.map((index) => index % WIDTH))).toBeGreaterThan(x - 64);
  expect(notch.filter((index) => before.values[index]).length).toBeGreaterThan(20);
  const found = (await exported(person)).filter(({ mask }) => iou(mask, after) === 1);
  expect(found.map(({ file_name }) => file_name)).toEqual(['coffee.jpg']);

  // Its tip is taken out again by the key over it, the whole change by undo.
  const removed = notch.filter((index) => before.values[index]);
  const last = removed.reduce((far, index) => (index % WIDTH < far % WIDTH ? index : far));
  const tip = await person.at(last % WIDTH, Math.floor(last / WIDTH));
  await person.page.mouse.move(tip.x, tip.y);
  await person.press('Delete');
  await person.settled();
  expect(maskOf(await person.state(), id).values[last]).toBe(255);
  await person.press('Control+z', 'Control+z');
  await person.settled();
  expect(changed(maskOf(await person.state(), id))).toEqual([]);
  expect((await person.objects()).at(-1)!.clicks).toHaveLength(1);
  await person.press('v', 'Shift+Delete');
  await person.settled();
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

test('objects are chosen on the picture, labelled, duplicated, copied to another picture', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.open('coffee.jpg');
  await person.press('s');
  await person.tap(20, 20); // in the inverted mask of the test before
  const chosen = person.page.locator('[data-testid=object-row].chosen');
  await chosen.waitFor();
  await person.press('2', 'Control+d');
  await person.settled();
  const two = await person.objects();
  expect(two.map((object) => [object.label, object.area])).toEqual([
    [2, two[0]!.area],
    [2, two[0]!.area],
  ]);
  await person.press('Control+a');
  expect(await chosen.count()).toBe(2);
  await person.press('Control+c');
  await person.open('coffee2.jpg');
  await person.press('Control+v');
  await person.settled();
  const pasted = await person.objects();
  expect(pasted.map((object) => [object.label, object.start])).toEqual([
    [2, true],
    [2, true],
  ]);
  const read = await exported(person);
  expect(read.map((object) => [object.file_name, object.label])).toEqual([
    ['coffee.jpg', 'plate'],
    ['coffee.jpg', 'plate'],
    ['coffee2.jpg', 'plate'],
    ['coffee2.jpg', 'plate'],
  ]);
  expect(read.every(({ mask }) => iou(mask, read[0]!.mask) === 1)).toBe(true);

  // The list and the picture mark each other.
  await person.press('Escape', 'v');
  const at = await person.at(20, 20);
  await person.page.mouse.move(at.x, at.y);
  await person.page.locator('[data-testid=object-row].pointed').waitFor();
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});

let small: { photos: string; server: Server; dot: Pixels } | null = null;
beforeAll(async () => {
  const photos = photographs('coffee.jpg');
  const made = tool<{ width: number; height: number; values: string }>(
    'dot',
    join(photos, 'dot.png'),
  );
  const dot = { ...made, values: new Uint8Array(Buffer.from(made.values, 'base64')) };
  small = { photos, server: await Server.start(photos), dot };
});
afterAll(async () => {
  await small?.server.stop();
  if (small) discard(small.photos);
});

test('zoomed in means: look there; one click takes a dot of 11 pixels', async () => {
  const { server, dot } = small!;
  const person = await Person.visit(here.browser, server);
  await person.open('dot.png');
  const at = await person.at(605, 605);
  await person.page.mouse.move(at.x, at.y);
  while ((await person.page.evaluate(() => window.fcfi.view()!.scale)) < 5.3)
    await person.page.mouse.wheel(0, -120);
  await person.click(605, 605);
  const [object] = await person.objects();
  const likeness = iou(maskOf(await person.state(), object!.id), dot);
  console.log(`IoU of the dot after one click ${likeness.toFixed(3)}`);
  expect([object!.clicks.length, likeness >= 0.9]).toEqual([1, true]);

  // The part is in the log of clicks, so that the mask can be made again.
  const { id } = (await person.state()).picture;
  const logs = await person.page.evaluate(
    (picture) => fetch(`/api/pictures/${picture}/logs`).then((answer) => answer.json()),
    id,
  );
  const { log } = (logs as { log: { within: { left: number; right: number } } }[])[0]!;
  expect(log.within.right - log.within.left).toBeLessThan(300);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
