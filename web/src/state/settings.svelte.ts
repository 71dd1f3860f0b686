/** What the person likes, kept with the project by the server, for each name. */

import { saveSettings } from '../api/client';
import type { Choice } from '../logic/shortcuts';

export type Theme = 'system' | 'dark' | 'light';
export type Mode = 'overlay' | 'beside' | 'masks' | 'picture';
export const MODES: readonly Mode[] = ['overlay', 'beside', 'masks', 'picture'];

export interface Values {
  theme: Theme;
  mode: Mode;
  /** Of the veil over an object, 0 to 1. */
  opacity: number;
  /** Radius of a click's marker, screen pixels. */
  clickSize: number;
  /** Diameter, pixels of the picture. */
  brushSize: number;
  /** Whether new objects leave out finished neighbours. */
  keepOut: boolean;
  /** Largest hole that is filled, pixels; 0: any. */
  holes: number;
  /** Parts below so many pixels are dropped; 0: a fiftieth of the object. */
  specks: number;
  shortcuts: Choice;
  /** The hints of the first minute were seen. */
  hinted: boolean;
}

const DEFAULTS: Values = {
  theme: 'system',
  mode: 'overlay',
  opacity: 0.4,
  clickSize: 8,
  brushSize: 20,
  keepOut: false,
  holes: 0,
  specks: 0,
  shortcuts: {},
  hinted: false,
};
/** Wait after the last change before it is sent, milliseconds. */
const PAUSE = 400;
const NAME_KEY = 'fcfi.author';

export class Settings {
  values: Values = $state(DEFAULTS);
  /** Who works here; stays in this browser. */
  author: string = $state(read(NAME_KEY));
  private systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);
  readonly dark = $derived(this.values.theme === 'system' ? this.systemDark : this.values.theme === 'dark');
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Keys of other pages or later versions are kept. */
  private others: Record<string, unknown> = {};

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      this.systemDark = event.matches;
    });
  }

  load(stored: Record<string, unknown>): void {
    this.others = stored;
    this.values = { ...DEFAULTS, ...pick(stored) };
  }

  set<Key extends keyof Values>(key: Key, value: Values[Key]): void {
    this.values = { ...this.values, [key]: value };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      saveSettings({ ...this.others, ...$state.snapshot(this.values) }, this.author).catch(() => {
        // Kept in the page; sent with the next change.
      });
    }, PAUSE);
  }

  setAuthor(name: string): void {
    this.author = name.trim().slice(0, 100);
    try {
      localStorage.setItem(NAME_KEY, this.author);
    } catch {
      // A browser that keeps nothing: the name lasts as long as the page.
    }
  }
}

/** Stored values of the right kind only. */
function pick(stored: Record<string, unknown>): Partial<Values> {
  const found: Record<string, unknown> = {};
  for (const [key, usual] of Object.entries(DEFAULTS)) {
    const value = stored[key];
    if (value !== null && typeof value === typeof usual) found[key] = value;
  }
  return found as Partial<Values>;
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
