import { expect, it } from 'vitest';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';
import { object } from '../testing/states';
import { leastScore } from './series.svelte';

/** The page on the first of four pictures, with two objects on it. */
async function page(): Promise<Started & { server: FakeServer }> {
  const server = new FakeServer('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg');
  server.pictures.get(1)!.objects = [object(1), object(2)];
  server.carried = {
    pictures: [2, 3].map((id) => ({
      id,
      name: server.state(id).picture.name,
      objects: [{ source: 1, object: 1, score: 0.9 }],
    })),
    stops: [
      { source: 1, picture: 'd.jpg', score: 0.512 },
      { source: 2, picture: 'b.jpg', score: null },
    ],
    ended: null,
  };
  return started(server);
}

it('carries all objects, or the chosen ones, as the settings say', async () => {
  const { app, server } = await page();
  app.settings.set('carryCount', 7);
  app.settings.set('carryShare', 0.8);
  app.commands.carry();
  await settled();
  app.editing.chosen = [2];
  app.commands.carry();
  await settled();
  expect(server.carries).toEqual([
    { id: 1, objects: null, count: 7, share: 0.8, author: '' },
    { id: 1, objects: [2], count: 7, share: 0.8, author: '' },
  ]);
});

it('carries nothing if another picture is shown while the first is saved', async () => {
  const { app, server } = await page();
  app.editing.edit(1, { visible: false });
  app.commands.carry();
  await app.navigation.go(1);
  await settled();
  expect(server.state(1).document.objects[0]!.visible).toBe(false);
  expect(server.carries).toEqual([]);
});

it('shows the pictures in a film strip, and says why not further', async () => {
  const { app } = await page();
  const { series } = app;
  app.commands.carry();
  await settled();
  expect(series.frames.map(({ name }) => name)).toEqual(['b.jpg', 'c.jpg']);
  expect(series.reasons).toEqual([
    'Object 1 stopped before d.jpg: its score fell to 0.51.',
    'Object 2 stopped before b.jpg: it is not found there.',
  ]);
  expect(app.notes.announced).toContain('Carried to 2 pictures.');
  expect(series.open).toBe(true);
  await series.load(series.frames[0]!);
  expect(series.details.get(2)?.present).toBe(true);
  series.close();
  expect([series.open, series.details.size]).toEqual([false, 0]);
});

it('opens a frame with its object, and rejects another', async () => {
  const { app, server } = await page();
  const { series, navigation } = app;
  app.commands.carry();
  await settled();
  const [first, second] = series.frames;
  await series.visit(first!);
  await settled();
  expect([navigation.current?.id, navigation.current?.activeId]).toEqual([2, 1]);
  await series.reject(second!);
  await settled();
  expect(server.actions).toEqual([{ type: 'delete_objects', objects: [1] }]);
  expect(server.state(3).document.objects).toEqual([]);
  expect(series.details.get(3)?.present).toBe(false);
  expect(app.notes.announced).toBe('Removed from c.jpg');
  expect(navigation.current?.id).toBe(2);
  // Nothing is left to reject.
  await series.reject(second!);
  expect(server.actions).toHaveLength(1);
});

it('says what stands in the way', async () => {
  const { app, server } = await page();
  const said = async () => {
    app.commands.carry();
    await settled();
    return app.notes.announced;
  };
  await app.navigation.go(3);
  expect(await said()).toBe('This picture has no object to carry.');
  server.pictures.get(4)!.objects = [object(1)];
  await app.navigation.refresh();
  expect(await said()).toBe('This is the last picture: no other follows to carry to.');
  await app.navigation.go(0);
  server.down = true;
  app.connection.lost();
  app.editing.edit(1, { visible: false });
  expect(await said()).toBe('Not everything is saved yet: carry the objects when it is.');
  expect(server.carries).toEqual([]);
});

it('says on which pictures the objects were already', async () => {
  const { app, server } = await page();
  const [first, second] = server.carried!.pictures;
  const was = { source: 1, object: 1, score: null };
  server.carried = { pictures: [{ ...first!, objects: [was] }, second!], stops: [], ended: null };
  app.commands.carry();
  await settled();
  expect(app.series.reasons).toEqual(['There already: 1 picture, kept unchanged.']);
  expect(app.notes.announced).toContain('Carried to 1 picture.');
  expect(app.series.frames.map(leastScore)).toEqual([null, 0.9]);
  server.carried = { ...server.carried, pictures: [{ ...first!, objects: [was] }] };
  app.commands.carry();
  await settled();
  expect(app.notes.announced).toBe(
    'Nothing was carried. There already: 1 picture, kept unchanged.',
  );
});

it('says what the server refuses, and that nothing was carried', async () => {
  const { app, server } = await page();
  server.carried = { pictures: [], stops: [], ended: null };
  app.commands.carry();
  await settled();
  expect([app.notes.announced, app.series.open]).toEqual(['Nothing was carried.', false]);
  server.carried = null;
  app.commands.carry();
  await settled();
  expect(app.notes.announced).toBe('No network');
  expect(app.series.open).toBe(false);
});
