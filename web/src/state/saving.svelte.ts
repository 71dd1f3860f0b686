/** What is not saved yet, over all pictures that were opened. */

import { needsPerson, summarise } from '../logic/queues';
import type { Navigation } from './navigation.svelte';
import type { Notes } from './notes.svelte';
import type { OpenPicture } from './open-picture.svelte';

export class Saving {
  readonly unsent: readonly OpenPicture[] = $derived.by(() =>
    [...this.navigation.opened.values()].filter((picture) => picture.pending.length > 0),
  );
  readonly summary = $derived.by(() => summarise(this.unsent));
  /** Pictures that wait for a decision and are not on screen. */
  readonly elsewhere = $derived.by(() =>
    this.unsent.filter((picture) => picture !== this.navigation.current && needsPerson(picture)),
  );

  constructor(
    private readonly navigation: Navigation,
    private readonly notes: Notes,
  ) {}

  /** Answer the person who presses the usual key for saving. */
  report(): void {
    const { current } = this.navigation;
    if (this.elsewhere.length > 0 || (current && needsPerson(current)))
      this.notes.add('Not everything is saved: a picture waits for your decision.', 'info');
    else if (this.summary.pending > 0)
      this.notes.add('Not everything is saved: it is sent when the server answers.', 'info');
    else this.notes.add('All saved. Every change is saved at once.', 'info');
  }
}
