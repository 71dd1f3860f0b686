/** What brush and outlines draw becomes part of the active object, or a new one. */

import { area, type Spans } from '../logic/spans';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';

export function addStroke(
  current: OpenPicture | null,
  labels: Labels,
  stroke: { spans: Spans; erase: boolean },
): void {
  if (!current || area(stroke.spans) === 0) return;
  const object = current.active ? current.activeId : null;
  // Nothing can be cut from an object that is not there.
  if (object === null && stroke.erase) return;
  const label = object === null ? labels.armed : null;
  const key = current.add({ type: 'stroke', object, ...stroke, label });
  if (object === null) current.activeId ??= -key;
}
