/** The hints for a person's first minute. */

import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';
import type { Tour } from './tour.svelte';

/** Clicks on one object after which the hints have been understood. */
const ENOUGH_CLICKS = 3;

export class Hints {
  private clicked = $state(false);
  /** first: how to begin. second: how to correct. */
  readonly shown: 'first' | 'second' | null = $derived.by(() => {
    const current = this.current();
    if (this.settings.values.hinted || this.tour.step || !current?.readable) return null;
    if (!this.clicked && current.document.objects.length === 0) return 'first';
    const first = current.active?.clicks[0];
    return this.clicked && first && !first.pending ? 'second' : null;
  });

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly settings: Settings,
    private readonly tour: Tour,
  ) {}

  noteClick(): void {
    this.clicked = true;
    const active = this.current()?.active;
    this.tour.noteClick(!active);
    const clicks = active?.clicks.length ?? 0;
    if (clicks >= ENOUGH_CLICKS) this.understood();
  }

  /** They are not shown again. */
  understood(): void {
    this.tour.noteFinish();
    if (!this.settings.values.hinted) this.settings.set('hinted', true);
  }
}
