/** The corners of a mask's outline that a hand can move, and what of the mask a move changes. Pure.
 *
 * A mask has far too many corners to move: an outline is shown by some of them, and between two of
 * those it runs along the mask's own pixels. A move replaces the part of the outline between the two
 * neighbours of a corner by straight lines, so that no other pixel changes.
 */

import { contour } from './contour';
import { fillPolygon } from './polygon';
import { bounds, EMPTY, type Spans } from './spans';
import type { Point, Size } from './view';

/** A closed outline of a mask. */
export interface Ring {
  /** All its corners, in order. */
  path: readonly Point[];
  /** The indices in `path` of those that can be moved, ascending. */
  corners: readonly number[];
}

/** A corner of one of several rings, or a new one that follows it. */
export interface Grip {
  ring: number;
  /** The index in `corners`. */
  corner: number;
  /** A new corner, between this one and the next. */
  between: boolean;
}

/** Steps to a point itself and to those round it, the nearest first. */
const AROUND = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
  [1, -1],
] as const;
/** An outline with fewer corners has no inside. */
const LEAST = 3;

/** The outlines of a mask, with corners from which the outline is at most `tolerance` pixels away.
 *
 * kept: corners to be taken again where they are still on the outline, so that they do not jump.
 */
export function ringsOf(mask: Spans, tolerance: number, kept: readonly Point[] = []): Ring[] {
  const box = bounds(mask);
  if (!box) return [];
  return contour(mask, box).map((flat) => {
    const path = Array.from({ length: flat.length / 2 }, (_, index) => ({
      x: flat[2 * index]!,
      y: flat[2 * index + 1]!,
    }));
    return { path, corners: simplified(path, tolerance, kept.length > 0 ? found(path, kept) : []) };
  });
}

/** The pixels that change when a corner is moved, or a new one drawn out of the outline, to a point.
 */
export function movedTo(rings: readonly Ring[], grip: Grip, to: Point, picture: Size): Spans {
  const { path, corners } = rings[grip.ring]!;
  const first = grip.between ? grip.corner : grip.corner - 1;
  const chain = chainOf(path, at(corners, first), at(corners, grip.corner + 1));
  return fillPolygon([...chain, to], picture);
}

/** The pixels that change when a corner is taken out; none if the outline would have no inside. */
export function without(rings: readonly Ring[], grip: Grip, picture: Size): Spans {
  const { path, corners } = rings[grip.ring]!;
  if (grip.between || corners.length <= LEAST) return EMPTY;
  const chain = chainOf(path, at(corners, grip.corner - 1), at(corners, grip.corner + 1));
  return fillPolygon(chain, picture);
}

/** What a point is nearest to: a corner, else the outline itself; null beyond `reach` pixels. */
export function gripAt(rings: readonly Ring[], point: Point, reach: number): Grip | null {
  let best: { grip: Grip; distance: number } | null = null;
  const offer = (grip: Grip, distance: number) => {
    if (distance <= reach && (!best || distance < best.distance)) best = { grip, distance };
  };
  rings.forEach(({ path, corners }, ring) =>
    corners.forEach((index, corner) => {
      const { x, y } = path[index]!;
      offer({ ring, corner, between: false }, Math.hypot(x - point.x, y - point.y));
    }),
  );
  if (best) return (best as { grip: Grip }).grip;
  rings.forEach(({ path, corners }, ring) => {
    let corner = corners.length - 1;
    path.forEach((from, index) => {
      if (corners[(corner + 1) % corners.length] === index) corner = (corner + 1) % corners.length;
      const to = path[(index + 1) % path.length]!;
      offer({ ring, corner, between: true }, Math.sqrt(squareToLine(point, from, to)));
    });
  });
  return best && (best as { grip: Grip }).grip;
}

/** The points of all corners. */
export const cornersOf = (rings: readonly Ring[]): Point[] =>
  rings.flatMap(({ path, corners }) => corners.map((index) => path[index]!));

/** The indices of the corners of a path that are these points, or a pixel away from one. */
function found(path: readonly Point[], points: readonly Point[]): number[] {
  const indices = new Map(path.map((corner, index) => [keyOf(corner), index]));
  return points.flatMap((point) => {
    for (const [dx, dy] of AROUND) {
      const index = indices.get(keyOf({ x: point.x + dx, y: point.y + dy }));
      if (index !== undefined) return [index];
    }
    return [];
  });
}

/** An item by an index that goes round. */
const at = (items: readonly number[], index: number): number =>
  items[(index + items.length) % items.length]!;

const keyOf = ({ x, y }: Point): string => `${x},${y}`;

/** The corners of a ring from one to another, both included; from one to itself: all round. */
function chainOf(path: readonly Point[], from: number, to: number): Point[] {
  return from < to ? path.slice(from, to + 1) : [...path.slice(from), ...path.slice(0, to + 1)];
}

/** Indices of corners that show a closed path to `tolerance` pixels, `fixed` ones among them. */
function simplified(path: readonly Point[], tolerance: number, fixed: readonly number[]): number[] {
  const chosen = new Set(fixed);
  // A closed path needs two ends to begin with: a corner, and the one farthest from it.
  if (chosen.size === 0) chosen.add(0);
  if (chosen.size === 1) {
    const [only] = chosen;
    chosen.add(farthest(path, only!, only! + path.length).index % path.length);
  }
  const ends = [...chosen].sort((a, b) => a - b);
  const open = ends.map((from, index): [number, number] => {
    const next = ends[index + 1];
    return [from, next ?? ends[0]! + path.length];
  });
  let widest = { index: -1, square: 0 };
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [from, to] = pair;
    const { index, square } = farthest(path, from, to);
    if (index < 0) continue;
    if (square > tolerance * tolerance) {
      chosen.add(index % path.length);
      open.push([from, index], [index, to]);
    } else if (square > widest.square) widest = { index: index % path.length, square };
  }
  if (chosen.size < LEAST && widest.index >= 0) chosen.add(widest.index);
  return [...chosen].sort((a, b) => a - b);
}

/** The corner between two, by indices that go round, that is farthest from the line between them. */
function farthest(
  path: readonly Point[],
  from: number,
  to: number,
): { index: number; square: number } {
  const [a, b] = [path[from % path.length]!, path[to % path.length]!];
  let best = { index: -1, square: 0 };
  for (let index = from + 1; index < to; index++) {
    const square = squareToLine(path[index % path.length]!, a, b);
    if (square > best.square) best = { index, square };
  }
  return best;
}

/** The squared distance of a point from the line between two. */
function squareToLine(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / length;
  const t = Math.min(Math.max(along, 0), 1);
  return (point.x - a.x - t * dx) ** 2 + (point.y - a.y - t * dy) ** 2;
}
