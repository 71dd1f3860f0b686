/** The page's state and what a person can do with it. Components read it and call it; they hold no rules. */

import { SvelteMap } from 'svelte/reactivity';
import * as api from '../api/client';
import type {
  Action,
  Click,
  Counts,
  DrawnObject,
  Label,
  Network,
  PictureRow,
  PictureStage,
  PictureState,
  ProjectInfo,
} from '../api/types';
import { madeByOther, said } from '../logic/answers';
import { capsule, larger, smaller } from '../logic/brush';
import { freshColour, objectColour } from '../logic/colours';
import { EMPTY, area, contains, subtract, union, type Spans } from '../logic/spans';
import { needsPerson, together } from '../logic/together';
import { centred, fit, zoomAt, type Point, type Size, type View } from '../logic/view';
import type { Overlay } from '../canvas/painter';
import { PictureIndex } from './list.svelte';
import { MODES, Settings } from './settings.svelte';
import { wake, Work, type WorkRim } from './work.svelte';

export type Tool = 'click' | 'brush' | 'eraser';
export type DialogName = 'help' | 'import' | 'export' | 'settings' | 'labels';
export interface Note {
  key: number;
  text: string;
  kind: 'info' | 'warning' | 'error';
}

/** Works kept in memory beside those with something waiting. */
const WORKS = 12;
/** How long notes stay, milliseconds. */
const NOTE_TIMES: Record<Note['kind'], number> = { info: 5000, warning: 30_000, error: 12_000 };
/** Clicks on one object after which the hints have been seen. */
const HINTED_CLICKS = 3;
const ALL_HOLES = 2 ** 31 - 1;
const PING = 4000;

export class App {
  project: ProjectInfo | null = $state.raw(null);
  /** Why the page cannot begin. */
  failure = $state('');
  network: Network | null = $state.raw(null);
  labels: Label[] = $state.raw([]);
  readonly settings = new Settings();
  readonly list = new PictureIndex();
  place = $state(-1);
  work: Work | null = $state.raw(null);
  loading = $state(false);
  online = $state(true);
  tool: Tool = $state('click');
  /** What a plain click says. */
  positive = $state(true);
  collected: Click[] = $state.raw([]);
  /** The label that new objects get. */
  armed: number | null = $state(null);
  /** The stroke in progress, and what was drawn before it with the same button press. */
  stroke: { spans: Spans; erase: boolean } | null = $state.raw(null);
  dialog: DialogName | null = $state(null);
  notes: Note[] = $state.raw([]);
  /** Said by screen readers. */
  announced = $state('');
  box: Size = $state.raw({ width: 1, height: 1 });
  pointer: Point | null = $state.raw(null);
  cross: Point | null = $state.raw(null);
  /** Space is down: the main button pans. panned: it did, so that Space was no tap. */
  grabbing = $state(false);
  panned = false;
  hovered: number | null = $state(null);
  clickedOnce = $state(false);
  /** The list of pictures or the panel of objects, on narrow screens. */
  drawer: 'pictures' | 'objects' | null = $state(null);
  /** Milliseconds from the last answer to its mask on screen. */
  paintTime = 0;
  private readonly works = new SvelteMap<number, Work>();
  private turn = 0;
  private noteKey = 0;
  private readonly rim: WorkRim = {
    author: () => this.settings.author,
    arrived: (work, before, action) => this.arrived(work, before, action),
    refused: (message) => this.note(message, 'error'),
  };

  // ── what is seen ────────────────────────────────────────────────────────────────────────────────────────────

