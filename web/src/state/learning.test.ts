import { expect, it } from 'vitest';
import type { LearningStatus } from '../api/types';
import { started } from '../testing/app';
import { settled } from '../testing/platform';

const ENOUGH = { objects: 34, pictures: 9, held_out: 8, problem: null };
const RESULT: NonNullable<LearningStatus['result']> = {
  run: 'a',
  objects: 8,
  limit: 10,
  clicks: [{ target: 0.9, before: 5, after: 3, not_reached: [1, 0] }],
  difference: -2,
  error: 0.5,
  better: true,
};
const OFFER = '34 objects are finished: the network can learn from them.';
const DONE = 'The network has learnt: look at the result.';

async function page(status: Partial<LearningStatus> = ENOUGH) {
  const found = await started(['a.jpg']);
  found.server.learning = { ...found.server.learning, ...status };
  const texts = () => found.app.notes.shown.map((note) => note.text);
  return { ...found, texts };
}

it('is offered once, when there is enough to learn from, until somebody dismisses it', async () => {
  const { app, platform, texts } = await page();
  expect(texts()).toEqual([]);
  platform.pass(10_000);
  await settled();
  expect(texts()).toEqual([OFFER]);
  platform.pass(600_000);
  expect(texts()).toEqual([OFFER]);
  app.notes.shown[0]!.action!.run();
  expect(app.dialog).toBe('learn');
  app.notes.dismiss(app.notes.shown[0]!.key);
  for (let count = 0; count < 20; count++) app.learning.noteFinish();
  await settled();
  expect(texts()).toEqual([]);
  expect(app.settings.values.offered).toBe(true);
});

it.each<[string, Partial<LearningStatus>]>([
  ['too little', { problem: 'too few objects' }],
  ['a run under way', { ...ENOUGH, job: 'job9' }],
  ['a result', { ...ENOUGH, result: RESULT }],
  ['a network that has learnt', { ...ENOUGH, used: 'a' }],
])('is not offered with %s', async (_, status) => {
  const { app, platform } = await page(status);
  platform.pass(10_000);
  await settled();
  expect(app.settings.values.offered).toBe(false);
});

it('looks again after ten finished objects or pictures', async () => {
  const { app, server, platform, texts } = await page({ problem: 'too few objects' });
  platform.pass(10_000);
  await settled();
  server.learning = { ...server.learning, ...ENOUGH };
  for (let count = 0; count < 9; count++) app.learning.noteFinish();
  await settled();
  expect(texts()).toEqual([]);
  app.learning.noteFinish();
  await settled();
  expect(texts()).toEqual([OFFER]);
});

it('asks again later if the server does not answer', async () => {
  const { app, server, platform } = await page();
  server.down = true;
  platform.pass(10_000);
  await settled();
  expect(app.settings.values.offered).toBe(false);
});

it('shows the result of a run, and uses its network or the old one', async () => {
  const { app, server, texts } = await page();
  server.learnt = RESULT;
  app.dialog = 'learn';
  await app.learning.start(5);
  expect(app.learning.status?.result).toEqual(RESULT);
  expect(texts()).toEqual([]);
  await app.learning.use('a');
  expect(app.learning.status?.used).toBe('a');
  await app.learning.use(null);
  expect(app.learning.status?.used).toBeNull();
  expect(server.log.filter((line) => /earn/.test(line))).toEqual([
    'startLearning 5',
    'learning',
    'useLearnt a',
    'useLearnt ',
  ]);
});

it('says that a run has ended while the dialog was closed', async () => {
  const { app, server, texts } = await page();
  server.learnt = RESULT;
  await app.learning.start(10);
  expect(texts()).toEqual([DONE]);
});

it('follows a run that another page began, and can cancel it', async () => {
  const { app, server, platform, texts } = await page();
  server.working = true;
  const job = await app.api.startLearning(10);
  server.learning = { ...server.learning, job: job.id };
  await app.learning.load();
  await settled();
  expect(app.learningJob.now?.id).toBe(job.id);
  server.learning = { ...server.learning, job: null };
  await app.learningJob.cancel();
  platform.pass(500);
  await settled();
  expect(app.learningJob.now).toBeNull();
  expect(texts()).toEqual([]);
});

it('shows why a run failed, in the dialog or as a notice', async () => {
  const { app, server, texts } = await page();
  server.down = true;
  app.dialog = 'learn';
  await app.learning.start(10);
  expect(app.learning.problem).toBe('The server does not answer.');
  expect(texts()).toEqual([]);
  app.dialog = null;
  await app.learning.start(10);
  expect(texts()).toEqual(['The server does not answer.']);
});
