/** The marker under the pointer. */

import { toScreen, type Point, type View } from './view';

/** The index of the nearest click whose marker (radius in screen pixels) the point meets, or null.
 */
export function markerAt(
  clicks: readonly Point[],
  at: Point,
  view: View,
  radius: number,
): number | null {
  let found: number | null = null;
  let nearest = radius;
  clicks.forEach((click, index) => {
    const centre = toScreen(view, { x: click.x + 0.5, y: click.y + 0.5 });
    const distance = Math.hypot(centre.x - at.x, centre.y - at.y);
    if (distance <= nearest) {
      nearest = distance;
      found = index;
    }
  });
  return found;
}
