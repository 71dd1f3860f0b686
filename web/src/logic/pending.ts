/** Actions that the server has not yet confirmed, and the picture as it will be after them. Pure.
 *
 * A new object has no number before the server answers: until then its id is the negative key of
 * the action that makes it, and later actions may refer to it by that id.
 */

import type {
  Action,
  AttributeValue,
  Box,
  Click,
  DrawnObject,
  Marked,
  PictureDocument,
  PictureState,
  PlacedClick,
  Prompt,
} from '../api/types';
import { sameWindow } from './grey-window';
import { EMPTY, exclusive, subtract, toRuns, union, type Spans } from './spans';

/** Pixels that a hand adds to a mask, erases from it, or flips: those between its outline before
 * and the one that was drawn.
 */
export interface Painted {
  spans: Spans;
  effect: 'add' | 'erase' | 'flip';
}

/** What a hand drew becomes a mask only when it is sent: the mask may change until then. */
export interface Stroke extends Painted {
  type: 'stroke';
  object: number | null;
  label: number | null;
}

export type LocalAction = Action | Stroke;

export interface PendingAction {
  /** 1, 2, ... in the order in which they were done; never used twice for a picture. */
  key: number;
  /** Lets the server recognise an action that it has done already, when its answer was lost. */
  uuid: string;
  action: LocalAction;
}

export interface ViewClick extends PlacedClick {
  pending?: boolean;
}

/** An object as the person sees it: as confirmed, then changed by the pending actions. */
export interface ViewObject extends DrawnObject {
  clicks: ViewClick[];
  strokes: Painted[];
  pending: boolean;
}

export interface ViewDocument {
  objects: ViewObject[];
  mark: Marked;
  /** Whether the picture needs no more work. */
  done: boolean;
}

/** The document after all pending actions, as far as it can be known without the network. */
export function preview(
  document: PictureDocument,
  pending: readonly PendingAction[],
): ViewDocument {
  const confirmed: ViewDocument = {
    done: document.done,
    mark: document.mark?.state ?? null,
    objects: document.objects.map((object) => ({ ...object, strokes: [], pending: false })),
  };
  return pending.reduce(previewAction, confirmed);
}

/** Values with changes to some of them; null takes a value away. */
function withValues(
  old: DrawnObject['attributes'],
  changes: Record<string, AttributeValue | null>,
): DrawnObject['attributes'] {
  const all = Object.entries({ ...old, ...changes });
  return Object.fromEntries(
    all.filter((entry): entry is [string, AttributeValue] => entry[1] !== null),
  );
}

function previewAction(document: ViewDocument, { key, action }: PendingAction): ViewDocument {
  switch (action.type) {
    case 'click':
      return changeOrCreate(document, key, action, (object) => prompted(object, action.clicks));
    case 'prompt':
      return changeOrCreate(document, key, action, (object) => prompted(object, action.prompts));
    case 'stroke':
      return changeOrCreate(document, key, action, (object) => ({
        ...object,
        ...NO_PROMPTS,
        strokes: [...object.strokes, { spans: action.spans, effect: action.effect }],
        pending: true,
      }));
    case 'remove_click':
      return change(document, action.object, (object) => ({
        ...object,
        clicks: without(object.clicks, action.index),
        boxes: without(object.boxes, action.index),
        scribbles: without(object.scribbles, action.index),
        pending: true,
      }));
    case 'reset_object':
      return change(document, action.object, (object) => ({
        ...object,
        ...NO_PROMPTS,
        strokes: [],
        mask: null,
        start: false,
        pending: true,
      }));
    case 'edit_object': {
      const { type: _type, object: id, ...edit } = action;
      return change(document, id, (object) => ({ ...object, ...edit }));
    }
    case 'edit_objects': {
      const { type: _type, objects: ids, ...edit } = action;
      return ids.reduce(
        (sum, id) => change(sum, id, (object) => ({ ...object, ...edit })),
        document,
      );
    }
    case 'set_attributes':
      return change(document, action.object, (object) => ({
        ...object,
        attributes: withValues(object.attributes, action.values),
      }));
    case 'delete_objects': {
      const objects = document.objects.filter((object) => !action.objects.includes(object.id));
      return { ...document, objects };
    }
    case 'move_object': {
      const moved = document.objects.find((object) => object.id === action.object);
      if (!moved) return document;
      const rest = document.objects.filter((object) => object !== moved);
      rest.splice(action.index, 0, moved);
      return { ...document, objects: rest };
    }
    case 'merge_objects':
      return [action.object, ...action.objects].reduce(
        (sum, id) => change(sum, id, (object) => ({ ...object, pending: true })),
        document,
      );
    case 'mark_picture': {
      const done = action.mark === 'done' || action.mark === 'checked';
      return { ...document, mark: action.mark, done };
    }
    default:
      // Undo, redo and copying depend on what only the server knows.
      return document;
  }
}

