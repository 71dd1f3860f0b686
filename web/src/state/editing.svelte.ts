/** Everything that is done to the objects of the picture on screen. */

import type { Click, DrawnObject, Network, ObjectEdit } from '../api/types';
import type { Overlay } from '../canvas/painter';
import { madeByOther } from '../logic/answer-notes';
import type { LocalAction } from '../logic/pending';
import { area } from '../logic/spans';
import type { Point } from '../logic/view';
import type { Hints } from './hints.svelte';
import type { Labels } from './labels.svelte';
import type { Notes } from './notes.svelte';
import type { OpenPicture } from './open-picture.svelte';
import { topmostAt } from './overlays';
import type { Settings } from './settings.svelte';

export type Tool = 'click' | 'brush' | 'eraser';

/** More pixels than any hole has. */
const ALL_HOLES = 2 ** 31 - 1;
/** Smallest speck that is dropped without a setting, pixels; and as a share of the object. */
const SPECK = 16;
const SPECK_SHARE = 1 / 50;

export interface EditingParts {
  current(): OpenPicture | null;
  overlays(): readonly Overlay[];
  network(): Network | null;
  labels: Labels;
  settings: Settings;
  hints: Hints;
  notes: Notes;
}

export class Editing {
  tool: Tool = $state('click');
  /** The sign of a plain click. */
  positive = $state(true);
  /** Clicks that are predicted together, when the key is released. */
  collected: readonly Click[] = $state.raw([]);
  /** The index of the click under the pointer, collected ones last. */
  hovered: number | null = $state(null);
  /** Whether Alt is held: a press on a marker removes its click. */
  removing = $state(false);

  constructor(private readonly parts: EditingParts) {}

  private get current(): OpenPicture | null {
    return this.parts.current();
  }

  // ── clicks ─────────────────────────────────────────────────────────────────────────────────

  click(at: Point, positive: boolean, collect: boolean): void {
    if (!this.current?.readable) return;
    if (this.isKnown(at, positive)) {
      this.parts.notes.add('You clicked there already. Alt+click removes a click.', 'info');
      return;
    }
    this.parts.hints.noteClick();
    const clicks = [...this.collected, { x: at.x, y: at.y, positive }];
    if (collect) this.collected = clicks;
    else this.send(clicks);
  }

  /** Whether this pixel has a click of this sign, so that another one would say nothing new. */
  private isKnown(at: Point, positive: boolean): boolean {
    const clicks = [...(this.current?.active?.clicks ?? []), ...this.collected];
    return clicks.some(
      (click) => click.x === at.x && click.y === at.y && click.positive === positive,
    );
  }

  /** Send the collected clicks, if there are any. */
  flush(): void {
    if (this.collected.length > 0) this.send(this.collected);
  }

  private send(clicks: readonly Click[]): void {
    const current = this.current;
    this.collected = [];
    if (!current) return;
    const object = current.active ? current.activeId : null;
    const created = object === null;
    // Without a positive click there is nothing that could be too much.
    if (created && !clicks.some((click) => click.positive)) {
      this.parts.notes.add('Click on an object first; then remove what is too much.', 'info');
      return;
    }
    const key = current.add({
      type: 'click',
      object,
      clicks: [...clicks],
      label: created ? this.parts.labels.armed : null,
      keep_out: created ? this.parts.settings.values.keepOut : null,
    });
    if (created) current.activeId ??= -key;
  }

  /** Remove a click of the active object; indices beyond its own are those of collected clicks. */
  removeClick(index: number): void {
    const object = this.current?.active;
    const count = object?.clicks.length ?? 0;
    if (object && index < count) this.act({ type: 'remove_click', object: object.id, index });
    else this.collected = this.collected.filter((_, position) => position !== index - count);
    this.hovered = null;
  }

  /** Remove the click under the pointer, else the last one. */
  removeHoveredOrLast(): void {
    const count = (this.current?.active?.clicks.length ?? 0) + this.collected.length;
    if (count > 0) this.removeClick(this.hovered ?? count - 1);
  }

  undo(): void {
    if (this.collected.length > 0) this.collected = this.collected.slice(0, -1);
    else if (this.canUndo) this.act({ type: 'undo' });
    else this.parts.notes.add('There is nothing to undo on this picture.', 'info');
  }

  redo(): void {
    if (this.canRedo) this.act({ type: 'redo' });
    else this.parts.notes.add('There is nothing to redo on this picture.', 'info');
  }

  /** Whether there may be something to undo: what is pending, the server has not counted yet. */
  get canUndo(): boolean {
    const current = this.current;
    const waiting = this.collected.length + (current?.pending.length ?? 0);
    return waiting > 0 || (current?.state.can_undo ?? false);
  }

  get canRedo(): boolean {
    const undoing = this.current?.pending.some(({ action }) => action.type === 'undo') ?? false;
    return undoing || (this.current?.state.can_redo ?? false);
  }

