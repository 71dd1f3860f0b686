/** What axe finds on a page. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Person } from './person';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on the page as it is: rule and elements. */
export async function found(person: Person): Promise<string[]> {
  // Run by the browser itself: the page's policy allows no script but its own.
  await person.page.evaluate(SOURCE);
  const results = await person.page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(options: unknown): Promise<AxeResults> } }).axe.run(
        options,
      ),
    { rules: { 'target-size': { enabled: true } } } satisfies RunOptions,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`),
  );
}
