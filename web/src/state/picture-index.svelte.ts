/** The list of pictures, as far as it was looked at. */

import type { Counts, ListQuery, PictureRow, PictureStage } from '../api/types';
import type { Api } from './api';

const PAGE = 100;

export type Order = 'name' | 'most_objects' | 'fewest_objects' | 'last_marked';

/** Which pictures a list has beside their state and name, and its order. */
export interface Which {
  /** Pictures with an object of this label; 0: with an object without one. */
  label: number | null;
  objects: 'any' | 'none' | 'some';
  order: Order;
  /** Only pictures of this person; '': of nobody, null: of all. */
  assigned: string | null;
}

export const EVERYTHING: Which = { label: null, objects: 'any', order: 'name', assigned: null };

export class PictureIndex {
  counts: Counts = $state.raw({
    all: 0,
    new: 0,
    work: 0,
    done: 0,
    doubtful: 0,
    checked: 0,
  });
  total = $state(0);
  filter: PictureStage | '' = $state('');
  search = $state('');
  which: Which = $state.raw(EVERYTHING);
  loaded = $state(false);
  /** Counts the lists that were asked for. */
  asked = $state(0);
  private rows: Record<number, PictureRow> = $state({});
  private readonly pages = new Map<number, Promise<void>>();
  /** The first rows of the present list, which begin it anew. */
  private begun: Promise<void> = Promise.resolve();

  constructor(private readonly api: Pick<Api, 'pictures' | 'indexOf' | 'nextPicture'>) {}

  row(index: number): PictureRow | undefined {
    return this.rows[index];
  }

  /** The index of a picture, or null if its row is not loaded. */
  indexOf(id: number): number | null {
    for (const [index, row] of Object.entries(this.rows)) if (row.id === id) return Number(index);
    return null;
  }

  /** Resolves when the first rows of the present list are there, or cannot be had. */
  begins(): Promise<void> {
    return this.begun.catch(() => undefined);
  }

  /** The index of a picture, from the server if its row is not loaded; null: not in this list. */
  async locate(id: number): Promise<number | null> {
    return this.indexOf(id) ?? (await this.api.indexOf(id, this.query)).index;
  }

  /** The first picture of this list behind another, as the server has it: in a state, or to do. */
  async following(after: number | undefined, state?: PictureStage): Promise<PictureRow | null> {
    const { query } = this;
    return (await this.api.nextPicture({ ...query, after, state: state ?? query.state })).picture;
  }

  /** Load the rows of these indices, as far as they are not loaded yet. */
  async load(from: number, to: number): Promise<void> {
    const requests: Promise<void>[] = [];
    const end = Math.min(to, Math.max(this.total, 1));
    for (let page = Math.floor(Math.max(from, 0) / PAGE); page * PAGE < end; page++) {
      let request = this.pages.get(page);
      if (!request) {
        request = this.loadPage(page);
        this.pages.set(page, request);
      }
      requests.push(request);
    }
    await Promise.all(requests);
  }

  async at(index: number): Promise<PictureRow | undefined> {
    await this.load(index, index + 1);
    return this.rows[index];
  }

  /** Ask for another list, or for the same list again. */
  async ask(filter: PictureStage | '', search: string, which: Which = this.which): Promise<void> {
    this.filter = filter;
    this.search = search;
    this.which = which;
    this.asked++;
    this.pages.clear();
    this.begun = this.loadPage(0, true);
    this.pages.set(0, this.begun);
    await this.begun;
  }

  /** Take a picture's newer row; the counts follow. */
  update(row: PictureRow): void {
    const index = this.indexOf(row.id);
    if (index === null) return;
    const old = this.rows[index]!;
    if (old.state !== row.state) {
      this.counts = {
        ...this.counts,
        [old.state]: this.counts[old.state] - 1,
        [row.state]: this.counts[row.state] + 1,
      };
    }
    this.rows[index] = row;
  }

  /** What the server is asked for. */
  get query(): ListQuery {
    const { label, objects, order, assigned } = this.which;
    return {
      state: this.filter || undefined,
      search: this.search || undefined,
      label: label ?? undefined,
      least: objects === 'some' ? 1 : undefined,
      most: objects === 'none' ? 0 : undefined,
      order: order === 'name' ? undefined : order,
      assigned: assigned ?? undefined,
    };
  }

  private async loadPage(page: number, fresh = false): Promise<void> {
    const request = this.asked;
    try {
      // Rows that arrived before the first ones would be forgotten with the list before.
      if (!fresh) await this.begun;
      const found = await this.api.pictures({
        ...this.query,
        offset: page * PAGE,
        limit: PAGE,
      });
      // An answer to an earlier question.
      if (request !== this.asked) return;
      const rows: Record<number, PictureRow> = fresh ? {} : this.rows;
      found.items.forEach((row, index) => {
        rows[page * PAGE + index] = row;
      });
      if (fresh) this.rows = rows;
      this.total = found.total;
      this.counts = found.counts;
      this.loaded = true;
    } catch (error) {
      this.pages.delete(page);
      throw error;
    }
  }
}
