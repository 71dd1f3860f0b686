import { expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';

it('shows how to begin, then how to correct, until both are understood', async () => {
  const { app, server } = await started();
  app.tour.end();
  expect(app.hints.shown).toBe('first');
  server.hold();
  app.editing.click({ x: 5, y: 5 }, true, false);
  expect(app.hints.shown).toBeNull();
  server.free();
  await settled();
  expect(app.hints.shown).toBe('second');
  app.editing.finish();
  expect([app.hints.shown, app.settings.values.hinted]).toEqual([null, true]);
});
