/** What the page asks for, and what its browser lets it do. */

import { request as ask } from 'node:http';
import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage([], ['coffee.jpg', 'chelsea.jpg']);

test('nothing outside of the server is asked for, and the policy forbids it', async () => {
  const person = await Person.visit(here.browser, here.server);
  await person.click(290, 130);
  for (const name of ['help', 'settings', 'import', 'export', 'labels-edit']) {
    await person.see(name).click();
    await person.press('Escape');
  }
  await person.press('d', 'm', 'm', 'm', 'm');
  await person.settled();
  expect(person.watch.foreign).toEqual([]);
  expect(person.watch.complaints).toEqual([]);

  const tried = await person.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const away = await fetch('https://example.org/').then(
      () => 'sent',
      () => 'refused',
    );
    return { away, injected: 'injected' in window };
  });
  expect(tried).toEqual({ away: 'refused', injected: false });
  const policy = person.watch
    .unexpected()
    .filter((complaint) => complaint.includes('Content Security Policy'));
  expect(policy.length).toBeGreaterThanOrEqual(2);
  await person.leave();
});

test('another name and another site are refused', async () => {
  const url = new URL('/api/project', here.server.url);
  const status = (method: string, headers: Record<string, string>, path = url.pathname) =>
    new Promise<number>((resolve, reject) =>
      ask({ host: url.hostname, port: url.port, path, method, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      })
        .on('error', reject)
        .end(method === 'POST' ? '{}' : undefined),
    );
  expect(await status('GET', {})).toBe(200);
  expect(await status('GET', { Host: 'evil.example' })).toBe(403);
  const json = { 'Content-Type': 'application/json' };
  expect(
    await status('POST', { ...json, Origin: 'http://evil.example' }, '/api/pictures/scan'),
  ).toBe(403);
  expect(await status('POST', { 'Content-Type': 'text/plain' }, '/api/pictures/scan')).toBe(415);
});
