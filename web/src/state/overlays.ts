/** The masks to show on a picture, bottom to top. Pure. */

import type { Label } from '../api/types';
import type { Overlay } from '../canvas/painter';
import { objectColour } from '../logic/colours';
import { painted, type Painted, type ViewObject } from '../logic/pending';
import { contains, type Spans } from '../logic/spans';
import type { Point } from '../logic/view';

/** The id of the overlay of an object that is being painted and does not exist yet. */
const NEW = 0;

export interface Scenery {
  objects: readonly ViewObject[];
  activeId: number | null;
  maskOf(object: ViewObject): Spans | null;
  /** What is being drawn. */
  stroke: Painted | null;
  labels: readonly Label[];
  /** Objects that are chosen or pointed at in the list. */
  lit?: ReadonlySet<number>;
  /** The label of a new object. */
  armed: number | null;
}

export function overlaysOf(scenery: Scenery): Overlay[] {
  const { objects, activeId, stroke, labels, armed } = scenery;
  const overlays: Overlay[] = [];
  for (const object of objects) {
    if (!object.visible) continue;
    const active = object.id === activeId;
    const saved = scenery.maskOf(object);
    const mask = active && stroke ? painted(saved, [stroke]) : saved;
    const overlay = { id: object.id, colour: objectColour(object, labels), active };
    const lit = scenery.lit?.has(object.id) ? { lit: true } : {};
    if (mask) overlays.push({ ...overlay, mask, ...lit });
  }
  const exists = objects.some((object) => object.id === activeId);
  if (stroke?.effect === 'add' && !exists) {
    const colour = objectColour({ id: NEW, label: armed, colour: null }, labels);
    overlays.push({ id: NEW, mask: stroke.spans, colour, active: true });
  }
  return overlays;
}

/** The id of the topmost shown object with this pixel, or null. */
export function topmostAt(
  overlays: readonly Overlay[],
  at: Point,
  except: number | null = null,
): number | null {
  const found = overlays.findLast(
    (overlay) => overlay.id !== NEW && overlay.id !== except && contains(overlay.mask, at.x, at.y),
  );
  return found?.id ?? null;
}
