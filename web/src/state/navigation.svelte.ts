/** Which picture is on screen, and how to get to another one. Keeps the pictures that were opened.
 */

import { SvelteMap } from 'svelte/reactivity';
import { Refused, Unreachable } from '../api/client';
import type { Marked, PictureStage, PictureState } from '../api/types';
import type { Api } from './api';
import type { Connection } from './connection.svelte';
import type { JobWatch } from './job-watch.svelte';
import type { ActiveMemory } from './active-memory';
import type { Notes } from './notes.svelte';
import { OpenPicture, type PictureHost } from './open-picture.svelte';
import { PictureIndex, type Which } from './picture-index.svelte';
import type { Platform } from './platform';
import { t } from '../language/language.svelte';

/** How often a picture is looked for in a list that changes meanwhile. */
const TURNS = 3;
/** Open pictures kept in memory beside those with something pending. */
const KEPT = 12;
/** What is said of a picture that was marked. */
const MARKED = {
  done: 'Picture done',
  doubtful: 'Picture doubtful',
  checked: 'Picture checked',
} as const;
/** Why objects are not taken from a picture to later ones, by what was asked for. */
const NOT_TAKEN = {
  copy: {
    empty: 'This picture has no object to copy.',
    last: 'This is the last picture: no other follows to copy to.',
    unsaved: 'Not everything is saved yet: copy the objects when it is.',
  },
  carry: {
    empty: 'This picture has no object to carry.',
    last: 'This is the last picture: no other follows to carry to.',
    unsaved: 'Not everything is saved yet: carry the objects when it is.',
  },
} as const;
const MARKS: ReadonlySet<string> = new Set(['done', 'doubtful', 'checked']);

export interface NavigationParts {
  api: Pick<Api, 'pictures' | 'indexOf' | 'nextPicture' | 'picture' | 'scan'>;
  notes: Notes;
  connection: Connection;
  scanning: JobWatch;
  platform: Pick<Platform, 'hash' | 'setHash'>;
  memory: ActiveMemory;
  host: PictureHost;
  /** Called before another picture is shown: what is under way ends here. */
  leaving(): void;
  /** Called before the objects of a picture are used: what is being edited is sent. */
  flush(): void;
  /** Called when a picture is shown or becomes readable. */
  shown(picture: OpenPicture): void;
}

export class Navigation {
  readonly index: PictureIndex;
  /** Where the picture on screen stands in the list; -1: the list leaves it out. */
  position = $state(-1);
  current: OpenPicture | null = $state.raw(null);
  loading = $state(false);
  /** The next picture, loaded in advance. */
  next: OpenPicture | null = $state.raw(null);
  readonly opened = new SvelteMap<number, OpenPicture>();
  /** Counts the moves: an answer that belongs to an earlier one is ignored. */
  private moves = 0;

  constructor(private readonly parts: NavigationParts) {
    this.index = new PictureIndex(parts.api);
  }

