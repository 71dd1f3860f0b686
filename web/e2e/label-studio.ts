/** Label Studio's own page, used with hands: smart clicks on one task, a smart box on another.
 *
 * `tools/peers.py` starts the servers, says in FCFI_PEERS where they are and what to click, and
 * compares the submitted masks.  What the page asked, and what it cost, is written into a file.
 */

import { writeFileSync } from 'node:fs';
import type { Browser, Locator, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch } from './support/browser';

interface Given {
  /** Addresses of Label Studio and of `fcfi serve`. */
  studio: string;
  backend: string;
  user: string;
  password: string;
  project: number;
  /** The task that is clicked, and the one that gets the box. */
  tasks: [number, number];
  /** x, y, positive: pixels of the picture. */
  clicks: [number, number, boolean][];
  /** Left, top, right, bottom. */
  box: [number, number, number, number];
  /** The file for what is found out. */
  output: string;
}

/** A request of the page. predictions: what the network made for it. */
interface Asked {
  task: number;
  result: unknown[];
  predictions: number;
}

const given = JSON.parse(process.env.FCFI_PEERS ?? '{}') as Given;
/** For a step on a busy machine, milliseconds. */
const PATIENCE = 90_000;
/** The order of the controls in the project's configuration. */
const [CLICK, BOX] = [0, 1];
const asked: Asked[] = [];
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.setDefaultTimeout(PATIENCE);
  page = await context.newPage();
  await page.goto(`${given.studio}/user/login/`);
  await page.fill('input[name=email]', given.user);
  await page.fill('input[name=password]', given.password);
  await page.click('button[type=submit]');
  await page.waitForURL((url) => !url.pathname.includes('/login'));
});

afterAll(async () => {
  await browser.close();
});

test('clicks on and off the object, accepted by hand', async () => {
  await open(given.tasks[0]);
  await choose('key-point-tool');
  for (const [x, y, positive] of given.clicks) {
    await label(CLICK);
    const [left, top] = await at(x + 0.5, y + 0.5);
    await answered(given.tasks[0], async () => {
      if (!positive) await page.keyboard.down('Alt');
      await page.mouse.click(left, top);
      if (!positive) await page.keyboard.up('Alt');
    });
  }
  await page.locator('.lsf-auto-accept__action_type_accept').click();
  await submit();
});

test('a box, accepted by itself', async () => {
  await open(given.tasks[1]);
  await turnOn('bottombar-auto-accept-toggle');
  await choose('rectangle-tool');
  await label(BOX);
  const [left, top, right, bottom] = given.box;
  const from = await at(left, top);
  const to = await at(right, bottom);
  await answered(given.tasks[1], async () => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2);
    await page.mouse.move(...to);
    await page.mouse.up();
  });
  await submit();
  writeFileSync(given.output, JSON.stringify(asked));
});

/** Opens a task with auto-annotation. */
async function open(task: number): Promise<void> {
  await page.goto(`${given.studio}/projects/${given.project}/data?task=${task}`);
  await picture().waitFor();
  await turnOn('bottombar-auto-annotation-toggle');
}

/** Turns a switch on, which Label Studio may remember from the task before. */
async function turnOn(name: string): Promise<void> {
  const found = page.getByTestId(name);
  const turned = async () => {
    if (await found.isChecked()) return true;
    // What is seen of the switch lies over its input, which is the part that is named.  A click is
    // lost while the page builds its tools.
    await found.click({ force: true });
    return found.isChecked();
  };
  await expect.poll(turned, { interval: 1000, timeout: 20_000 }).toBe(true);
}

/** Label Studio's picture, of which the stage above it may show a part. */
function picture(): Locator {
  return page.locator('.lsf-image img').last();
}

/** Chooses "Auto-Detect", and one of its smart tools. */
async function choose(tool: string): Promise<void> {
  const smart = page.locator('.lsf-toolbar__group > .lsf-tool_smart');
  await smart.click();
  const wanted = page.locator(`.lsf-toolbar__smart .lsf-tool_smart[aria-label="${tool}"]`);
  if (!(await wanted.getAttribute('class'))?.includes('lsf-tool_active')) {
    await smart.hover();
    await wanted.click();
  }
  await expect.poll(() => wanted.getAttribute('class')).toContain('lsf-tool_active');
}

/** Chooses the label of a control, which Label Studio drops after each click. */
async function label(control: number): Promise<void> {
  const found = page.locator('.lsf-label').nth(control);
  if (!(await found.getAttribute('class'))?.includes('lsf-label_selected')) await found.click();
  await expect.poll(() => found.getAttribute('class')).toContain('lsf-label_selected');
}

/** Where a point of the picture lies on the screen. */
async function at(x: number, y: number): Promise<[number, number]> {
  return picture().evaluate(
    (image: HTMLImageElement, [x, y]) => {
      const box = image.getBoundingClientRect();
      const [across, down] = [x / image.naturalWidth, y / image.naturalHeight];
      return [box.x + across * box.width, box.y + down * box.height] as [number, number];
    },
    [x, y] as const,
  );
}

/** Does something at which the page asks for a mask, and keeps what it asked and what it cost. */
async function answered(task: number, act: () => Promise<void>): Promise<void> {
  const before = await predictions();
  const waiting = page.waitForResponse((answer) => answer.url().includes('interactive-annotating'));
  await act();
  const answer: Response = await waiting;
  expect(answer.ok(), await answer.text()).toBe(true);
  const body = answer.request().postDataJSON() as { context: { result: unknown[] } };
  const after = await predictions();
  asked.push({ task, result: body.context.result, predictions: after - before });
  await page.waitForTimeout(1000); // until the mask is drawn
}

async function predictions(): Promise<number> {
  const health = (await (await fetch(`${given.backend}/health`)).json()) as { predictions: number };
  return health.predictions;
}

async function submit(): Promise<void> {
  const waiting = page.waitForResponse(
    (answer) => answer.request().method() === 'POST' && answer.url().includes('/annotations'),
  );
  await page.getByTestId('bottombar-submit-button').click();
  expect((await waiting).ok()).toBe(true);
}
