/** The list of pictures, as much of it as was looked at. */

import * as api from '../api/client';
import type { Counts, PictureRow, PictureStage } from '../api/types';

const PAGE = 100;

export class PictureIndex {
  counts: Counts = $state({ all: 0, new: 0, work: 0, done: 0 });
  total = $state(0);
  filter: PictureStage | '' = $state('');
  search = $state('');
  loaded = $state(false);
  private rows: Record<number, PictureRow> = $state({});
  private readonly pages = new Map<number, Promise<void>>();
  private turn = 0;

  row(place: number): PictureRow | undefined {
    return this.rows[place];
  }

  placeOf(id: number): number | null {
    for (const [place, row] of Object.entries(this.rows)) if (row.id === id) return Number(place);
    return null;
  }

  /** Makes sure that these places are loaded or on their way. */
  async want(from: number, to: number): Promise<void> {
    const waits: Promise<void>[] = [];
    for (
      let page = Math.floor(Math.max(from, 0) / PAGE);
      page * PAGE < Math.min(to, Math.max(this.total, 1));
      page++
    ) {
      let one = this.pages.get(page);
      if (!one) {
        one = this.load(page);
        this.pages.set(page, one);
      }
      waits.push(one);
    }
    await Promise.all(waits);
  }

  async at(place: number): Promise<PictureRow | undefined> {
    await this.want(place, place + 1);
    return this.rows[place];
  }

  /** Another question, or the same again. */
  async ask(filter: PictureStage | '', search: string): Promise<void> {
    this.filter = filter;
    this.search = search;
    this.turn++;
    this.pages.clear();
    const first = this.load(0, true);
    this.pages.set(0, first);
    await first;
  }

  /** A picture's newer row; the counts follow. */
  update(row: PictureRow): void {
    const place = this.placeOf(row.id);
    if (place === null) return;
    const old = this.rows[place]!;
    if (old.state !== row.state) {
      this.counts = {
        ...this.counts,
        [old.state]: this.counts[old.state] - 1,
        [row.state]: this.counts[row.state] + 1,
      };
    }
    this.rows[place] = row;
  }

  private async load(page: number, fresh = false): Promise<void> {
    const turn = this.turn;
    try {
      const found = await api.pictures(this.filter, this.search, page * PAGE, PAGE);
      if (turn !== this.turn) return;
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
