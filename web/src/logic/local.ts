/** What a correction changed near its clicks, and whether it changed far more elsewhere. Pure. */

import { area, bounds, exclusive, near, subtract, union, EMPTY, type Spans } from './spans';
import type { Point } from './view';

/** A change within so many pixels of a click belongs to it. */
const REACH = 3;
/** The side of the window round a click, as a share of the object's longer side: where the method
 * corrects the mask before.
 */
const WINDOW = 0.3;
/** A change elsewhere is noteworthy from this share of the mask before, and from so many pixels. */
const FAR_SHARE = 0.15;
const FAR_PIXELS = 64;

/** The mask with the local part of a change only; null if the change was not much larger. */
export function localPart(before: Spans, after: Spans, clicks: readonly Point[]): Spans | null {
  const changed = exclusive(before, after);
  const box = bounds(before);
  if (!box) return null;
  const side = WINDOW * Math.max(box.right - box.left, box.bottom - box.top);
  const local = clicks.reduce((sum, { x, y }) => {
    const part = near(changed, x, y, REACH);
    const window = square(x, y, Math.max(side / 2, REACH));
    return union(sum, subtract(part, subtract(part, window)));
  }, EMPTY);
  const far = area(changed) - area(local);
  if (area(local) === 0 || far < Math.max(FAR_PIXELS, FAR_SHARE * area(before))) return null;
  return exclusive(before, local);
}

/** The pixels at most `reach` from a pixel in x and in y. */
function square(x: number, y: number, reach: number): Spans {
  const half = Math.ceil(reach);
  const count = 2 * half + 1;
  const rows = Int32Array.from({ length: count + 1 }, (_, row) => 2 * row);
  const xs = Int32Array.from({ length: 2 * count }, (_, end) => x + (end % 2 ? half + 1 : -half));
  return { top: y - half, rows, xs };
}
