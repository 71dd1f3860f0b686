/** The hints for a person's first minute. */

import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';

/** Clicks on one object after which the hints have been understood. */
const ENOUGH_CLICKS = 3;

export class Hints {
  private clicked = $state(false);
  /** first: how to begin. second: how to correct. */
  readonly shown: 'first' | 'second' | null = $derived.by(() => {
    const current = this.current();
    if (this.settings.values.hinted || !current?.readable) return null;
    if (!this.clicked && current.document.objects.length === 0) return 'first';
    const first = current.active?.clicks[0];
    return this.clicked && first && !first.pending ? 'second' : null;
  });

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly settings: Settings,
  ) {}

  noteClick(): void {
    this.clicked = true;
    const clicks = this.current()?.active?.clicks.length ?? 0;
    if (clicks >= ENOUGH_CLICKS) this.understood();
  }

  /** They are not shown again. */
  understood(): void {
    if (!this.settings.values.hinted) this.settings.set('hinted', true);
  }
}
