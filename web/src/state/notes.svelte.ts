/** Notices for the eyes, and announcements for screen readers. */

import type { Platform } from './platform';
import type { Text } from '../language/en';
import { said } from '../language/language.svelte';

export type NoteKind = 'info' | 'warning' | 'error';
/** A button in a notice, which then stays until somebody dismisses it. */
export interface NoteAction {
  title: Text;
  run: () => void;
}
export interface Note {
  key: number;
  text: string;
  kind: NoteKind;
  action?: NoteAction;
}

/** How long notices stay, milliseconds. */
const DURATIONS: Record<NoteKind, number> = { info: 5000, warning: 30_000, error: 12_000 };
/** Notices that are shown at once. */
const MOST = 4;

export class Notes {
  shown: readonly Note[] = $state.raw([]);
  /** Read out by screen readers. */
  announced = $state('');
  private lastKey = 0;

  constructor(private readonly platform: Pick<Platform, 'later'>) {}

  /** Show a notice; the same text again replaces the earlier notice. */
  add(text: string, kind: NoteKind, action?: NoteAction): void {
    const key = ++this.lastKey;
    const sentence = capitalised(said(text));
    const others = this.shown.filter((note) => note.text !== sentence);
    this.shown = [...others, { key, text: sentence, kind, action }].slice(-MOST);
    this.announce(sentence);
    if (!action) this.platform.later(() => this.dismiss(key), DURATIONS[kind]);
  }

  /** Show the message of something that was thrown. */
  error(error: unknown): void {
    this.add(messageOf(error), 'error');
  }

  dismiss(key: number): void {
    this.shown = this.shown.filter((note) => note.key !== key);
  }

  announce(text: string): void {
    this.announced = said(text);
  }
}

/** The text with a capital letter first, as the server's messages lack it. Names of files stay. */
function capitalised(text: string): string {
  return /^[a-z]+[\s,:;]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
}

/** The message of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
