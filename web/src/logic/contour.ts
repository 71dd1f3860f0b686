/** Outlines of a mask along its pixels' edges, from its spans, without a raster.
 *
 * Where a row differs from the one above lie horizontal edges; their ends are the corners. In each
 * column corners
 * open and close vertical edges in turn. Following horizontal and vertical edges by turns gives
 * closed rings, to be
 * filled by the even-odd rule.
 */

import { height, rowOf, type Spans } from './spans';
import type { Rect } from './view';

/** Closed rings, each x0, y0, x1, y1, ... in pixels of the picture, of the mask cut to a part of
 * the picture.
 *
 * step: 1 is exact; else only every step-th row is looked at and corners lie on multiples of it
 * (for small zooms).
 */
export function contour(mask: Spans, part: Rect, step = 1): Float64Array[] {
  const first = Math.max(Math.floor(part.top / step), Math.floor(mask.top / step));
  const last = Math.min(Math.ceil(part.bottom / step), Math.ceil((mask.top + height(mask)) / step));
  const xs: number[] = [];
  const ys: number[] = [];
  const below: number[] = [];
  const open = new Map<number, number>();
  let above: number[] = [];
  for (let line = first; line <= last; line++) {
    const row = line < last ? rowSpans(mask, line, part, step) : [];
    for (const x of differences(above, row)) {
      const index = xs.push(x) - 1;
      ys.push(line);
      const upper = open.get(x);
      if (upper === undefined) {
        open.set(x, index);
      } else {
        below[upper] = index;
        below[index] = upper;
        open.delete(x);
      }
    }
    above = row;
  }
  return rings(xs, ys, below, step);
}

/** Where to look at a mask shown at this many screen pixels a pixel: a power of two. */
export const stepFor = (scale: number) =>
  scale >= 0.75 ? 1 : 2 ** Math.floor(Math.log2(1 / scale));

function rowSpans(mask: Spans, line: number, part: Rect, step: number): number[] {
  const [from, to] = rowOf(mask, line * step + (step >> 1));
  const [left, right] = [Math.floor(part.left / step), Math.ceil(part.right / step)];
  const found: number[] = [];
  for (let i = from; i < to; i += 2) {
    const start = Math.max(Math.round(mask.xs[i]! / step), left);
    const end = Math.min(Math.round(mask.xs[i + 1]! / step), right);
    if (start >= end) continue;
    if (found.length > 0 && found[found.length - 1] === start) found[found.length - 1] = end;
    else found.push(start, end);
  }
  return found;
}

/** The sorted numbers that stand in one of two sorted lists only: the ends of what differs. */
function differences(a: number[], b: number[]): number[] {
  const found: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [x, y] = [a[i] ?? Infinity, b[j] ?? Infinity];
    if (x === y) {
      i++;
      j++;
    } else if (x < y) {
      found.push(x);
      i++;
    } else {
      found.push(y);
      j++;
    }
  }
  return found;
}

/** Corners 2n and 2n + 1 share a horizontal edge; `below` pairs those that share a vertical one. */
function rings(xs: number[], ys: number[], below: number[], step: number): Float64Array[] {
  const seen = new Uint8Array(xs.length);
  const found: Float64Array[] = [];
  for (let start = 0; start < xs.length; start++) {
    if (seen[start]) continue;
    const ring: number[] = [];
    let at = start;
    while (!seen[at]) {
      const other = at ^ 1;
      seen[at] = seen[other] = 1;
      ring.push(xs[at]! * step, ys[at]! * step, xs[other]! * step, ys[other]! * step);
      at = below[other]!;
    }
    found.push(Float64Array.from(ring));
  }
  return found;
}
