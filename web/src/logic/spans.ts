/** Masks as sorted spans of each row: what brushes, contours and hit tests work on. Never holds
 * pixels, so that a
 * mask of 100 megapixels costs what its outline costs.
 */

import type { RunsJson } from '../api/types';

export interface Spans {
  /** The first row. */
  readonly top: number;
  /** One more than there are rows: where in `xs` each row begins. */
  readonly rows: Int32Array;
  /** Start and end (exclusive) of each span, ascending in a row, neither touching nor empty. */
  readonly xs: Int32Array;
}

export const EMPTY: Spans = { top: 0, rows: new Int32Array(1), xs: new Int32Array(0) };

export const height = (mask: Spans) => mask.rows.length - 1;

/** Spans of what came over the wire: row-major lengths over the box, background first. */
export function fromRuns(mask: RunsJson): Spans {
  const rows = new Int32Array(mask.height + 1);
  const xs: number[] = [];
  let row = 0;
  let at = 0;
  for (let index = 0; index < mask.runs.length; index++) {
    const end = at + mask.runs[index]!;
    if (index % 2 === 1) {
      while (at < end) {
        const here = Math.floor(at / mask.width);
        while (row <= here) rows[row++] = xs.length;
        const stop = Math.min(end, (here + 1) * mask.width);
        xs.push(mask.left + at - here * mask.width, mask.left + stop - here * mask.width);
        at = stop;
      }
    }
    at = end;
  }
  while (row <= mask.height) rows[row++] = xs.length;
  return { top: mask.top, rows, xs: Int32Array.from(xs) };
}

/** The tight box and its runs, or null without a pixel. */
export function toRuns(mask: Spans): RunsJson | null {
  const box = bounds(mask);
  if (!box) return null;
  const width = box.right - box.left;
  const runs: number[] = [];
  let done = 0;
  for (let y = box.top; y < box.bottom; y++) {
    const [from, to] = rowOf(mask, y);
    for (let i = from; i < to; i += 2) {
      const start = (y - box.top) * width + mask.xs[i]! - box.left;
      const length = mask.xs[i + 1]! - mask.xs[i]!;
      if (start === done && runs.length > 0) runs[runs.length - 1]! += length;
      else runs.push(start - done, length);
      done = start + length;
    }
  }
  const total = width * (box.bottom - box.top);
  if (done < total) runs.push(total - done);
  return { left: box.left, top: box.top, width, height: box.bottom - box.top, runs };
}

/** The tight box, or null without a pixel. */
export function bounds(
  mask: Spans,
): { left: number; top: number; right: number; bottom: number } | null {
  let [left, right, top, bottom] = [Infinity, -Infinity, -1, -1];
  for (let row = 0; row < height(mask); row++) {
    const [from, to] = [mask.rows[row]!, mask.rows[row + 1]!];
    if (from === to) continue;
    if (top < 0) top = mask.top + row;
    bottom = mask.top + row + 1;
    left = Math.min(left, mask.xs[from]!);
    right = Math.max(right, mask.xs[to - 1]!);
  }
  return top < 0 ? null : { left, top, right, bottom };
}

export function area(mask: Spans): number {
  let sum = 0;
  for (let i = 0; i < mask.xs.length; i += 2) sum += mask.xs[i + 1]! - mask.xs[i]!;
  return sum;
}

export function contains(mask: Spans, x: number, y: number): boolean {
  const [from, to] = rowOf(mask, y);
  for (let i = from; i < to; i += 2) if (x >= mask.xs[i]! && x < mask.xs[i + 1]!) return true;
  return false;
}

/** Where in `xs` the spans of a row of the picture stand; an empty range outside the mask. */
export function rowOf(mask: Spans, y: number): [number, number] {
  const row = y - mask.top;
  return row < 0 || row >= height(mask) ? [0, 0] : [mask.rows[row]!, mask.rows[row + 1]!];
}

export const union = (a: Spans, b: Spans) => combine(a, b, (inA, inB) => inA || inB);
export const subtract = (a: Spans, b: Spans) => combine(a, b, (inA, inB) => inA && !inB);

export const exclusive = (a: Spans, b: Spans) => combine(a, b, (inA, inB) => inA !== inB);

/** All pixels of a picture. */
export function whole(picture: { width: number; height: number }): Spans {
  const rows = Int32Array.from({ length: picture.height + 1 }, (_, row) => 2 * row);
  const xs = new Int32Array(2 * picture.height);
  for (let row = 0; row < picture.height; row++) xs[2 * row + 1] = picture.width;
  return { top: 0, rows, xs };
}

/** The components of a mask (neighbours touch at sides or corners) that come near a pixel. */
export function near(mask: Spans, x: number, y: number, reach: number): Spans {
  const found = new Set<number>();
  const queue: [number, number][] = [];
  const visit = (row: number, start: number, end: number) => {
    const [from, to] = rowOf(mask, row);
    for (let i = from; i < to; i += 2) {
      if (mask.xs[i]! >= end || mask.xs[i + 1]! <= start || found.has(i)) continue;
      found.add(i);
      queue.push([row, i]);
    }
  };
  for (let row = y - reach; row <= y + reach; row++) visit(row, x - reach, x + reach + 1);
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [row, i] = next;
    // Touching at a corner is enough.
    for (const beside of [row - 1, row + 1]) visit(beside, mask.xs[i]! - 1, mask.xs[i + 1]! + 1);
  }
  const rows = new Int32Array(height(mask) + 1);
  const xs: number[] = [];
  for (let row = 0; row < height(mask); row++) {
    for (let i = mask.rows[row]!; i < mask.rows[row + 1]!; i += 2)
      if (found.has(i)) xs.push(mask.xs[i]!, mask.xs[i + 1]!);
    rows[row + 1] = xs.length;
  }
  return { top: mask.top, rows, xs: Int32Array.from(xs) };
}

/** Row by row, the pixels for which `keep` holds; it must not hold where neither mask is. */
function combine(a: Spans, b: Spans, keep: (inA: boolean, inB: boolean) => boolean): Spans {
  const parts = [a, b].filter((mask) => height(mask) > 0);
  if (parts.length === 0) return EMPTY;
  const top = Math.min(...parts.map((mask) => mask.top));
  const bottom = Math.max(...parts.map((mask) => mask.top + height(mask)));
  const rows = new Int32Array(bottom - top + 1);
  const xs: number[] = [];
  for (let y = top; y < bottom; y++) {
    combineRow(a, rowOf(a, y), b, rowOf(b, y), keep, xs);
    rows[y - top + 1] = xs.length;
  }
  return { top, rows, xs: Int32Array.from(xs) };
}

function combineRow(
  a: Spans,
  [i, endA]: [number, number],
  b: Spans,
  [j, endB]: [number, number],
  keep: (inA: boolean, inB: boolean) => boolean,
  out: number[],
): void {
  let [inA, inB, on] = [false, false, false];
  while (i < endA || j < endB) {
    const x = Math.min(i < endA ? a.xs[i]! : Infinity, j < endB ? b.xs[j]! : Infinity);
    if (i < endA && a.xs[i] === x) {
      inA = !inA;
      i++;
    }
    if (j < endB && b.xs[j] === x) {
      inB = !inB;
      j++;
    }
    const now = keep(inA, inB);
    if (now !== on) out.push(x);
    on = now;
  }
}