  // ── objects ────────────────────────────────────────────────────────────────────────────────

  act(action: LocalAction): void {
    this.current?.add(action);
  }

  edit(object: number, change: ObjectEdit): void {
    this.act({ type: 'edit_object', object, ...change });
  }

  /** Make an object the one that clicks go to; null: the next click makes a new one. */
  activate(id: number | null): void {
    if (!this.current) return;
    this.flush();
    this.current.activeId = id;
    this.hovered = null;
    const object = this.current.active;
    if (!object) return;
    if (!object.visible) this.edit(object.id, { visible: true });
    this.parts.notes.announce(`${this.parts.labels.nameOf(object)} is open`);
  }

  /** Activate the topmost object with this pixel. */
  activateAt(at: Point | null): void {
    if (at) this.activate(topmostAt(this.parts.overlays(), at));
  }

  finish(): void {
    this.flush();
    const object = this.current?.active;
    if (!object) return;
    if (!object.finished) this.edit(object.id, { finished: true });
    this.current!.activeId = null;
    this.hovered = null;
    this.positive = true;
    this.parts.hints.understood();
    this.parts.notes.announce('Finished; the next click starts another object');
  }

  /** Make the topmost other object with this pixel part of the active one. */
  merge(at: Point | null): void {
    const { notes, labels } = this.parts;
    const object = this.current?.active;
    if (!object) return this.needObject();
    const other = at && topmostAt(this.parts.overlays(), at, object.id);
    if (!other)
      return notes.add('Point at the object that is to become part of the open one.', 'info');
    this.act({ type: 'merge_objects', object: object.id, objects: [other] });
    notes.announce(`${labels.nameOf(object)} is merged with another object`);
  }

  /** Remove everything of the active object but its label. */
  clear(): void {
    const object = this.current?.active;
    this.collected = [];
    if (object) this.act({ type: 'reset_object', object: object.id });
  }

  /** Delete an object; without one the active object. */
  delete(id: number | null = this.current?.activeId ?? null): void {
    if (id !== null) this.act({ type: 'delete_objects', objects: [id] });
  }

  fillHoles(): void {
    const largest = this.parts.settings.values.holes || ALL_HOLES;
    this.clean(() => ({ fill_holes: largest, drop_specks: 0 }));
  }

  dropSpecks(): void {
    const { specks } = this.parts.settings.values;
    this.clean((pixels) => {
      const smallest = specks || Math.max(SPECK, Math.round(pixels * SPECK_SHARE));
      return { fill_holes: 0, drop_specks: smallest };
    });
  }

  private clean(sizes: (area: number) => { fill_holes: number; drop_specks: number }): void {
    const object = this.current?.active;
    if (!object) return this.needObject();
    const mask = this.current!.visibleMask(object);
    this.act({ type: 'clean', object: object.id, ...sizes(mask ? area(mask) : 0) });
  }

  private needObject(): void {
    this.parts.notes.add('Open an object first: click its row in the list.', 'info');
  }

  /** Keep finished neighbours out of the active object, and out of new ones; or no longer. */
  toggleKeepOut(): void {
    const { settings, notes } = this.parts;
    const object = this.current?.active;
    const on = !(object ? object.keep_out : settings.values.keepOut);
    settings.set('keepOut', on);
    if (object) this.edit(object.id, { keep_out: on });
    notes.announce(on ? 'Finished neighbours are kept out' : 'Objects may overlap');
  }

  toggleVisible(): void {
    const object = this.current?.active;
    if (object) this.edit(object.id, { visible: !object.visible });
  }

  toggleAllVisible(): void {
    const objects = this.current?.document.objects ?? [];
    const visible = !objects.some((object) => object.visible);
    const ids = objects.map((object) => object.id);
    if (ids.length > 0) this.act({ type: 'edit_objects', objects: ids, visible });
  }

  /** Whether another network made the object's mask. */
  isOfOther(object: DrawnObject): boolean {
    return madeByOther(object, this.parts.network());
  }

  // ── labels ─────────────────────────────────────────────────────────────────────────────────

  /** Give the active object a label; new ones get it too. */
  useLabel(id: number | null): void {
    const { labels, notes } = this.parts;
    labels.armed = id;
    if (id !== null) labels.noteUse(id);
    const object = this.current?.active;
    if (object && object.label !== id) this.edit(object.id, { label: id });
    const name = labels.find(id)?.name ?? 'No label';
    notes.announce(object ? `${name} assigned` : `${name} for new objects`);
  }

  /** Use the label of this name, which is added if it does not exist. */
  async useNamedLabel(name: string): Promise<void> {
    const { labels } = this.parts;
    const label = labels.all.find((known) => known.name === name) ?? (await labels.add(name));
    if (label) this.useLabel(label.id);
  }
}