/** What an object without prompts has. */
export const NO_PROMPTS = { clicks: [], boxes: [], scribbles: [] };

type Prompted = Pick<DrawnObject, 'clicks' | 'boxes' | 'scribbles'>;

export const promptsOf = ({ clicks, boxes, scribbles }: Prompted) => [
  ...clicks,
  ...boxes,
  ...scribbles,
];

/** The object with one more round of prompts. */
function prompted(object: ViewObject, prompts: readonly Prompt[]): ViewObject {
  const known = promptsOf(object);
  const round = 1 + known.reduce((last, prompt) => Math.max(last, prompt.round), -1);
  const added = { ...object, pending: true };
  prompts.forEach((prompt, number) => {
    const placed = { round, index: known.length + number };
    if ('x' in prompt)
      added.clicks = [
        ...added.clicks,
        { ...prompt, positive: prompt.positive ?? true, ...placed, pending: true },
      ];
    else if ('left' in prompt) added.boxes = [...added.boxes, { ...prompt, ...placed }];
    else
      added.scribbles = [
        ...added.scribbles,
        { ...prompt, positive: prompt.positive ?? true, ...placed },
      ];
  });
  return added;
}

/** The prompts but the one of an index, which those behind it move up to. */
function without<Placed extends { index: number }>(prompts: Placed[], index: number): Placed[] {
  return prompts
    .filter((prompt) => prompt.index !== index)
    .map((prompt) => (prompt.index > index ? { ...prompt, index: prompt.index - 1 } : prompt));
}

function change(
  document: ViewDocument,
  id: number,
  edit: (object: ViewObject) => ViewObject,
): ViewDocument {
  const objects = document.objects.map((object) => (object.id === id ? edit(object) : object));
  return { ...document, objects };
}

function changeOrCreate(
  document: ViewDocument,
  key: number,
  action: { object: number | null; label?: number | null },
  edit: (object: ViewObject) => ViewObject,
): ViewDocument {
  if (action.object !== null) return change(document, action.object, edit);
  return {
    ...document,
    objects: [...document.objects, edit(newObject(key, action.label ?? null))],
  };
}

function newObject(key: number, label: number | null): ViewObject {
  return {
    id: -key,
    label,
    colour: null,
    visible: true,
    finished: false,
    keep_out: false,
    tidy: 0,
    mask: null,
    start: false,
    network: null,
    window: null,
    attributes: {},
    ...NO_PROMPTS,
    area: 0,
    strokes: [],
    pending: true,
  };
}

const EFFECTS = { add: union, erase: subtract, flip: exclusive } as const;

/** The mask of an object with its pending strokes. */
export function painted(mask: Spans | null, strokes: readonly Painted[]): Spans {
  return strokes.reduce((sum, { spans, effect }) => EFFECTS[effect](sum, spans), mask ?? EMPTY);
}

/** The number that an id stands for now; a local id stays until its object is made.
 *
 * names: what became of ids. A number stands for a local id where its object is to be made again.
 */
export function currentId(id: number, names: ReadonlyMap<number, number>): number {
  let current = id;
  for (let next = names.get(current); next !== undefined; next = names.get(current)) current = next;
  return current;
}

/** The action with the ids that its objects have now. */
export function renamed(action: LocalAction, names: ReadonlyMap<number, number>): LocalAction {
  let found = action;
  if ('objects' in found && found.objects && found.type !== 'copy_objects')
    found = { ...found, objects: found.objects.map((id) => currentId(id, names)) };
  if ('object' in found && found.object !== null)
    found = { ...found, object: currentId(found.object, names) };
  return found;
}

/** The action to send now for a pending one, or null if its object no longer exists.
 *
 * maskOf: an object's present mask.
 */