  /** Show the picture that the address names, else the first that is not done. */
  async start(): Promise<void> {
    await this.index.ask('', '');
    const named = Number(/^#picture=(\d+)$/.exec(this.parts.platform.hash())?.[1]);
    const position = Number.isFinite(named) ? await this.locate(named) : null;
    const first = position ?? (await this.nextWith(null)) ?? 0;
    if (this.index.total > 0) await this.go(first);
  }

  /** Show the picture at an index of the list. */
  async go(index: number): Promise<void> {
    if (index < 0 || index >= this.index.total) return;
    // After a search the index may still be that of the list before: the row says whose it is.
    const id = this.index.row(index)?.id;
    const here = this.current && (id === undefined || id === this.current.id);
    if (index === this.position && here) return;
    this.parts.leaving();
    const move = ++this.moves;
    try {
      const row = await this.index.at(index);
      if (!row || move !== this.moves) return;
      this.position = index;
      const kept = this.opened.get(row.id);
      if (kept) this.show(kept);
      else this.loading = true;
      const picture = await this.load(row.id);
      if (move !== this.moves) return;
      if (this.current !== picture) this.show(picture);
      void this.loadAhead(index);
    } catch (error) {
      this.parts.notes.error(error);
    } finally {
      if (move === this.moves) this.loading = false;
    }
  }

  /** Show a picture that is kept, even if the list leaves it out. */
  async visit(picture: OpenPicture): Promise<void> {
    const move = ++this.moves;
    // Without the server the picture can still be shown, only its index is not known.
    const index = await this.locate(picture.id).catch(() => null);
    if (move !== this.moves) return;
    if (index !== null) return this.go(index);
    this.parts.leaving();
    this.position = -1;
    this.show(picture);
  }

  step(by: number): void {
    void this.go(this.position + by);
  }

  async filter(
    state: PictureStage | '',
    search: string,
    which: Which = this.index.which,
  ): Promise<void> {
    try {
      await this.index.ask(state, search, which);
      const { asked } = this.index;
      const { current: shown, moves } = this;
      const position = shown ? await this.locate(shown.id) : null;
      // Another list, or another picture, since the request, or one under way.
      if (asked !== this.index.asked || shown !== this.current || moves !== this.moves) return;
      this.position = position ?? -1;
      if (!this.current && this.index.total > 0) await this.go(0);
    } catch (error) {
      this.parts.notes.error(error);
    }
  }

  /** Look for new pictures in the folder. */
  async scan(): Promise<void> {
    try {
      await this.parts.scanning.run(() => this.parts.api.scan());
      // Also after a cancel, which keeps what was found so far.
      await this.filter(this.index.filter, this.index.search);
    } catch (error) {
      this.parts.notes.error(error);
    }
  }

  /** Load the newest state of the picture on screen, for example after an import. */
  async refresh(): Promise<void> {
    if (!this.current) return;
    const picture = this.current;
    try {
      await this.load(picture.id);
      this.parts.shown(picture);
      this.parts.connection.restored();
    } catch (error) {
      if (error instanceof Unreachable) this.parts.connection.lost();
    }
  }

  /** Forget all pictures that are neither on screen nor pending: their states are old. */
  forgetOthers(): void {
    for (const [id, picture] of this.opened)
      if (picture !== this.current && picture.pending.length === 0) this.opened.delete(id);
    this.next = null;
  }

  mark(mark: Marked): void {
    this.current?.add({ type: 'mark_picture', mark });
    this.parts.notes.announce(mark ? MARKED[mark] : 'Picture not done');
  }

  /** Set a mark, or take it away if the picture has it. */
  toggleMark(mark: Marked): void {
    this.mark(this.current?.document.mark === mark ? null : mark);
  }

  /** Mark the picture as done and show the next one that is not. */
  async doneAndNext(): Promise<void> {
    const done = this.current?.document.done ?? true;
    await this.markAndNext(done ? null : 'done', null, 'All pictures of this list are done.');
  }

  /** Mark the picture as checked and show the next one that is done and not checked. */
  async checkedAndNext(): Promise<void> {
    const checked = this.current?.document.mark === 'checked';
    const none = 'No other picture of this list waits for a check.';
    await this.markAndNext(checked ? null : 'checked', 'done', none);
  }

  /** Set a mark, if there is one to set, and show the next picture that has the other mark. */
  private async markAndNext(mark: Marked, other: Marked, none: string): Promise<void> {
    const { current, moves } = this;
    if (!current) return;
    // What is under way belongs to what is marked.
    this.parts.leaving();
    if (mark) this.mark(mark);
    try {
      const next = await this.nextWith(other);
      if (moves !== this.moves) return;
      if (next === null) this.parts.notes.add(none, 'info');
      else await this.go(next);
    } catch (error) {
      this.parts.notes.error(error);
    }
  }

  /** Show the next picture and copy this one's objects to it, to be corrected there. */
  async copyToNext(): Promise<void> {
    const source = await this.sourceFor('copy');
    if (!source) return;
    const next = this.position + 1;
    await this.go(next);
    if (this.current !== source && this.position === next)
      this.current?.add({ type: 'copy_objects', picture: source.id });
  }

  /** The picture on screen, saved, whose objects are taken to later ones.
   *
   * null: that is not possible, and a notice says why; or another picture was shown meanwhile.
   */
  async sourceFor(purpose: keyof typeof NOT_TAKEN): Promise<OpenPicture | null> {
    const { current, moves, position } = this;
    const { notes, connection } = this.parts;
    if (!current) return null;
    this.parts.flush();
    const obstacle = async (): Promise<keyof typeof NOT_TAKEN.copy | null> => {
      if (current.document.objects.length === 0) return 'empty';
      if (position < 0 || position + 1 >= this.index.total) return 'last';
      if (connection.online) await current.idle();
      return current.pending.length > 0 ? 'unsaved' : null;
    };
    const found = await obstacle();
    if (moves !== this.moves) return null;
    if (found) notes.add(NOT_TAKEN[purpose][found], 'info');
    return found ? null : current;
  }

  /** The index of a picture in the list; null: the list or the project does not have it. */
  private async locate(id: number): Promise<number | null> {
    try {
      return await this.index.locate(id);
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }

  /** The index of the next picture with this mark, cyclic; null: no other has it.
   *
   * Without a mark: of the next picture that waits for work.
   */
  private async nextWith(mark: Marked): Promise<number | null> {
    const { index } = this;
    // A list of one state holds no picture of another.
    if (mark ? index.filter !== '' && index.filter !== mark : MARKS.has(index.filter)) return null;
    const seen = new Set<number>();
    let after = this.current?.id;
    for (;;) {
      const row = await index.following(after, mark ?? undefined);
      // Round once: no other has it, or it is not saved yet that another mark was set.
      if (!row || seen.has(row.id)) return null;
      seen.add(row.id);
      after = row.id;
      const kept = this.opened.get(row.id);
      if (row.id !== this.current?.id && (!kept || kept.document.mark === mark))
        return this.arrive(row.id);
    }
  }

  /** The index of a picture that the server has in the list; null: it is not there any more. */
  private async arrive(id: number): Promise<number | null> {
    const { index } = this;
    await index.begins();
    for (let turn = 0; turn < TURNS; turn++) {
      // A list of a state keeps the rows that left the state: the server counts without them.
      if (turn > 0 || (index.indexOf(id) === null && index.filter)) {
        await index.ask(index.filter, index.search);
        this.position = -1;
      }
      const found = await index.locate(id);
      // A mark that is saved meanwhile moves the rows behind it.
      if (found === null || (await index.at(found))?.id === id) return found;
    }
    return null;
  }

  private show(picture: OpenPicture): void {
    this.current = picture;
    this.loading = false;
    this.parts.shown(picture);
    this.parts.platform.setHash(`#picture=${picture.id}`);
    const where = `${picture.name}, picture ${this.position + 1} of ${this.index.total}`;
    this.parts.notes.announce(this.position < 0 ? picture.name : where);
  }

  /** The open picture with this id, with its newest state unless something is pending.
   *
   * It need not be on screen: what is added to it is sent.
   */
  async load(id: number): Promise<OpenPicture> {
    const kept = this.opened.get(id);
    if (kept && kept.pending.length > 0) return kept;
    const state = await this.parts.api.picture(id);
    this.index.update(state.picture);
    if (kept) {
      this.warnOfReplacement(kept, state);
      kept.refresh(state);
      return kept;
    }
    const picture = new OpenPicture(state, this.parts.host);
    picture.activeId = this.parts.memory.of(state);
    this.opened.set(id, picture);
    this.forgetOldest(picture);
    return picture;
  }

  /** Warn the person when the file under the masks is another one. */
  private warnOfReplacement(picture: OpenPicture, now: PictureState): void {
    const replaced = picture.state.picture.modified !== now.picture.modified;
    if (!replaced || now.document.objects.length === 0 || now.picture.problem) return;
    this.parts.notes.add(
      t('The file of {name} was replaced: check whether its masks still fit.', {
        name: picture.name,
      }),
      'warning',
    );
  }

  /** Note what is active, for a reload. */
  remember(): void {
    this.parts.memory.note(this.opened.values());
  }

  private forgetOldest(newest: OpenPicture): void {
    for (const [id, picture] of this.opened) {
      if (this.opened.size <= KEPT) return;
      const needed = picture === this.current || picture === newest || picture.pending.length > 0;
      if (needed) continue;
      this.parts.memory.note([picture]);
      this.opened.delete(id);
    }
  }

  private async loadAhead(index: number): Promise<void> {
    const row = await this.index.at(index + 1).catch(() => undefined);
    if (!row) return;
    const picture = this.opened.get(row.id) ?? (await this.load(row.id).catch(() => null));
    if (this.position === index) this.next = picture;
  }
}
