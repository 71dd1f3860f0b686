/** What a person did and the server has not yet confirmed: actions with local names, and the picture as it will be.
 *
 * A new object has no number before the server answers: until then it is called by the negative key of the action
 * that makes it, and later actions may use that name.
 */

import type { Action, DrawnObject, PictureDocument, PictureState, PlacedClick } from '../api/types';
import { EMPTY, subtract, toRuns, union, type Spans } from './spans';

/** A stroke of the brush becomes a mask only when its turn comes: the mask may change until then. */
export interface Stroke {
  type: 'stroke';
  object: number | null;
  spans: Spans;
  erase: boolean;
  label: number | null;
}

export type LocalAction = Action | Stroke;

export interface Waiting {
  /** 1, 2, ... in the order of doing; never used twice for a picture. */
  key: number;
  /** By which the server knows an action that it did already, when its answer was lost. */
  uuid: string;
  action: LocalAction;
}

export interface ViewClick extends PlacedClick {
  pending?: boolean;
}

/** An object as the person sees it: confirmed, then changed by what waits. */
export interface ViewObject extends DrawnObject {
  clicks: ViewClick[];
  strokes: { spans: Spans; erase: boolean }[];
  pending: boolean;
}

export interface ViewDocument {
  objects: ViewObject[];
  done: boolean;
}

/** The document after all that waits, as far as it can be known without the network. */
export function preview(document: PictureDocument, waiting: readonly Waiting[]): ViewDocument {
  const start: ViewDocument = {
    done: document.done,
    objects: document.objects.map((one) => ({ ...one, strokes: [], pending: false })),
  };
  return waiting.reduce((sum, one) => after(sum, one), start);
}

function after(document: ViewDocument, { key, action }: Waiting): ViewDocument {
  switch (action.type) {
    case 'click': {
      const base = action.object === null ? fresh(key, action.label) : null;
      const add = (object: ViewObject): ViewObject => {
        const round = (object.clicks.at(-1)?.round ?? -1) + 1;
        const clicks = action.clicks.map((click) => ({ ...click, round, pending: true }));
        return { ...object, clicks: [...object.clicks, ...clicks], pending: true };
      };
      if (base) return { ...document, objects: [...document.objects, add(base)] };
      return change(document, action.object!, add);
    }
    case 'stroke': {
      const add = (object: ViewObject): ViewObject => ({
        ...object,
        clicks: [],
        strokes: [...object.strokes, { spans: action.spans, erase: action.erase }],
        pending: true,
      });
      if (action.object !== null) return change(document, action.object, add);
      return { ...document, objects: [...document.objects, add(fresh(key, action.label))] };
    }
    case 'remove_click':
      return change(document, action.object, (object) => ({
        ...object,
        clicks: object.clicks.filter((_, index) => index !== action.index),
        pending: true,
      }));
    case 'reset_object':
      return change(document, action.object, (object) => ({
        ...object,
        clicks: [],
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
      return ids.reduce((sum, id) => change(sum, id, (object) => ({ ...object, ...edit })), document);
    }
    case 'delete_objects':
      return { ...document, objects: document.objects.filter((one) => !action.objects.includes(one.id)) };
    case 'move_object': {
      const moved = document.objects.find((one) => one.id === action.object);
      if (!moved) return document;
      const rest = document.objects.filter((one) => one !== moved);
      rest.splice(action.place, 0, moved);
      return { ...document, objects: rest };
    }
    case 'merge_objects':
      return [action.object, ...action.objects].reduce(
        (sum, id) => change(sum, id, (object) => ({ ...object, pending: true })),
        document,
      );
    case 'set_done':
      return { ...document, done: action.done };
    default:
      return document;
  }
}

function change(document: ViewDocument, id: number, edit: (object: ViewObject) => ViewObject): ViewDocument {
  return { ...document, objects: document.objects.map((one) => (one.id === id ? edit(one) : one)) };
}

function fresh(key: number, label: number | null): ViewObject {
  return {
    id: -key,
    label,
    colour: null,
    visible: true,
    finished: false,
    keep_out: false,
    mask: null,
    start: false,
    network: null,
    clicks: [],
    area: 0,
    strokes: [],
    pending: true,
  };
}

/** The mask of an object with the strokes that wait. */
export function painted(mask: Spans | null, strokes: readonly { spans: Spans; erase: boolean }[]): Spans {
  return strokes.reduce(
    (sum, one) => (one.erase ? subtract(sum, one.spans) : union(sum, one.spans)),
    mask ?? EMPTY,
  );
}

/** What to send for a waiting action now, or null if it has become void (its object is gone).
 *
 * names: numbers of the objects that were made under local names. maskOf: an object's present mask.
 */
export function resolve(
  action: LocalAction,
  state: PictureState,
  names: ReadonlyMap<number, number>,
  maskOf: (sha: string) => Spans | null,
): Action | null {
  const real = (id: number) => names.get(id) ?? id;
  const find = (id: number) => state.document.objects.find((one) => one.id === real(id));
  if (action.type === 'stroke') {
    const object = action.object === null ? null : find(action.object);
    if (object === undefined || (object === null && action.erase)) return null;
    const before = object?.mask ? maskOf(object.mask) : null;
    const mask = toRuns(painted(before, [action]));
    return { type: 'set_mask', object: object?.id ?? null, mask, label: action.label };
  }
  if ('objects' in action) {
    const objects = action.objects.filter((id) => find(id)).map(real);
    if (objects.length === 0) return null;
    if (action.type !== 'merge_objects') return { ...action, objects };
    const object = find(action.object);
    return object ? { ...action, object: object.id, objects } : null;
  }
  if ('object' in action && action.object !== null) {
    const object = find(action.object);
    if (object) return { ...action, object: object.id };
    return null;
  }
  return action;
}

/** The number of the object that an answer made, or null. */
export function madeObject(before: PictureState, now: PictureState): number | null {
  const known = new Set(before.document.objects.map((one) => one.id));
  const made = now.document.objects.map((one) => one.id).filter((id) => !known.has(id));
  return made.length > 0 ? Math.max(...made) : null;
}

/** Which object should be open after undo or redo: one that came or changed; none if the open one went or was finished. */
export function openAfter(before: PictureState, now: PictureState, open: number | null): number | null {
  const old = (one: DrawnObject) => before.document.objects.find((other) => other.id === one.id);
  const changed = now.document.objects.filter((one) => {
    const was = old(one);
    return (
      !was ||
      was.mask !== one.mask ||
      was.clicks.length !== one.clicks.length ||
      was.finished !== one.finished
    );
  });
  const only = changed.length === 1 ? changed[0]! : null;
  if (only && !only.finished) return only.id;
  if (only && only.id === open && !old(only)?.finished) return null;
  return now.document.objects.some((one) => one.id === open) ? open : null;
}
