import { expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

it('goes with what a person does on a fresh start, and is not shown again', async () => {
  const { app, server } = await started();
  const { tour } = app;
  expect([tour.step, app.hints.shown]).toEqual(['click', null]);
  app.editing.click({ x: 5, y: 5 }, true, false);
  await settled();
  expect(tour.step).toBe('correct');
  app.editing.click({ x: 9, y: 9 }, false, false);
  await settled();
  expect(tour.step).toBe('finish');
  app.editing.finish();
  expect([tour.step, app.settings.values.toured]).toEqual([null, true]);
  await settled();
  const again = await started(server);
  expect(again.app.tour.step).toBeNull();
});

it('can be skipped, and begun again from the help', async () => {
  const { app } = await started();
  app.tour.end();
  expect([app.tour.step, app.hints.shown]).toEqual([null, 'first']);
  app.tour.begin();
  app.tour.next();
  // A new object is not a correction.
  app.editing.click({ x: 5, y: 5 }, true, false);
  expect(app.tour.step).toBe('correct');
  app.tour.next();
  app.tour.next();
  expect(app.tour.step).toBeNull();
});

it('does not begin where work was done, or without a picture', async () => {
  const worked = new FakeServer('a.jpg', 'b.jpg');
  worked.finish(2);
  expect((await started(worked)).app.tour.step).toBeNull();
  expect((await started([])).app.tour.step).toBeNull();
});
