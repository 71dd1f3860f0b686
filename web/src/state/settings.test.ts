import { expect, it } from 'vitest';
import { FakePlatform, settled } from '../testing/platform';
import { FakeServer } from '../testing/server';
import { Settings } from './settings.svelte';

function settings() {
  const [server, platform] = [new FakeServer(), new FakePlatform()];
  return { server, platform, settings: new Settings(server.api, platform) };
}

it('takes stored values of the right type only, and sends back what it does not know', async () => {
  const { server, platform, settings: made } = settings();
  made.load({ opacity: 0.7, clickSize: 'large', theme: null, later: { version: 9 } });
  expect([made.values.opacity, made.values.clickSize, made.values.theme]).toEqual([
    0.7,
    8,
    'system',
  ]);
  made.set('opacity', 0.1);
  made.set('brushSize', 40);
  platform.pass(400);
  await settled();
  expect(server.log).toEqual(['saveSettings ']);
  expect(server.settings['']).toMatchObject({ opacity: 0.1, brushSize: 40, later: { version: 9 } });
});

it('takes a stored window only if it is one', () => {
  const { settings: made } = settings();
  made.load({ window: { low: 10, high: 20 } });
  expect(made.values.window).toEqual({ low: 10, high: 20 });
  for (const window of [{ low: 20, high: 10 }, { low: '1', high: 2 }, {}, null, 5, undefined]) {
    made.load({ window });
    expect(made.values.window).toBeNull();
  }
});

it('follows the theme of the system until one is chosen', () => {
  const { settings: made } = settings();
  expect(made.dark).toBe(false);
  made.set('theme', 'dark');
  expect(made.dark).toBe(true);
});

it('loads the settings of the person who gives a name, and keeps the name in the browser', async () => {
  const { server, platform, settings: made } = settings();
  server.settings['Anna'] = { theme: 'dark' };
  await made.setAuthor('  Anna ');
  expect([made.author, made.dark]).toEqual(['Anna', true]);
  expect(new Settings(server.api, platform).author).toBe('Anna');
});

it('shows one view after the other', () => {
  const { settings: made } = settings();
  const seen = ['overlay', 'beside', 'masks', 'picture'].map(() => {
    made.nextMode();
    return made.values.mode;
  });
  expect(seen).toEqual(['beside', 'masks', 'picture', 'overlay']);
});
