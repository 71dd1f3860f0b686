/** Everything that is done to the objects of the picture on screen. */

import type {
  Action,
  Box,
  Click,
  DrawnObject,
  Network,
  ObjectEdit,
  PictureState,
  Prompt,
} from '../api/types';
import type { Overlay } from '../canvas/painter';
import { madeByOther } from '../logic/answer-notes';
import type { LocalAction } from '../logic/pending';
import { promptsOf } from '../logic/pending';
import { localPart } from '../logic/local';
import { area, exclusive, toRuns, whole, type Spans } from '../logic/spans';
import type { Command } from '../logic/shortcuts';
import type { Point } from '../logic/view';
import type { Hints } from './hints.svelte';
import type { Labels } from './labels.svelte';
import type { Notes } from './notes.svelte';
import type { OpenPicture } from './open-picture.svelte';
import { topmostAt } from './overlays';
import type { Settings } from './settings.svelte';
import { addStroke } from './strokes';
import { t } from '../language/language.svelte';

export type Tool = 'click' | 'brush' | 'eraser' | 'polygon' | 'vertices' | 'select';

/** More pixels than any hole has. */
const ALL_HOLES = 2 ** 31 - 1;
/** Smallest speck that is dropped without a setting, pixels; and as a share of the object. */
const SPECK = 16;
const SPECK_SHARE = 1 / 50;

