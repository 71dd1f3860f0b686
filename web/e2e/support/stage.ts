/** What most tests begin with: photographs, a server on them, a browser; and their end. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser';
import { discard, photographs } from './paths';
import { Server } from './server';

export interface Stage {
  photos: string;
  server: Server;
  browser: Browser;
}

/** Set up before the tests of a file, taken down after them. names: of the photographs, all
 * without.
 */
export function stage(words: readonly string[] = [], names: readonly string[] = []): Stage {
  const made = {} as Stage;
  beforeAll(async () => {
    made.photos = photographs(...names);
    made.server = await Server.start(made.photos, 0, words);
    made.browser = await launch();
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.server?.stop();
    if (made.photos) discard(made.photos);
  });
  return made;
}
