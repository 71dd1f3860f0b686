/** Where things are: the checkout, its Python, the system's Chromium. */

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../../..');
export const EXAMPLES = join(ROOT, 'examples');
/** The package is found in this checkout, whether it is installed or not. */
export const ENVIRONMENT = {
  ...process.env,
  PYTHONPATH: [ROOT, process.env.PYTHONPATH].filter(Boolean).join(delimiter),
  PYTHONUNBUFFERED: '1',
};

export function python(): string {
  const found = process.env.FCFI_PYTHON ?? join(ROOT, '.venv/bin/python');
  if (!existsSync(found))
    throw new Error(`${found} is missing: run \`make e2e\`, or set FCFI_PYTHON`);
  return found;
}

/** FCFI_CHROMIUM, else the first browser of the system that is Chromium or Chrome. */
export function chromium(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found =
    process.env.FCFI_CHROMIUM ??
    names
      .flatMap((name) => folders.map((folder) => join(folder, name)))
      .find((path) => existsSync(path));
  if (!found)
    throw new Error('no chromium on this machine: install it, or set FCFI_CHROMIUM to its path');
  return found;
}

/** A new temporary folder with copies of the bundled photographs (or of those named). */
export function photographs(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'fcfi-e2e-'));
  const wanted = names.length > 0 ? names : readdirSync(join(EXAMPLES, 'images'));
  for (const name of wanted) cpSync(join(EXAMPLES, 'images', name), join(folder, 'photos', name));
  return join(folder, 'photos');
}

/** Deletes what `photographs` made. */
export function discard(photos: string): void {
  rmSync(join(photos, '..'), { recursive: true, force: true });
}

/** Runs a command of tools.py; what it prints is JSON. */
export function tool<T>(command: string, ...values: string[]): T {
  const script = join(import.meta.dirname, 'tools.py');
  const options = { env: ENVIRONMENT, maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync(python(), [script, command, ...values], options).toString()) as T;
}
