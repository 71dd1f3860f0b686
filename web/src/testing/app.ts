/** The page's whole state on a server in memory. */

import { App } from '../state/app.svelte';
import { FakePlatform, settled } from './platform';
import { FakeServer } from './server';

export interface Started {
  app: App;
  server: FakeServer;
  platform: FakePlatform;
}

/** names: of the pictures, or a server that has some. address: the part after #. */
export async function started(
  names: readonly string[] | FakeServer = ['a.jpg'],
  address = '',
): Promise<Started> {
  const server = names instanceof FakeServer ? names : new FakeServer(...names);
  const platform = new FakePlatform();
  platform.address = address;
  const app = new App(server.api, platform);
  await app.start();
  await settled();
  app.viewport.resize({ width: 500, height: 400 });
  return { app, server, platform };
}
