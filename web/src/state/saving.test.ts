import { expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';

it('reports what is not saved, over all pictures', async () => {
  const { app, server } = await started(['a.jpg', 'b.jpg']);
  expect([app.saving.summary.outlook, app.unsaved]).toEqual(['saved', false]);
  server.hold();
  app.editing.click({ x: 5, y: 5 }, true, false);
  await app.navigation.go(1);
  expect(app.saving.summary).toEqual({ status: 'busy', pending: 1, outlook: 'sending' });
  expect([app.saving.unsent.map((picture) => picture.name), app.unsaved]).toEqual([
    ['a.jpg'],
    true,
  ]);
  server.free();
  await settled();
  expect(app.saving.summary.outlook).toBe('saved');
});

it('names the pictures that wait for a decision while another is on screen', async () => {
  const { app, server } = await started(['a.jpg', 'b.jpg']);
  const stored = server.pictures.get(1)!;
  stored.row = { ...stored.row, version: 5 };
  app.editing.click({ x: 5, y: 5 }, true, false);
  await settled();
  expect(app.navigation.current?.conflict).not.toBeNull();
  expect(app.saving.elsewhere).toEqual([]);
  await app.navigation.go(1);
  expect(app.saving.elsewhere.map((picture) => picture.name)).toEqual(['a.jpg']);
  app.saving.report();
  expect(app.notes.shown.at(-1)?.text).toMatch(/waits for your decision/);
});

it('counts collected clicks as unsaved', async () => {
  const { app } = await started();
  app.editing.click({ x: 5, y: 5 }, true, true);
  expect(app.unsaved).toBe(true);
  app.saving.report();
  expect(app.notes.shown.at(-1)?.text).toMatch(/^All saved/);
});