export interface EditingParts {
  current(): OpenPicture | null;
  overlays(): readonly Overlay[];
  network(): Network | null;
  /** The key of a command, as it is printed. */
  keyOf(command: Command): string;
  /** The part of the picture that a first look takes; null: all of it. */
  lookedAt(): Box | null;
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
  /** Objects that commands for several work on, beside the active one. */
  chosen: readonly number[] = $state.raw([]);
  /** The object under the pointer in the picture; its row in the list is marked. */
  pointed: number | null = $state(null);
  /** The object under the pointer in the list; its mask is marked. */
  listed: number | null = $state(null);
  /** The mask before the last correction with its local part only, while the answer is shown. */
  private local: { picture: OpenPicture; object: number; answer: string; mask: Spans } | null =
    null;
  /** Objects to paste, and the picture that they are on. */
  private copied: { picture: number; objects: readonly number[] } | null = null;

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
    const within = created && this.within(clicks);
    const key = current.add({
      type: 'click',
      object,
      clicks: [...clicks],
      ...this.given(created),
      ...this.seen,
      // Absent, not null, at later looks: they follow the mask.
      ...(within ? { within } : {}),
    });
    if (created) current.activeId ??= -key;
  }

  /** What is said of a new object beside its prompts. */
  private given(created: boolean) {
    const { labels, settings } = this.parts;
    const { keepOut, tidy } = settings.values;
    return {
      label: created ? labels.armed : null,
      keep_out: created ? keepOut : null,
      ...(created && tidy > 0 ? { tidy } : {}),
    };
  }

  /** The window that the network is to see the picture through; absent: what the rule finds. */
  private get seen() {
    const { networkWindow, window } = this.parts.settings.values;
    return networkWindow && window ? { window } : {};
  }

  /** The part to look at first, if it holds all clicks. */
  private within(clicks: readonly Click[]): Box | null {
    const part = this.parts.lookedAt();
    const inside = clicks.every(
      ({ x, y }) => part && x >= part.left && x < part.right && y >= part.top && y < part.bottom,
    );
    return inside ? part : null;
  }

  /** Give a box or a scribble to the active object, or to a new one. */
  prompt(prompt: Prompt): void {
    this.flush();
    const { current } = this;
    if (!current?.readable) return;
    const object = current.active ? current.activeId : null;
    if (object === null && 'positive' in prompt && prompt.positive === false) {
      this.parts.notes.add('Click on an object first; then remove what is too much.', 'info');
      return;
    }
    const key = current.add({
      type: 'prompt',
      object,
      prompts: [prompt],
      ...this.given(object === null),
      ...this.seen,
    });
    if (object === null) current.activeId ??= -key;
    this.parts.hints.noteClick();
  }

  /** Remove a click of the active object; indices beyond its own are those of collected clicks. */
  removeClick(index: number): void {
    const object = this.current?.active;
    const count = object?.clicks.length ?? 0;
    if (object && index < count)
      this.act({ type: 'remove_click', object: object.id, index: object.clicks[index]!.index });
    else this.collected = this.collected.filter((_, position) => position !== index - count);
    this.hovered = null;
  }

  /** Remove the click under the pointer, else the last click, box or scribble. */
  removeHoveredOrLast(): void {
    const object = this.current?.active;
    const clicks = object?.clicks.length ?? 0;
    if (this.hovered !== null) return this.removeClick(this.hovered);
    if (this.collected.length > 0) return this.removeClick(clicks + this.collected.length - 1);
    const prompts = object ? promptsOf(object).length : 0;
    if (object && prompts > 0)
      this.act({ type: 'remove_click', object: object.id, index: prompts - 1 });
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

  /** The chosen objects that are there, else the active one. */
  get targets(): readonly number[] {
    const { current } = this;
    if (!current) return [];
    const chosen = this.chosen.filter((id) =>
      current.document.objects.some((object) => object.id === id),
    );
    if (chosen.length > 0) return chosen;
    return current.active ? [current.active.id] : [];
  }

  /** Choose an object for commands that work on several; more: beside those that are chosen. */
  choose(id: number | null, more: boolean): void {
    this.flush();
    if (this.current) this.current.activeId = null;
    if (id === null) this.chosen = more ? this.chosen : [];
    else if (!more) this.chosen = [id];
    else if (this.chosen.includes(id)) this.chosen = this.chosen.filter((other) => other !== id);
    else this.chosen = [...this.chosen, id];
    this.parts.notes.announce(t('{count} chosen', { count: this.chosen.length }));
  }

  chooseAll(): void {
    this.chosen = (this.current?.document.objects ?? []).map((object) => object.id);
  }

  duplicate(): void {
    const objects = [...this.targets];
    if (objects.length === 0) return this.needObject();
    this.act({ type: 'duplicate_objects', objects });
  }

  copy(): void {
    const { current, targets } = this;
    const { notes } = this.parts;
    if (!current || targets.length === 0) return this.needObject();
    // Objects without a number cannot be found from another picture.
    if (targets.some((id) => id < 0))
      return notes.add('Not everything is saved yet: copy the objects when it is.', 'info');
    this.copied = { picture: current.id, objects: targets };
    notes.announce('Copied');
  }

  /** Put the copied objects on this picture, to be corrected by clicks. */
  paste(): void {
    const { current, copied } = this;
    if (!copied || !current)
      return this.parts.notes.add('Nothing is copied: choose objects and copy them first.', 'info');
    const objects = [...copied.objects];
    if (copied.picture === current.id) this.act({ type: 'duplicate_objects', objects });
    else this.act({ type: 'copy_objects', picture: copied.picture, objects });
  }

  /** Tell the person when a correction changed far more than what lies at its clicks. */
  noteChange(picture: OpenPicture, before: PictureState, action: Action): void {
    this.local = null;
    if (action.type !== 'click' || action.object === null || picture !== this.current) return;
    const find = (state: PictureState) =>
      state.document.objects.find((object) => object.id === action.object);
    const [old, now] = [find(before), find(picture.state)];
    if (!old?.mask || !now?.mask || old.mask === now.mask) return;
    const [was, is] = [picture.maskOf(old.mask), picture.maskOf(now.mask)];
    const mask = was && is && localPart(was, is, action.clicks);
    if (!mask) return;
    this.local = { picture, object: now.id, answer: now.mask, mask };
    this.parts.notes.add(
      t(
        'That click changed much more than its surroundings. {key} keeps the change at the click only.',
        { key: this.parts.keyOf('take_local') },
      ),
      'info',
    );
  }

  /** Keep of the last correction only what changed at its clicks. */
  takeLocal(): void {
    const { current, local } = this;
    const object = current?.document.objects.find(({ id }) => id === local?.object);
    if (!local || current !== local.picture || object?.mask !== local.answer || object.pending)
      return this.parts.notes.add(
        'Nothing larger than the change at the click is left to take back.',
        'info',
      );
    this.local = null;
    this.act({ type: 'set_mask', object: local.object, mask: toRuns(local.mask) });
    this.parts.notes.announce('Only the change at the click is kept');
  }

  /** Turn the active object inside out. */
  invert(): void {
    const [object, current] = [this.current?.active, this.current];
    if (!object || !current) return this.needObject();
    const mask = current.visibleMask(object);
    if (object.pending || !mask)
      return this.parts.notes.add('Wait for the mask before you invert it.', 'info');
    const inverted = toRuns(exclusive(mask, whole(current.state.picture)));
    this.act({ type: 'set_mask', object: object.id, mask: inverted });
  }

  /** Make the whole picture the mask of the active object, or of a new one. */
  takeWhole(): void {
    const { current } = this;
    if (!current?.readable) return;
    addStroke(current, this.parts.labels, { spans: whole(current.state.picture), effect: 'add' });
  }

  /** Make an object the one that clicks go to; null: the next click makes a new one. */
  activate(id: number | null): void {
    if (!this.current) return;
    this.flush();
    this.chosen = [];
    this.current.activeId = id;
    this.hovered = null;
    const object = this.current.active;
    if (!object) return;
    if (!object.visible) this.edit(object.id, { visible: true });
    this.parts.notes.announce(t('{name} is open', { name: this.parts.labels.nameOf(object) }));
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
    notes.announce(t('{name} is merged with another object', { name: labels.nameOf(object) }));
  }

  /** Remove everything of the active object but its label. */
  clear(): void {
    const object = this.current?.active;
    this.collected = [];
    if (object) this.act({ type: 'reset_object', object: object.id });
  }

  /** Delete an object; without one the chosen objects, or the active one. */
  delete(id: number | null = null): void {
    const objects = id === null ? [...this.targets] : [id];
    if (objects.length > 0) this.act({ type: 'delete_objects', objects });
    this.chosen = this.chosen.filter((other) => !objects.includes(other));
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

  /** Take specks and holes of so many pixels out of the active object, and of new ones. */
  useTidy(pixels: number): void {
    this.parts.settings.set('tidy', pixels);
    const object = this.current?.active;
    if (object && object.tidy !== pixels) this.edit(object.id, { tidy: pixels });
  }

  toggleVisible(): void {
    const { targets } = this;
    const objects = this.current?.document.objects.filter(({ id }) => targets.includes(id)) ?? [];
    const visible = !objects.some((object) => object.visible);
    const [first] = objects;
    if (objects.length === 1) this.edit(first!.id, { visible });
    else if (first) this.act({ type: 'edit_objects', objects: [...targets], visible });
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
    if (this.chosen.length > 0)
      return this.act({ type: 'edit_objects', objects: [...this.targets], label: id });
    const object = this.current?.active;
    if (object && object.label !== id) this.edit(object.id, { label: id });
    const name = labels.find(id)?.name ?? t('No label');
    notes.announce(t(object ? '{name} assigned' : '{name} for new objects', { name }));
  }

  /** Use the label of this name, which is added if it does not exist. */
  async useNamedLabel(name: string): Promise<void> {
    const { labels } = this.parts;
    const label = labels.all.find((known) => known.name === name) ?? (await labels.add(name));
    if (label) this.useLabel(label.id);
  }
}
