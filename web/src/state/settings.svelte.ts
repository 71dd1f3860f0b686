/** A person's preferences, kept by the server with the project, separately for each name. */

import { wellFormedWindow, type GreyWindow } from '../logic/grey-window';
import { PLAIN, RANGE, type Look } from '../logic/look';
import type { Choice } from '../logic/shortcuts';
import type { Api } from './api';
import type { Platform } from './platform';

export type Theme = 'system' | 'dark' | 'light';
export type Mode = 'overlay' | 'beside' | 'masks' | 'picture';
export const MODES: readonly Mode[] = ['overlay', 'beside', 'masks', 'picture'];

export interface Values {
  theme: Theme;
  /** A language's code, or auto for the browser's. */
  language: string;
  mode: Mode;
  /** How the picture is shown. */
  look: Look;
  /** The values of pictures of more than 8 bits that are black and white; null: found by a rule. */
  window: GreyWindow | null;
  /** Whether the network sees the picture through that window too. */
  networkWindow: boolean;
  /** Of the colour over an object, 0 to 1. */
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
  /** New objects have no specks and holes of up to so many pixels; 0 leaves them. */
  tidy: number;
  /** Pictures to which objects are carried at once. */
  carryCount: number;
  /** Objects are carried while their score is at least this share of the first. */
  carryShare: number;
  shortcuts: Choice;
  /** Whether the first hints were seen. */
  hinted: boolean;
  /** Whether the tour was seen or skipped. */
  toured: boolean;
  /** Whether learning from the masks was offered. */
  offered: boolean;
}

const DEFAULTS: Values = {
  theme: 'system',
  language: 'auto',
  mode: 'overlay',
  look: PLAIN,
  window: null,
  networkWindow: false,
  opacity: 0.4,
  clickSize: 8,
  brushSize: 20,
  keepOut: false,
  holes: 0,
  specks: 0,
  tidy: 0,
  carryCount: 20,
  carryShare: 0.9,
  shortcuts: {},
  hinted: false,
  toured: false,
  offered: false,
};
/** Wait after the last change before it is sent, milliseconds. */
const PAUSE = 400;
const NAME_KEY = 'fcfi.author';
const NAME_LETTERS = 100;

export class Settings {
  values: Values = $state.raw(DEFAULTS);
  /** The person's name; stays in this browser. */
  author = $state('');
  private systemDark = $state(false);
  readonly dark = $derived(
    this.values.theme === 'system' ? this.systemDark : this.values.theme === 'dark',
  );
  private cancelSend: () => void = () => {};
  /** Keys of other pages or later versions are kept. */
  private others: Record<string, unknown> = {};

  constructor(
    private readonly api: Pick<Api, 'project' | 'saveSettings'>,
    private readonly platform: Pick<Platform, 'storage' | 'darkScheme' | 'later'>,
  ) {
    this.author = platform.storage?.getItem(NAME_KEY) ?? '';
    this.systemDark = platform.darkScheme.matches;
    platform.darkScheme.addEventListener('change', (event) => {
      this.systemDark = (event as MediaQueryListEvent).matches;
    });
  }

  load(stored: Record<string, unknown>): void {
    this.others = stored;
    const values = { ...DEFAULTS, ...wellTyped(stored) };
    this.values = {
      ...values,
      look: wellFormed(values.look),
      window: wellFormedWindow(values.window),
    };
  }

  set<Key extends keyof Values>(key: Key, value: Values[Key]): void {
    this.values = { ...this.values, [key]: value };
    this.cancelSend();
    this.cancelSend = this.platform.later(() => {
      this.api.saveSettings({ ...this.others, ...this.values }, this.author).catch(() => {
        // Kept in the page, and sent with the next change.
      });
    }, PAUSE);
  }

  nextMode(): void {
    const index = MODES.indexOf(this.values.mode);
    this.set('mode', MODES[(index + 1) % MODES.length]!);
  }

  /** Another person works here now: their preferences are loaded. */
  async setAuthor(name: string): Promise<void> {
    this.author = name.trim().slice(0, NAME_LETTERS);
    try {
      this.platform.storage?.setItem(NAME_KEY, this.author);
    } catch {
      // A full storage: the name lasts as long as the page.
    }
    try {
      this.load((await this.api.project(this.author)).settings);
    } catch {
      // The page stays as it is; the name is kept.
    }
  }
}

/** The look with numbers and a choice where they belong. */
function wellFormed(stored: Partial<Record<keyof Look, unknown>>): Look {
  const factor = (value: unknown) =>
    typeof value === 'number' && value >= RANGE[0] && value <= RANGE[1] ? value : 1;
  return {
    brightness: factor(stored.brightness),
    contrast: factor(stored.contrast),
    gamma: factor(stored.gamma),
    grey: stored.grey === true,
  };
}

/** The stored values that have the type of their defaults. */
function wellTyped(stored: Record<string, unknown>): Partial<Values> {
  const found: Record<string, unknown> = {};
  for (const [key, standard] of Object.entries(DEFAULTS)) {
    const value = stored[key];
    if (value !== null && typeof value === typeof standard) found[key] = value;
  }
  return found as Partial<Values>;
}
