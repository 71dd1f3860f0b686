import { expect, it } from 'vitest';
import type { Network } from '../api/types';
import { started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

const network = (name: string): Network => ({
  name,
  sha256: name,
  runtime: 'r',
  state: 'ready',
  problem: null,
  identity: `of ${name}`,
});

it('notices at the next answer that another page has chosen another network', async () => {
  const server = new FakeServer('a.jpg');
  server.network = network('old');
  const { app } = await started(server);
  const asked = () => server.log.filter((name) => name === 'health').length;
  const click = async () => {
    app.navigation.current!.add({
      type: 'click',
      object: null,
      clicks: [{ x: 1, y: 1, positive: true }],
      label: null,
      keep_out: null,
    });
    await settled();
  };
  await click();
  expect([app.network.info?.name, asked()]).toEqual(['old', 0]);
  server.network = network('learnt');
  await click();
  expect([app.network.info?.name, asked()]).toEqual(['learnt', 1]);
  expect(app.notes.announced).toBe('Another network answers now: learnt');
  expect(app.editing.isOfOther(app.navigation.current!.document.objects[0]!)).toBe(true);
  await click();
  expect(asked()).toBe(1);
  server.network = network('old');
  await click();
  expect([app.network.info?.name, asked()]).toEqual(['old', 2]);
});
