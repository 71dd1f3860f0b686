import { expect, it } from 'vitest';
import type { Job } from '../api/types';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

/** The page with an export that runs; its promise. */
async function exporting(): Promise<Started & { ended: Promise<unknown> }> {
  const server = new FakeServer('a.jpg');
  server.working = true;
  const page = await started(server);
  const ended = page.app.exporting.run(() => page.app.api.exportMasks('coco', 'all'));
  await settled();
  return { ...page, ended };
}

/** What the server says of its only job from now on. */
function set(server: FakeServer, change: Partial<Job>): void {
  server.jobs.set('job1', { ...server.jobs.get('job1')!, ...change } as Job);
}

it('returns the result of work that ends at once', async () => {
  const { app } = await started(['a.jpg']);
  const made = await app.exporting.run(() => app.api.exportMasks('coco', 'all'));
  expect(made?.url).toBe('/api/exports/made/photos-coco.zip');
  expect(app.exporting.now).toBeNull();
});

it('follows work until it is done, less often after a while', async () => {
  const { app, server, platform, ended } = await exporting();
  expect(app.exporting.now).toMatchObject({ what: 'writing', done: 1, total: 4 });
  set(server, { done: 3 });
  platform.pass(50);
  await settled();
  expect(app.exporting.now?.done).toBe(3);
  for (let turn = 0; turn < 100; turn++) {
    platform.pass(100);
    await settled();
  }
  const asked = server.log.filter((line) => line === 'job job1').length;
  expect(asked).toBeGreaterThan(15);
  expect(asked).toBeLessThan(30);
  const result = {
    id: 'x',
    url: '/x.zip',
    report: { text: '', pictures: 2, objects: 2, changed: [], notes: [] },
  };
  set(server, { state: 'done', result });
  platform.pass(500);
  expect(await ended).toEqual(result);
  expect(app.exporting.now).toBeNull();
});

it('cancels work, which has no result then', async () => {
  const { app, server, platform, ended } = await exporting();
  await app.exporting.cancel();
  expect(server.log).toContain('cancelJob job1');
  expect(app.exporting.cancelling).toBe(true);
  platform.pass(50);
  expect(await ended).toBeNull();
  await app.exporting.cancel(); // nothing is under way any more
  expect(server.log.filter((line) => line === 'cancelJob job1')).toHaveLength(1);
});

it('throws what work fails with', async () => {
  const { server, platform, ended } = await exporting();
  set(server, { state: 'failed', problem: 'the disk is full' });
  platform.pass(50);
  await expect(ended).rejects.toThrow('the disk is full');
});

it('asks again when the server was away', async () => {
  const { app, server, platform, ended } = await exporting();
  server.down = true;
  platform.pass(50);
  await settled();
  expect(app.connection.online).toBe(false);
  expect(app.exporting.now?.done).toBe(1);
  server.down = false;
  set(server, { state: 'cancelled' });
  platform.pass(1000);
  expect(await ended).toBeNull();
  expect(app.connection.online).toBe(true);
});

it('ends when the server knows its work no more', async () => {
  const { server, platform, ended } = await exporting();
  server.jobs.clear();
  platform.pass(50);
  await expect(ended).rejects.toThrow('this job is not known any more');
});

it('shows the list anew after a scan, also after one that was cancelled', async () => {
  const server = new FakeServer('a.jpg');
  server.working = true;
  const { app, platform } = await started(server);
  const scanned = app.navigation.scan();
  await settled();
  server.addPicture(2, 'b.jpg');
  await app.scanning.cancel();
  platform.pass(50);
  await scanned;
  expect(app.navigation.index.total).toBe(2);
});
