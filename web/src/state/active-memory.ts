/** Remembers, through a reload, which object of a picture was active. */

import type { PictureState } from '../api/types';
import type { OpenPicture } from './open-picture.svelte';
import type { Platform } from './platform';

const KEY = 'fcfi.active';
/** Pictures that are remembered. */
const MOST = 200;
/** Stored for a picture on which no object was active. */
const NONE = 0;

export class ActiveMemory {
  constructor(private readonly platform: Pick<Platform, 'session'>) {}

  /** Note the active objects of these pictures. */
  note(pictures: Iterable<OpenPicture>): void {
    const known = this.read();
    for (const { id, activeId } of pictures) {
      known.delete(id);
      // An object without a number yet cannot be found again.
      if (activeId === null || activeId > 0) known.set(id, activeId ?? NONE);
    }
    try {
      this.platform.session?.setItem(KEY, JSON.stringify([...known].slice(-MOST)));
    } catch {
      // A full storage: after a reload the rule below decides.
    }
  }

  /** The object to be active when a picture is opened: the remembered one, else the unfinished one. */
  of(state: PictureState): number | null {
    const known = this.read().get(state.picture.id);
    if (known === undefined) return unfinished(state);
    return state.document.objects.some((object) => object.id === known) ? known : null;
  }

  private read(): Map<number, number> {
    try {
      const stored: unknown = JSON.parse(this.platform.session?.getItem(KEY) ?? '[]');
      return new Map(stored as [number, number][]);
    } catch {
      return new Map();
    }
  }
}

/** The newest object that was begun by clicks and not finished, or null. */
function unfinished(state: PictureState): number | null {
  const begun = state.document.objects.filter(
    (object) => object.visible && !object.finished && object.clicks.length > 0,
  );
  return begun.length > 0 ? Math.max(...begun.map((object) => object.id)) : null;
}
