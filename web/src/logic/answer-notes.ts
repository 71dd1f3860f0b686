/** What an answer of the server means for the person, in words. Pure. */

import type { Action, DrawnObject, Network, PictureState } from '../api/types';
import { sameWindow } from './grey-window';
import { plural, t } from '../language/language.svelte';

/** Whether another network than the present one made an object's mask. */
export function madeByOther(object: DrawnObject, network: Network | null): boolean {
  return (
    object.network !== null && network?.state === 'ready' && object.network !== network.identity
  );
}

export interface AnswerNote {
  text: string;
  kind: 'info' | 'warning';
}

/** The note for the state that an action of ours led to; null if the state speaks for itself. */
export function noteFor(
  action: Action,
  before: PictureState,
  now: PictureState,
  nameOf: (object: DrawnObject) => string,
): AnswerNote | null {
  if (action.type === 'copy_objects') {
    const count = now.document.objects.length - before.document.objects.length;
    if (count === 0) return { text: t('Those objects are on this picture already.'), kind: 'info' };
    const text = t('{objects} copied. Open one and click where it is wrong.', {
      objects: plural(count, 'object'),
    });
    return { text, kind: 'info' };
  }
  if (!['click', 'prompt', 'remove_click', 'edit_object'].includes(action.type)) return null;
  const { object: id } = action as { object: number | null };
  const find = (state: PictureState) => state.document.objects.find((object) => object.id === id);
  const [old, object] = [find(before), find(now)];
  if (!old?.network || !object) return null;
  const name = nameOf(object);
  if (old.network === object.network) {
    if (old.mask === null || sameWindow(old.window, object.window)) return null;
    const text = t(
      '{name} was made through another window. Clicks continue from its mask; undo restores its earlier clicks.',
      { name },
    );
    return { text, kind: 'info' };
  }
  if (action.type !== 'remove_click' && old.mask !== null) {
    const text = t(
      '{name} was made with another network. Clicks continue from its mask; undo restores its earlier clicks.',
      { name },
    );
    return { text, kind: 'warning' };
  }
  if (object.network === null) return null;
  const text = t(
    '{name} was made with another network. Its mask was made again with this one; undo restores the old mask.',
    { name },
  );
  return { text, kind: 'warning' };
}
