/** The pixels of a round brush: the pixels whose centre lies within its radius of the way it went.
 */

import { EMPTY, union, type Spans } from './spans';
import type { Point, Size } from './view';

/** Diameters, in pixels of the picture, that [ and ] step through. */
const STEPS = [1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 110, 150, 200, 280, 400];
export const SMALLEST = STEPS[0]!;
export const LARGEST = STEPS[STEPS.length - 1]!;

export function larger(diameter: number): number {
  return STEPS.find((step) => step > diameter) ?? LARGEST;
}

export function smaller(diameter: number): number {
  return STEPS.findLast((step) => step < diameter) ?? SMALLEST;
}

/** The pixels under a brush that went straight from one point to another
 *
 * Convention: pixels of the picture, a pixel covers [i, i + 1). */
export function capsule(from: Point, to: Point, diameter: number, picture: Size): Spans {
  const radius = diameter / 2;
  const top = clamp(Math.floor(Math.min(from.y, to.y) - radius), picture.height);
  const bottom = clamp(Math.ceil(Math.max(from.y, to.y) + radius) + 1, picture.height);
  if (top >= bottom) return EMPTY;
  const rows = new Int32Array(bottom - top + 1);
  const xs: number[] = [];
  for (let y = top; y < bottom; y++) {
    const reach = widest(from, to, radius, y + 0.5);
    for (const end of [from, to])
      if (Math.floor(end.y) === y) include(reach, Math.floor(end.x) + 0.5, Math.floor(end.x) + 0.5);
    const left = clamp(Math.ceil(reach[0] - 0.5), picture.width);
    const right = clamp(Math.floor(reach[1] - 0.5) + 1, picture.width);
    if (left < right) xs.push(left, right);
    rows[y - top + 1] = xs.length;
  }
  return { top, rows, xs: Int32Array.from(xs) };
}

/** The pixels under a brush that went along the points. */
export function stroke(points: Point[], diameter: number, picture: Size): Spans {
  return points.reduce(
    (sum, point, index) =>
      union(sum, capsule(points[Math.max(index - 1, 0)]!, point, diameter, picture)),
    EMPTY,
  );
}

/** The interval of the line at height y within radius of the segment; empty intervals have start >
 * end.
 */
function widest(from: Point, to: Point, radius: number, y: number): [number, number] {
  const reach: [number, number] = [Infinity, -Infinity];
  for (const end of [from, to]) {
    const half = Math.sqrt(radius * radius - (y - end.y) ** 2);
    if (half >= 0) include(reach, end.x - half, end.x + half);
  }
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return reach;
  const [nx, ny] = [(-(to.y - from.y) / length) * radius, ((to.x - from.x) / length) * radius];
  const corners: Point[] = [
    { x: from.x + nx, y: from.y + ny },
    { x: to.x + nx, y: to.y + ny },
    { x: to.x - nx, y: to.y - ny },
    { x: from.x - nx, y: from.y - ny },
  ];
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % 4]!;
    if (a.y === b.y || y < Math.min(a.y, b.y) || y > Math.max(a.y, b.y)) return;
    const x = a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x);
    include(reach, x, x);
  });
  return reach;
}

function include(reach: [number, number], start: number, end: number): void {
  reach[0] = Math.min(reach[0], start);
  reach[1] = Math.max(reach[1], end);
}

const clamp = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
