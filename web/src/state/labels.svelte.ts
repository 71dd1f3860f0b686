/** The project's labels, and the one that new objects get. */

import type { Label, LabelChange } from '../api/types';
import { freshColour } from '../logic/colours';
import type { Api } from './api';
import type { Notes } from './notes.svelte';
import { t } from '../language/language.svelte';

/** Labels that are all shown at once. */
const FEW = 24;
/** Labels that have a digit key, and recent ones that are shown beside them. */
const KEYED = 9;
const RECENT = 10;

export class Labels {
  all: readonly Label[] = $state.raw([]);
  /** The label that new objects get. */
  armed: number | null = $state(null);
  /** Ids of the labels that were used, the most recent first. */
  recent: readonly number[] = $state.raw([]);

  /** Objects of each label on all pictures, by its id, as of the last count. */
  counts: Readonly<Record<number, number>> = $state.raw({});

  /** merged: called after two labels became one, because objects have other labels then. */
  constructor(
    private readonly api: Pick<
      Api,
      'labelCounts' | 'addLabel' | 'editLabel' | 'mergeLabel' | 'removeLabel'
    >,
    private readonly notes: Notes,
    private readonly merged: () => Promise<void>,
  ) {}

  load(labels: readonly Label[]): void {
    // No label is a choice too, except while there was none to choose.
    const chosen = this.all.length > 0 && this.armed === null;
    this.all = labels;
    if (!chosen && !this.find(this.armed)) this.armed = labels[0]?.id ?? null;
  }

  find(id: number | null): Label | undefined {
    return this.all.find((label) => label.id === id);
  }

  /** Count the objects of each label anew. */
  async count(): Promise<void> {
    try {
      this.counts = (await this.api.labelCounts()).counts;
    } catch {
      // Counts are a help only: those of before stay.
    }
  }

  /** The labels that fit on the panel: all, or those with a key, those used last, and `id`. */
  atHand(id: number | null): readonly Label[] {
    if (this.all.length <= FEW) return this.all;
    const recent = new Set(this.recent.slice(0, RECENT));
    return this.all.filter(
      (label, index) => index < KEYED || recent.has(label.id) || label.id === id,
    );
  }

  /** Note that a label was used. */
  noteUse(id: number): void {
    this.recent = [id, ...this.recent.filter((other) => other !== id)];
  }

  /** The name of an object: its label's, or its number. */
  nameOf(object: { id: number; label: number | null }): string {
    const label = this.find(object.label);
    return (
      label?.name ?? (object.id > 0 ? t('Object {number}', { number: object.id }) : t('New object'))
    );
  }

  /** Add a label; returns it, or null if the server refused. */
  async add(name: string): Promise<Label | null> {
    const before = new Set(this.all.map((label) => label.id));
    await this.change(() => this.api.addLabel(name, freshColour(this.all)));
    return this.all.find((label) => !before.has(label.id)) ?? null;
  }

  edit(id: number, change: LabelChange): Promise<void> {
    return this.change(() => this.api.editLabel(id, change));
  }

  remove(id: number): Promise<void> {
    return this.change(() => this.api.removeLabel(id));
  }

  async merge(id: number, into: number): Promise<void> {
    await this.change(async () => {
      const answer = await this.api.mergeLabel(id, into);
      await this.merged();
      return answer;
    });
  }

  private async change(request: () => Promise<{ labels: Label[] }>): Promise<void> {
    try {
      this.load((await request()).labels);
    } catch (error) {
      this.notes.error(error);
    }
  }
}
