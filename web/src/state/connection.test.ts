import { expect, it } from 'vitest';
import { Refused, Unreachable } from '../api/client';
import { FakePlatform, settled } from '../testing/platform';
import { Connection } from './connection.svelte';

it('probes until the server answers, then ends all sleeps', async () => {
  const platform = new FakePlatform();
  const answers = [new Unreachable('no'), new Unreachable('no'), new Refused(500, 'there')];
  let probes = 0;
  const connection = new Connection(() => Promise.reject(answers[probes++]), platform);
  let slept = false;
  void connection.sleep(60_000).then(() => (slept = true));
  connection.lost();
  connection.lost();
  for (const expected of [1, 2, 3]) {
    expect(connection.online).toBe(false);
    platform.pass(4000);
    await settled();
    expect(probes).toBe(expected);
  }
  expect([connection.online, slept]).toEqual([true, true]);
});

it('sleeps as long as it is asked to', async () => {
  const platform = new FakePlatform();
  const connection = new Connection(() => Promise.resolve(), platform);
  let slept = false;
  void connection.sleep(500).then(() => (slept = true));
  platform.pass(499);
  await settled();
  expect(slept).toBe(false);
  platform.pass(1);
  await settled();
  expect(slept).toBe(true);
});
