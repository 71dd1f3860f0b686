/** Brightness, contrast, gamma and grey change what is seen, and nothing else. */

import { expect, test } from 'vitest';
import { maskOf } from './support/masks';
import { Person } from './support/person';
import { stage } from './support/stage';

const here = stage(['--labels', 'cup'], ['coffee.jpg']);

test('the picture is shown otherwise, the mask of a click is the same', async () => {
  const person = await Person.visit(here.browser, here.server);
  const canvas = person.page.locator('[data-testid=stage] canvas');
  const filter = () => canvas.first().evaluate((layer) => getComputedStyle(layer).filter);
  await person.click(290, 130);
  const before = maskOf(await person.state(), 1);
  await person.press('Control+z');
  await person.settled();
  expect(await filter()).toBe('none');

  await person.press('Shift+M');
  await person.see('adjust-gamma').fill('1');
  await person.see('adjust-brightness').fill('-0.5');
  await person.see('adjust-grey').check();
  expect(await filter()).toBe('url("#picture-gamma") brightness(0.707) grayscale(1)');
  const exponents = await person.page
    .locator('#picture-gamma feComponentTransfer > *')
    .evaluateAll((parts) =>
      parts.map((part) => [part.namespaceURI, part.getAttribute('exponent')]),
    );
  expect(exponents).toEqual(Array(3).fill(['http://www.w3.org/2000/svg', '0.5']));
  expect(await canvas.nth(1).evaluate((layer) => getComputedStyle(layer).filter)).toBe('none');
  await person.press('Escape');
  expect(await person.see('adjust-panel').count()).toBe(0);

  await person.click(290, 130);
  const [object] = await person.objects();
  expect(maskOf(await person.state(), object!.id)).toEqual(before);

  // It is kept with the other settings.
  await person.page.waitForTimeout(1000);
  await person.reload();
  expect(await filter()).toContain('brightness(0.707)');
  await person.see('adjust').click();
  await person.see('adjust-reset').click();
  expect(await filter()).toBe('none');
  expect(person.watch.complaints).toEqual([]);
  await person.leave();
});
