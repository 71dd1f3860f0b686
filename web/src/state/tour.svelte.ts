/** The tour of a fresh start: three steps in a minute, each done on the person's own picture. */

import type { Settings } from './settings.svelte';

export type Step = 'click' | 'correct' | 'finish';
export const STEPS: readonly Step[] = ['click', 'correct', 'finish'];

export class Tour {
  /** The step that is shown; null: no tour. */
  step: Step | null = $state(null);
  /** Whether a person asked for it: then it is shown on narrow screens too. */
  asked = $state(false);

  constructor(private readonly settings: Settings) {}

  /** Begin by itself, unless this person saw it or has begun to work. */
  offer(fresh: boolean): void {
    const { toured, hinted } = this.settings.values;
    if (fresh && !toured && !hinted) this.step = 'click';
  }

  /** Begin because a person asks for it. */
  begin(): void {
    this.asked = true;
    this.step = 'click';
  }

  next(): void {
    const following = this.step && STEPS[STEPS.indexOf(this.step) + 1];
    if (following) this.step = following;
    else this.end();
  }

  /** A click, box or line was given; fresh: to a new object. */
  noteClick(fresh: boolean): void {
    if (this.step === (fresh ? 'click' : 'correct')) this.next();
  }

  noteFinish(): void {
    if (this.step === 'finish') this.end();
  }

  /** Skipped, or done: it does not begin by itself again. */
  end(): void {
    this.step = null;
    this.asked = false;
    if (!this.settings.values.toured) this.settings.set('toured', true);
  }
}
