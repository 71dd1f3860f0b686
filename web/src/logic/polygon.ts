/** The pixels inside a closed outline: those whose centre it goes round an odd number of times. */

import { EMPTY, type Spans } from './spans';
import type { Point, Size } from './view';

/** Convention: coordinates of the picture, in which a pixel covers [i, i + 1). The outline is closed
 * from its last corner to its first.
 */
export function fillPolygon(corners: readonly Point[], picture: Size): Spans {
  if (corners.length < 3) return EMPTY;
  const ys = corners.map((corner) => corner.y);
  // A row counts if its middle is inside: from the first middle below the top corner.
  const top = clamp(Math.ceil(Math.min(...ys) - 0.5), picture.height);
  const bottom = clamp(Math.ceil(Math.max(...ys) - 0.5), picture.height);
  if (top >= bottom) return EMPTY;
  const rows = new Int32Array(bottom - top + 1);
  const xs: number[] = [];
  for (let y = top; y < bottom; y++) {
    addRow(crossings(corners, y + 0.5), picture.width, xs, rows[y - top]!);
    rows[y - top + 1] = xs.length;
  }
  return { top, rows, xs: Int32Array.from(xs) };
}

/** Where the outline crosses a height, ascending. */
function crossings(corners: readonly Point[], y: number): number[] {
  const found: number[] = [];
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length]!;
    // Half open, so that a corner that is met exactly counts once.
    if (a.y <= y === b.y <= y) return;
    found.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
  });
  return found.sort((left, right) => left - right);
}

/** Append the spans between pairs of crossings; spans that touch become one. */
function addRow(crossed: readonly number[], width: number, xs: number[], begin: number): void {
  for (let i = 0; i + 1 < crossed.length; i += 2) {
    const start = clamp(Math.ceil(crossed[i]! - 0.5), width);
    const end = clamp(Math.ceil(crossed[i + 1]! - 0.5), width);
    if (start >= end) continue;
    if (xs.length > begin && xs[xs.length - 1] === start) xs[xs.length - 1] = end;
    else xs.push(start, end);
  }
}

const clamp = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
