/** A person in front of the page: does what hands do, and looks at what eyes see. */

import { join } from 'node:path';
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from 'playwright-core';
import type {} from '../../src/api/test-hook';
import type { DrawnObject, PictureState } from '../../src/api/types';
import { Watch } from './browser';
import { iou, maskOf, type Pixels } from './masks';
import { EXAMPLES, tool } from './paths';
import type { Server } from './server';

export const SCREEN = { width: 1280, height: 720 };
/** For one thing to happen on a busy machine, milliseconds. */
const PATIENCE = 90_000;

export interface Hands {
  button?: 'left' | 'right';
  /** Keys that are held meanwhile. */
  keys?: string[];
}

export class Person {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly watch: Watch,
  ) {}

  /** Opens the page in a browser profile of its own. */
  static async visit(
    browser: Browser,
    server: Server,
    more: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: SCREEN, acceptDownloads: true, ...more });
    const watch = new Watch(context, new URL(server.url).origin);
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    const person = new Person(context, page, watch);
    await page.goto(server.url);
    await person.settled();
    return person;
  }

  leave(): Promise<void> {
    return this.context.close();
  }

  see(name: string): Locator {
    return this.page.getByTestId(name);
  }

  press(...keys: string[]): Promise<void> {
    return keys.reduce(
      (before, key) => before.then(() => this.page.keyboard.press(key)),
      Promise.resolve(),
    );
  }

  /** Waits until a picture is there and all that was done is saved and painted. */
  async settled(): Promise<void> {
    const calm = () => window.fcfi?.state() != null && !window.fcfi.busy();
    // Asked by time and not by frames: a window behind another one paints none.
    await this.page
      .waitForFunction(calm, undefined, { polling: 50 })
      .catch(async (error: unknown) => {
        const seen = await this.page.locator('body').innerText();
        throw new Error(
          `the page does not come to rest: ${seen}\n${this.watch.complaints.join('\n')}`,
          {
            cause: error,
          },
        );
      });
  }

  async state(): Promise<PictureState> {
    return (await this.page.evaluate(() => window.fcfi.state()))!;
  }

  async objects(): Promise<DrawnObject[]> {
    return (await this.state()).document.objects;
  }

  /** Where the middle of a picture's pixel lies on the screen. */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = (await this.see('stage').boundingBox())!;
    const view = (await this.page.evaluate(() => window.fcfi.view()))!;
    return {
      x: box.x + view.x + (x + 0.5) * view.scale,
      y: box.y + view.y + (y + 0.5) * view.scale,
    };
  }

  /** Clicks on a pixel of the picture and does not wait for the answer. */
  async tap(x: number, y: number, { button = 'left', keys = [] }: Hands = {}): Promise<void> {
    const place = await this.at(x, y);
    for (const key of keys) await this.page.keyboard.down(key);
    await this.page.mouse.click(place.x, place.y, { button });
    for (const key of keys) await this.page.keyboard.up(key);
  }

  /** Clicks on a pixel of the picture and waits for the mask. */
  async click(x: number, y: number, hands: Hands = {}): Promise<void> {
    await this.tap(x, y, hands);
    await this.settled();
  }

  /** Presses, moves over these pixels and lets go. */
  async drag(...points: [number, number][]): Promise<void> {
    const [first, ...rest] = await Promise.all(points.map(([x, y]) => this.at(x, y)));
    await this.page.mouse.move(first!.x, first!.y);
    await this.page.mouse.down();
    for (const place of rest) await this.page.mouse.move(place.x, place.y, { steps: 8 });
    await this.page.mouse.up();
    await this.settled();
  }

  /** Opens a picture from the list. */
  async open(name: string): Promise<void> {
    await this.see('picture-row').filter({ hasText: name }).click();
    await this.page.waitForFunction((wanted) => window.fcfi.state()?.picture.name === wanted, name);
    await this.settled();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.settled();
  }

  /** The bundled true mask of a photograph and its likeness to an object's mask. */
  async likeness(name: string, object: number): Promise<number> {
    return iou(maskOf(await this.state(), object), truth(name));
  }
}

const truths = new Map<string, Pixels>();

/** The bundled true mask of a photograph ("coffee"). */
export function truth(name: string): Pixels {
  const known = truths.get(name);
  if (known) return known;
  const path = join(EXAMPLES, 'masks', `${name}.png`);
  const { width, height, values } = tool<{ width: number; height: number; values: string }>(
    'truth',
    path,
  );
  const made = { width, height, values: new Uint8Array(Buffer.from(values, 'base64')) };
  truths.set(name, made);
  return made;
}
