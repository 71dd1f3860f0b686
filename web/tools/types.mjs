/** Writes src/api/schema.d.ts from the server's OpenAPI description (`npm run types`).
 *
 * PYTHON: the interpreter that has fcfi; the checkout's own environment if it is not set.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapi, { astToString } from 'openapi-typescript';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const venv = path('../../.venv/bin/python');
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : 'python3');
const description = execFileSync(python, [path('openapi.py')], {
  encoding: 'utf8',
  cwd: path('../..'),
  env: { ...process.env, PYTHONPATH: path('../..') },
});
const types = await openapi(JSON.parse(description), { alphabetize: true });
const head = '/** Made from the server by `npm run types`; never edited by hand. */\n\n';
writeFileSync(path('../src/api/schema.d.ts'), head + astToString(types));
