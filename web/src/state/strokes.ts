/** What brush, eraser and outlines draw becomes part of the active object, or a new one. */

import type { Painted } from '../logic/pending';
import { area } from '../logic/spans';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';

export function addStroke(current: OpenPicture | null, labels: Labels, stroke: Painted): void {
  if (!current || area(stroke.spans) === 0) return;
  const object = current.active ? current.activeId : null;
  // An object that is not there has nothing to erase or to change.
  if (object === null && stroke.effect !== 'add') return;
  const label = object === null ? labels.armed : null;
  const key = current.add({ type: 'stroke', object, ...stroke, label });
  if (object === null) current.activeId ??= -key;
}