export function resolve(
  action: LocalAction,
  state: PictureState,
  maskOf: (sha: string) => Spans | null,
): Action | null {
  const find = (id: number) => state.document.objects.find((object) => object.id === id);
  if (action.type === 'stroke') {
    const object = action.object === null ? null : find(action.object);
    if (object === undefined || (object === null && action.effect !== 'add')) return null;
    const before = object?.mask ? maskOf(object.mask) : null;
    const mask = toRuns(painted(before, [action]));
    return { type: 'set_mask', object: action.object, mask, label: action.label };
  }
  if ('object' in action && action.object !== null && !find(action.object)) return null;
  // Copied objects are those of another picture.
  if (!('objects' in action) || action.type === 'copy_objects') return action;
  const objects = action.objects.filter((id) => find(id));
  return objects.length > 0 ? { ...action, objects } : null;
}

/** The pending actions after an object vanished on which they draw: the first makes it again.
 *
 * Returns the actions and the local id of the object to come, or null if none draws on it. The
 * person saw the object still there when they clicked.
 */
export function remade(
  pending: readonly PendingAction[],
  vanished: DrawnObject,
): { pending: readonly PendingAction[]; id: number } | null {
  const first = pending.find(
    ({ action }) =>
      (['click', 'prompt'].includes(action.type) ||
        (action.type === 'stroke' && action.effect === 'add')) &&
      'object' in action &&
      action.object === vanished.id,
  );
  if (!first) return null;
  const { label, keep_out } = vanished;
  const action: LocalAction =
    first.action.type === 'click' || first.action.type === 'prompt'
      ? { ...first.action, object: null, label: first.action.label ?? label, keep_out }
      : { ...(first.action as Stroke), object: null, label };
  return {
    pending: pending.map((other) => (other === first ? { ...first, action } : other)),
    id: -first.key,
  };
}

/** The first of the pending actions, with the clicks on the same object that follow it at once.
 *
 * They are predicted together: the person did not see an answer between them, nor another window. Returns the merged
 * action and how many it replaces.
 */
export function withFollowingClicks(pending: readonly PendingAction[]): {
  merged: PendingAction;
  count: number;
} {
  const first = pending[0]!;
  if (first.action.type !== 'click') return { merged: first, count: 1 };
  const id = first.action.object ?? -first.key;
  const { within, window } = first.action;
  const end = pending.findIndex(
    ({ action }, index) =>
      index > 0 &&
      !(
        action.type === 'click' &&
        action.object === id &&
        holds(within, action.clicks) &&
        sameWindow(window ?? null, action.window ?? null)
      ),
  );
  const count = end < 0 ? pending.length : end;
  if (count === 1) return { merged: first, count };
  const clicks = pending
    .slice(0, count)
    .flatMap(({ action }) => (action.type === 'click' ? action.clicks : []));
  return { merged: { ...first, action: { ...first.action, clicks } }, count };
}

/** Whether clicks lie in the part that the first look takes; without a part all do. */
function holds(within: Box | null | undefined, clicks: readonly Click[]): boolean {
  return (
    !within ||
    clicks.every(
      ({ x, y }) => x >= within.left && x < within.right && y >= within.top && y < within.bottom,
    )
  );
}

/** The number of the object that an answer made, or null. */
export function createdObject(before: PictureState, now: PictureState): number | null {
  const known = new Set(before.document.objects.map((object) => object.id));
  const created = now.document.objects.map((object) => object.id).filter((id) => !known.has(id));
  return created.length > 0 ? Math.max(...created) : null;
}

/** The object to be active after undo or redo.
 *
 * It is the only one that appeared or changed; none if the active one vanished or was finished.
 */
export function activeAfter(
  before: PictureState,
  now: PictureState,
  active: number | null,
): number | null {
  const previous = (object: DrawnObject) =>
    before.document.objects.find((other) => other.id === object.id);
  const changed = now.document.objects.filter((object) => {
    const old = previous(object);
    return (
      !old ||
      old.mask !== object.mask ||
      promptsOf(old).length !== promptsOf(object).length ||
      old.finished !== object.finished
    );
  });
  const only = changed.length === 1 ? changed[0]! : null;
  if (only && !only.finished) return only.id;
  if (only && only.id === active && !previous(only)?.finished) return null;
  return now.document.objects.some((object) => object.id === active) ? active : null;
}