  readonly picture: PictureRow | null = $derived(this.work?.state.picture ?? null);
  readonly readable = $derived(this.picture !== null && this.picture.width > 0 && !this.picture.problem);
  readonly view: View | null = $derived(this.work?.view ?? null);
  /** Of the picture on screen; `queues` counts those of all. */
  readonly waiting = $derived(this.work?.waiting.length ?? 0);
  readonly unsent: readonly Work[] = $derived(
    [...this.works.values()].filter((one) => one.waiting.length > 0),
  );
  readonly queues = $derived(together(this.unsent));
  /** Works that wait for the person and are not on screen. */
  readonly elsewhere = $derived(this.unsent.filter((one) => one !== this.work && needsPerson(one)));
  readonly overlays: Overlay[] = $derived.by(() => this.overlaysOf(this.work));
  readonly hint: 'first' | 'second' | null = $derived.by(() => {
    if (this.settings.values.hinted || !this.readable || !this.work) return null;
    if (!this.clickedOnce && this.work.document.objects.length === 0) return 'first';
    const clicks = this.work.openObject?.clicks ?? [];
    return this.clickedOnce && clicks.length > 0 && !clicks[0]!.pending ? 'second' : null;
  });

  private overlaysOf(work: Work | null): Overlay[] {
    if (!work) return [];
    const found: Overlay[] = [];
    const strokeIsNew = this.stroke && work.openObject === null;
    for (const object of work.document.objects) {
      if (!object.visible) continue;
      const open = object.id === work.open;
      let mask = work.seen(object);
      if (open && this.stroke)
        mask = (this.stroke.erase ? subtract : union)(mask ?? EMPTY, this.stroke.spans);
      if (mask) found.push({ id: object.id, mask, colour: objectColour(object, this.labels), open });
    }
    if (strokeIsNew && !this.stroke!.erase) {
      const colour = objectColour({ id: 0, label: this.armed, colour: null }, this.labels);
      found.push({ id: 0, mask: this.stroke!.spans, colour, open: true });
    }
    return found;
  }

  // ── beginning ───────────────────────────────────────────────────────────────────────────────────────────────

