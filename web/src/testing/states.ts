/** States as the server would send them. */

import type { DrawnObject, PictureRow, PictureState } from '../api/types';

export function object(id: number, more: Partial<DrawnObject> = {}): DrawnObject {
  return {
    id,
    label: null,
    colour: null,
    visible: true,
    finished: false,
    keep_out: false,
    mask: null,
    start: false,
    network: null,
    window: null,
    clicks: [],
    boxes: [],
    scribbles: [],
    attributes: {},
    tidy: 0,
    area: 0,
    ...more,
  };
}

export function row(more: Partial<PictureRow> = {}): PictureRow {
  return {
    id: 1,
    name: 'a.jpg',
    width: 100,
    height: 80,
    state: 'work',
    objects: 0,
    version: 0,
    problem: null,
    modified: '1',
    marked_by: '',
    marked_at: 0,
    assigned: '',
    ...more,
  };
}

export function state(version: number, objects: DrawnObject[] = [], done = false): PictureState {
  return {
    picture: row({ objects: objects.length, version }),
    document: { objects, done, mark: done ? { state: 'done', author: '', time: 0 } : null },
    masks: {},
    can_undo: version > 0,
    can_redo: false,
    undo_text: null,
    redo_text: null,
  };
}
