/** What an answer means for the person, in words. Pure. */

import type { Action, DrawnObject, Network, PictureState } from '../api/types';
import { plural } from './words';

/** Whether another network than the present one made an object's mask. */
export function madeByOther(object: DrawnObject, network: Network | null): boolean {
  return object.network !== null && network?.state === 'ready' && object.network !== network.sha256;
}

export interface Answer {
  text: string;
  kind: 'info' | 'warning';
}

/** What to say of the state that an action of ours led to; null if it speaks for itself. */
export function said(
  action: Action,
  before: PictureState,
  now: PictureState,
  nameOf: (object: DrawnObject) => string,
): Answer | null {
  if (action.type === 'copy_objects') {
    const count = now.document.objects.length - before.document.objects.length;
    if (count === 0) return { text: 'Those objects are on this picture already.', kind: 'info' };
    return { text: `${plural(count, 'object')} copied. Open one and click where it is wrong.`, kind: 'info' };
  }
  if (action.type !== 'click' && action.type !== 'remove_click' && action.type !== 'edit_object') return null;
  const of = (state: PictureState) => state.document.objects.find((one) => one.id === action.object);
  const [was, is] = [of(before), of(now)];
  if (!was?.network || !is || was.network === is.network) return null;
  const made = `${nameOf(is)} was made with another network.`;
  if (action.type !== 'remove_click' && was.mask !== null)
    return { text: `${made} It goes on from its mask; undo brings its clicks back.`, kind: 'warning' };
  if (is.network === null) return null;
  return {
    text: `${made} Its mask was made anew with this one; undo brings the old one back.`,
    kind: 'warning',
  };
}
