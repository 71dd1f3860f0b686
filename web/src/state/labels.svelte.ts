/** The project's labels, and the one that new objects get. */

import type { Label, LabelChange } from '../api/types';
import { freshColour } from '../logic/colours';
import type { Api } from './api';
import type { Notes } from './notes.svelte';

export class Labels {
  all: readonly Label[] = $state.raw([]);
  /** The label that new objects get. */
  armed: number | null = $state(null);
  /** Ids of the labels that were used, the most recent first. */
  recent: readonly number[] = $state.raw([]);

  /** merged: called after two labels became one, because objects have other labels then. */
  constructor(
    private readonly api: Pick<Api, 'addLabel' | 'editLabel' | 'mergeLabel' | 'removeLabel'>,
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

  /** Note that a label was used. */
  noteUse(id: number): void {
    this.recent = [id, ...this.recent.filter((other) => other !== id)];
  }

  /** The name of an object: its label's, or its number. */
  nameOf(object: { id: number; label: number | null }): string {
    const label = this.find(object.label);
    return label?.name ?? (object.id > 0 ? `Object ${object.id}` : 'New object');
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
