import { expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';

it('turns the local id of the active object into its number', async () => {
  const { app, server } = await started();
  server.hold();
  app.editing.click({ x: 5, y: 5 }, true, false);
  const picture = app.navigation.current!;
  expect(picture.activeId).toBeLessThan(0);
  expect(picture.active?.clicks).toEqual([
    { x: 5, y: 5, positive: true, round: 0, index: 0, pending: true },
  ]);
  server.free();
  await settled();
  expect(picture.activeId).toBe(1);
  expect(picture.active?.clicks).toEqual([{ x: 5, y: 5, positive: true, round: 0, index: 0 }]);
});

it('has no active object any more once that is deleted', async () => {
  const { app } = await started();
  app.editing.click({ x: 5, y: 5 }, true, false);
  await settled();
  app.editing.delete();
  const picture = app.navigation.current!;
  expect([picture.activeId, picture.document.objects.length]).toEqual([null, 0]);
});

it('keeps masks for undo, and forgets the oldest of those that no object has', async () => {
  const { app } = await started();
  const picture = app.navigation.current!;
  const runs = { left: 0, top: 0, width: 1, height: 1, runs: [0, 1] };
  for (let index = 0; index < 250; index++)
    picture.refresh({ ...picture.state, masks: { [`sha${index}`]: runs } });
  expect(picture.maskOf('sha0')).toBeNull();
  expect(picture.maskOf('sha249')).not.toBeNull();
  expect(picture.maskOf('sha249')).toBe(picture.maskOf('sha249'));
});

it('shows a state again that became readable without a new version', async () => {
  const { app } = await started();
  const picture = app.navigation.current!;
  const row = picture.state.picture;
  picture.refresh({ ...picture.state, picture: { ...row, problem: 'cut off' } });
  expect(picture.readable).toBe(false);
  picture.refresh({ ...picture.state, picture: row });
  expect(picture.readable).toBe(true);
});
