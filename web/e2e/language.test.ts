/** The page in German, because the browser asks for it; then in Japanese, because a person does. */

import { expect, test } from 'vitest';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'Tasse'], ['coffee.jpg', 'rocket.jpg']);

test('the page speaks the language of the browser, and another one that is set', async () => {
  const person = await Person.visit(here.browser, here.server, { locale: 'de-DE' });
  const title = (name: string) => person.see(name).getAttribute('title');
  await expect.poll(() => title('undo')).toMatch(/^Rückgängig/);
  expect(await person.page.locator('html').getAttribute('lang')).toBe('de');
  await person.page.getByText('Klicken Sie auf ein Objekt').waitFor();
  expect(await person.page.locator('nav').innerText()).toContain('0 von 2 Bilder fertig');

  await person.open('coffee.jpg');
  await person.click(290, 130);
  expect(await person.see('object-row').innerText()).toMatch(/1 Klick, /);
  expect(await person.see('status').innerText()).toBe('Alles gespeichert');
  await person.press('Control+Enter');
  await person.settled();
  await expect
    .poll(() => person.page.locator('nav').innerText())
    .toContain('1 von 2 Bilder fertig');
  await person.press('?');
  await person.see('help-dialog').getByText('Objekt abschließen').waitFor();
  await person.press('Escape');
  await person.see('import').click();
  await person.see('import-dialog').getByText('Oder ein Pfad im Ordner').waitFor();
  await person.press('Escape');
  await person.see('export').click();
  await person.see('export-format-coco').check();
  await person.see('export-start').click();
  const report = await person.see('export-report').innerText();
  expect(report).toContain('1 Objekt auf 1 Bild, zurückgelesen: alle auf das Pixel genau');
  await person.press('Escape');
  for (let steps = 0; steps < 3; steps++) {
    await person.press('Control+z');
    await person.settled();
  }
  const note = person.page.getByRole('region', { name: 'Hinweise' });
  await note.getByText('Auf diesem Bild ist nichts rückgängig zu machen.').waitFor();

  await person.see('settings').click();
  await person.see('language').selectOption('ja');
  await person.see('settings-dialog').getByText('設定').waitFor();
  await person.press('Escape');
  // Kept with the person's settings, stronger than the browser's language.
  await expect
    .poll(async () => {
      const response = await fetch(new URL('/api/project', here.server.url));
      return ((await response.json()) as { settings: { language?: string } }).settings.language;
    })
    .toBe('ja');
  await person.reload();
  await expect.poll(() => title('undo')).toMatch(/^元に戻す/);
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