  async start(): Promise<void> {
    try {
      this.project = await api.project(this.settings.author);
      this.settings.load(this.project.settings);
      this.labels = this.project.labels;
      this.armed = this.labels[0]?.id ?? null;
      for (const warning of this.project.warnings) this.note(warning, 'warning');
      this.network = this.project.network;
      void this.watchNetwork();
      await this.list.ask('', '');
      const wanted = Number(/^#picture=(\d+)$/.exec(location.hash)?.[1]);
      const place = Number.isFinite(wanted) ? this.list.placeOf(wanted) : null;
      const fresh = place ?? (await this.nextOpen()) ?? 0;
      if (this.list.total > 0) await this.go(fresh);
    } catch (error) {
      this.failure = sentence(error);
    }
  }

  /** The network is loaded while the person already looks at pictures. */
  private async watchNetwork(): Promise<void> {
    while (this.network?.state === 'loading') {
      await new Promise((resolve) => setTimeout(resolve, 700));
      this.network = await api.health().then(
        (health) => health.network,
        () => this.network,
      );
    }
    if (this.network?.problem) this.note(this.network.problem, 'warning');
  }

  /** The place of the next picture that is not done, from the first on again after the last; null if all others are. */
  private async nextOpen(): Promise<number | null> {
    const { list, place } = this;
    if (list.counts.new + list.counts.work === 0) return null;
    for (let step = 1; step <= list.total; step++) {
      const next = (place + step) % list.total;
      const row = await list.at(next);
      if (!row || row.id === this.work?.id) continue;
      if (!(this.works.get(row.id)?.document.done ?? row.state === 'done')) return next;
    }
    return null;
  }

  // ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────

  async go(place: number): Promise<void> {
    if (place < 0 || place >= this.list.total || (place === this.place && this.work)) return;
    this.flushCollected();
    const turn = ++this.turn;
    try {
      const row = await this.list.at(place);
      if (!row || turn !== this.turn) return;
      this.leaveFor(place);
      const kept = this.works.get(row.id);
      if (kept) this.show(kept);
      else this.loading = true;
      const work = await this.load(row.id);
      if (turn !== this.turn) return;
      if (this.work !== work) this.show(work);
      void this.ahead(place);
    } catch (error) {
      this.note(sentence(error), 'error');
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }

  /** Shows a work that is kept, even if the list leaves its picture out. */
  visit(work: Work): void {
    const place = this.list.placeOf(work.id);
    if (place !== null) return void this.go(place);
    this.flushCollected();
    this.turn++;
    this.leaveFor(-1);
    this.show(work);
  }

  private leaveFor(place: number): void {
    this.place = place;
    this.stroke = null;
    this.hovered = null;
    this.cross = null;
  }

  private show(work: Work): void {
    this.work = work;
    this.loading = false;
    if (!work.view && this.readable) work.view = fit(work.state.picture, this.box);
    history.replaceState(null, '', `#picture=${work.id}`);
    this.say(this.place < 0 ? work.name : `${work.name}, picture ${this.place + 1} of ${this.list.total}`);
  }

  /** The work on a picture, newly asked for unless something waits. */
  private async load(id: number): Promise<Work> {
    const kept = this.works.get(id);
    if (kept && kept.waiting.length > 0) return kept;
    const state = await api.picture(id);
    this.list.update(state.picture);
    if (kept) {
      kept.refresh(state);
      return kept;
    }
    const work = new Work(state, this.rim);
    this.works.set(id, work);
    for (const [old, one] of this.works) {
      if (this.works.size <= WORKS) break;
      if (one !== this.work && one !== work && one.waiting.length === 0) this.works.delete(old);
    }
    return work;
  }

  /** The next picture, loaded in advance. */
  next: Work | null = $state.raw(null);

  private async ahead(place: number): Promise<void> {
    const row = await this.list.at(place + 1).catch(() => undefined);
    if (!row) return;
    const work = this.works.get(row.id) ?? (await this.load(row.id).catch(() => null));
    if (this.place === place) this.next = work;
  }

  step(by: number): void {
    void this.go(this.place + by);
  }

  async filter(state: PictureStage | '', search: string): Promise<void> {
    try {
      await this.list.ask(state, search);
      this.place = this.work ? (this.list.placeOf(this.work.id) ?? -1) : -1;
      if (!this.work && this.list.total > 0) await this.go(0);
    } catch (error) {
      this.note(sentence(error), 'error');
    }
  }

  async scan(): Promise<void> {
    try {
      await api.scan();
      await this.filter(this.list.filter, this.list.search);
    } catch (error) {
      this.note(sentence(error), 'error');
    }
  }

  /** The newest state of the open picture, for example after an import. */
  async refresh(): Promise<void> {
    if (!this.work) return;
    const work = this.work;
    try {
      await this.load(work.id);
      if (!work.view && this.readable) work.view = fit(work.state.picture, this.box);
      this.lift();
    } catch (error) {
      if (error instanceof api.Unreachable) this.lost();
    }
  }

  setDone(done: boolean): void {
    this.act({ type: 'set_done', done });
    this.say(done ? 'Picture done' : 'Picture not done');
  }

  /** Marks the picture as done and goes to the next one that is not. */
  async doneAndNext(): Promise<void> {
    const { work, turn } = this;
    if (!work) return;
    this.flushCollected();
    if (!work.document.done) this.setDone(true);
    try {
      const next = await this.nextOpen();
      if (turn !== this.turn) return;
      if (next === null) this.note('All pictures of this list are done.', 'info');
      else await this.go(next);
    } catch (error) {
      this.note(sentence(error), 'error');
    }
  }

  /** Goes to the next picture and puts this one's objects on it, to be corrected there. */
  async copyToNext(): Promise<void> {
    const { work, turn, place } = this;
    if (!work) return;
    this.flushCollected();
    if (work.document.objects.length === 0) return this.note('There is no object here to copy.', 'info');
    if (place < 0 || place + 1 >= this.list.total)
      return this.note('This is the last picture: there is none to copy to.', 'info');
    if (this.online) await work.idle();
    if (turn !== this.turn) return;
    if (work.waiting.length > 0)
      return this.note('Not all of this picture is saved yet: copy its objects then.', 'info');
    await this.go(place + 1);
    if (this.work !== work && this.place === place + 1) this.act({ type: 'copy_objects', picture: work.id });
  }

  // ── clicks ──────────────────────────────────────────────────────────────────────────────────────────────────

  click(at: Point, positive: boolean, collect: boolean): void {
    if (!this.work || !this.readable) return;
    const known = (this.work.openObject?.clicks.length ?? 0) >= HINTED_CLICKS;
    if (known && !this.settings.values.hinted) this.settings.set('hinted', true);
    this.clickedOnce = true;
    const click = { x: at.x, y: at.y, positive };
    if (collect) this.collected = [...this.collected, click];
    else this.send([...this.collected, click]);
  }

  flushCollected(): void {
    if (this.collected.length > 0) this.send(this.collected);
  }

  private send(clicks: Click[]): void {
    const work = this.work!;
    this.collected = [];
    const object = work.openObject ? work.open : null;
    const fresh = object === null;
    const key = work.add({
      type: 'click',
      object,
      clicks,
      label: fresh ? this.armed : null,
      keep_out: fresh ? this.settings.values.keepOut : null,
    });
    if (fresh) work.open = work.open ?? -key;
  }

  removeClick(index: number): void {
    const object = this.work?.openObject;
    if (object && index < object.clicks.length) this.act({ type: 'remove_click', object: object.id, index });
    else if (index - (object?.clicks.length ?? 0) < this.collected.length)
      this.collected = this.collected.filter((_, place) => place !== index - (object?.clicks.length ?? 0));
    this.hovered = null;
  }

  /** The click under the pointer, else the last one. */
  remove(): void {
    const count = (this.work?.openObject?.clicks.length ?? 0) + this.collected.length;
    if (count > 0) this.removeClick(this.hovered ?? count - 1);
  }

  cancel(): void {
    if (this.collected.length > 0) this.collected = [];
    else if (this.stroke) this.stroke = null;
    else if (this.drawer) this.drawer = null;
    else if (this.tool !== 'click') this.tool = 'click';
    else if (this.cross) this.cross = null;
    else this.openObject(null);
  }

  // ── objects ─────────────────────────────────────────────────────────────────────────────────────────────────

  act(action: Parameters<Work['add']>[0]): void {
    this.work?.add(action);
  }

  openObject(id: number | null): void {
    if (!this.work) return;
    this.flushCollected();
    this.work.open = id;
    this.hovered = null;
    const object = this.work.openObject;
    if (object) {
      if (!object.visible) this.edit(object.id, { visible: true });
      this.say(`${this.nameOf(object)} is open`);
    }
  }

  /** The topmost visible object with this pixel. */
  objectAt(at: Point): number | null {
    const found = this.overlays.findLast((one) => contains(one.mask, at.x, at.y));
    return found && found.id !== 0 ? found.id : null;
  }

  /** Makes the topmost other object with this pixel part of the open one. */
  merge(at: Point | null): void {
    const object = this.work?.openObject;
    if (!object) return this.note('Open an object first: click its row in the list.', 'info');
    const other =
      at && this.overlays.findLast((one) => one.id !== object.id && contains(one.mask, at.x, at.y));
    if (!other) return this.note('Point at the object that is to become part of the open one.', 'info');
    this.act({ type: 'merge_objects', object: object.id, objects: [other.id] });
    this.say(`${this.nameOf(object)} is merged with another object`);
  }

  finish(): void {
    this.flushCollected();
    const object = this.work?.openObject;
    if (!object) return;
    if (!object.finished) this.edit(object.id, { finished: true });
    this.work!.open = null;
    this.hovered = null;
    this.positive = true;
    if (!this.settings.values.hinted) this.settings.set('hinted', true);
    this.say('Finished; the next click starts another object');
  }

  edit(
    object: number,
    change: {
      visible?: boolean;
      finished?: boolean;
      keep_out?: boolean;
      colour?: string | null;
      label?: number | null;
    },
  ): void {
    this.act({ type: 'edit_object', object, ...change });
  }

  undo(): void {
    this.collected.length > 0 ? (this.collected = this.collected.slice(0, -1)) : this.act({ type: 'undo' });
  }

  redo(): void {
    this.act({ type: 'redo' });
  }

  clear(): void {
    const object = this.work?.openObject;
    this.collected = [];
    if (object) this.act({ type: 'reset_object', object: object.id });
  }

  deleteObject(id: number | null | undefined = this.work?.open): void {
    if (id !== null && id !== undefined) this.act({ type: 'delete_objects', objects: [id] });
  }

  clean(kind: 'holes' | 'specks'): void {
    const object = this.work?.openObject;
    if (!object) return this.note('Open an object first: click its row in the list.', 'info');
    const { holes, specks } = this.settings.values;
    const mask = this.work!.seen(object);
    const small = specks || Math.max(16, Math.round((mask ? area(mask) : 0) / 50));
    this.act({
      type: 'clean',
      object: object.id,
      fill_holes: kind === 'holes' ? holes || ALL_HOLES : 0,
      drop_specks: kind === 'specks' ? small : 0,
    });
  }

  /** Of the open object, and of those to come. */
  toggleKeepOut(): void {
    const object = this.work?.openObject;
    const on = !(object ? object.keep_out : this.settings.values.keepOut);
    this.settings.set('keepOut', on);
    if (object) this.edit(object.id, { keep_out: on });
    this.say(on ? 'Finished neighbours are kept out' : 'Objects may overlap');
  }

  toggleAll(): void {
    const objects = this.work?.document.objects ?? [];
    const visible = !objects.some((one) => one.visible);
    if (objects.length > 0)
      this.act({ type: 'edit_objects', objects: objects.map((one) => one.id), visible });
  }

  /** Whether another network made the object's mask. */
  isOfOther(object: DrawnObject): boolean {
    return madeByOther(object, this.network);
  }

  nameOf(object: { id: number; label: number | null }): string {
    const label = this.labels.find((one) => one.id === object.label);
    return label ? label.name : object.id > 0 ? `Object ${object.id}` : 'New object';
  }

  // ── brush ───────────────────────────────────────────────────────────────────────────────────────────────────

  paint(from: Point, to: Point, erase: boolean): void {
    if (!this.picture || !this.work) return;
    if (erase && !this.work.openObject) return;
    const spans = capsule(from, to, this.settings.values.brushSize, this.picture);
    this.stroke = { spans: union(this.stroke?.spans ?? EMPTY, spans), erase };
  }

  endStroke(): void {
    const [stroke, work] = [this.stroke, this.work];
    this.stroke = null;
    if (!stroke || !work || area(stroke.spans) === 0) return;
    const object = work.openObject ? work.open : null;
    const key = work.add({ type: 'stroke', object, ...stroke, label: object === null ? this.armed : null });
    if (object === null) work.open = work.open ?? -key;
  }

  resizeBrush(up: boolean): void {
    const size = this.settings.values.brushSize;
    this.settings.set('brushSize', up ? larger(size) : smaller(size));
  }

  // ── labels ──────────────────────────────────────────────────────────────────────────────────────────────────

  useLabel(id: number | null): void {
    this.armed = id;
    const object = this.work?.openObject;
    if (object && object.label !== id) this.edit(object.id, { label: id });
    const name = this.labels.find((one) => one.id === id)?.name ?? 'No label';
    this.say(object ? `${name} given` : `${name} for new objects`);
  }

  async addLabel(name: string): Promise<void> {
    const before = new Set(this.labels.map((one) => one.id));
    await this.changeLabels(() => api.addLabel(name, freshColour(this.labels)));
    const made = this.labels.find((one) => !before.has(one.id));
    if (made) this.useLabel(made.id);
  }

  async changeLabels(change: () => Promise<{ labels: Label[] }>, merged = false): Promise<void> {
    try {
      this.labels = (await change()).labels;
      if (!this.labels.some((one) => one.id === this.armed)) this.armed = this.labels[0]?.id ?? null;
      if (merged) {
        for (const [id, work] of this.works)
          if (work !== this.work && work.waiting.length === 0) this.works.delete(id);
        await this.refresh();
      }
    } catch (error) {
      this.note(sentence(error), 'error');
    }
  }

  /** After an import: labels, list and the open picture may be others. */
  async imported(): Promise<void> {
    this.labels = (await api.project(this.settings.author)).labels;
    this.armed ??= this.labels[0]?.id ?? null;
    for (const [id, work] of this.works)
      if (work !== this.work && work.waiting.length === 0) this.works.delete(id);
    this.next = null;
    await this.list.ask(this.list.filter, this.list.search);
    await this.refresh();
  }

  // ── view ────────────────────────────────────────────────────────────────────────────────────────────────────

  setView(view: View): void {
    if (this.work) this.work.view = view;
  }

  fit(): void {
    if (this.picture && this.readable) this.setView(fit(this.picture, this.box));
  }

  actual(): void {
    if (this.picture && this.readable) {
      const middle = { x: this.box.width / 2, y: this.box.height / 2 };
      if (this.view)
        this.setView(zoomAt(this.view, this.pointer ?? middle, 1 / this.view.scale, this.picture, this.box));
      else this.setView(centred(this.picture, this.box, 1));
    }
  }

  zoom(factor: number, at: Point | null = null): void {
    if (!this.view || !this.picture) return;
    const middle = { x: this.box.width / 2, y: this.box.height / 2 };
    this.setView(zoomAt(this.view, at ?? middle, factor, this.picture, this.box));
  }

  /** The canvas has another size: a fitted picture stays fitted. */
  resize(box: Size): void {
    const [old, view, picture] = [this.box, this.view, this.picture];
    if (box.width === old.width && box.height === old.height) return;
    this.box = box;
    if (!picture || !this.readable) return;
    const before = fit(picture, old);
    if (!view || Math.abs(view.scale - before.scale) < 1e-9) this.setView(fit(picture, box));
    else
      this.setView({
        ...view,
        x: view.x + (box.width - old.width) / 2,
        y: view.y + (box.height - old.height) / 2,
      });
  }

  nextMode(): void {
    const place = MODES.indexOf(this.settings.values.mode);
    this.settings.set('mode', MODES[(place + 1) % MODES.length]!);
  }

  /** Who works here now; what they like comes along. */
  async setAuthor(name: string): Promise<void> {
    this.settings.setAuthor(name);
    try {
      this.settings.load((await api.project(this.settings.author)).settings);
    } catch {
      // The page stays as it is; the name is kept.
    }
  }

  // ── the connection, notes ───────────────────────────────────────────────────────────────────────────────────

  private arrived(work: Work, before: PictureState, action: Action | null): void {
    this.lift();
    this.list.update(work.state.picture);
    const answer = action && said(action, before, work.state, (object) => this.nameOf(object));
    if (answer) this.note(answer.text, answer.kind);
    if (work === this.work && work.status === 'busy') {
      const object = work.openObject;
      if (object) this.announced = `${this.nameOf(object)}: ${object.area} pixels`;
    }
  }

  /** No answer came: look now and then whether the server is back. */
  lost(): void {
    if (!this.online) return;
    this.online = false;
    const look = async () => {
      try {
        await api.picture(this.work?.id ?? 0);
      } catch (error) {
        if (error instanceof api.Unreachable) {
          setTimeout(look, PING);
          return;
        }
      }
      this.lift();
      wake();
    };
    setTimeout(look, PING);
  }

  private lift(): void {
    this.online = true;
  }

  retry(): void {
    wake();
    void this.refresh();
  }

  saved(): void {
    if (this.elsewhere.length > 0 || (this.work && needsPerson(this.work)))
      this.note('Not all is saved: a picture waits for your answer.', 'info');
    else if (this.queues.waiting > 0)
      this.note('Not all is saved yet: it is sent as soon as the server answers.', 'info');
    else this.note('All saved. Every change is saved at once.', 'info');
  }

  /** Whether something would be lost if the page were closed now. */
  unsaved(): boolean {
    return this.collected.length > 0 || this.unsent.length > 0;
  }

  note(text: string, kind: Note['kind']): void {
    const key = ++this.noteKey;
    this.notes = [...this.notes.filter((one) => one.text !== text), { key, text, kind }].slice(-4);
    this.announced = text;
    setTimeout(() => this.dismiss(key), NOTE_TIMES[kind]);
  }

  dismiss(key: number): void {
    this.notes = this.notes.filter((one) => one.key !== key);
  }

  say(text: string): void {
    this.announced = text;
  }

  get counts(): Counts {
    return this.list.counts;
  }
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export const app = new App();
export const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
