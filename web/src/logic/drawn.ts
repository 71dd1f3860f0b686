/** What a drag over the picture means as a prompt. Convention: coordinates of the picture, in which
 * a pixel covers [i, i + 1).
 */

import type { Box, Prompt } from '../api/types';
import type { Point, Size } from './view';

/** Most corners of a scribble; the server takes some more. */
const CORNERS = 500;

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** The box between two corners in whole pixels, or null if it is not larger than a pixel. */
export function boxOf(a: Point, b: Point, picture: Size): Box | null {
  const box = {
    left: clamp(Math.floor(Math.min(a.x, b.x)), 0, picture.width),
    top: clamp(Math.floor(Math.min(a.y, b.y)), 0, picture.height),
    right: clamp(Math.ceil(Math.max(a.x, b.x)), 0, picture.width),
    bottom: clamp(Math.ceil(Math.max(a.y, b.y)), 0, picture.height),
  };
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  return width > 0 && height > 0 && width * height > 1 ? box : null;
}

/** The scribble along points that are at least `apart` from each other; a click if only one is. */
export function lineOf(
  points: readonly Point[],
  positive: boolean,
  picture: Size,
  apart: number,
): Prompt | null {
  const corners: [number, number][] = [];
  points.forEach((point, index) => {
    const x = clamp(Math.floor(point.x), 0, picture.width - 1);
    const y = clamp(Math.floor(point.y), 0, picture.height - 1);
    const last = corners.at(-1);
    const end = index === points.length - 1;
    if (last && last[0] === x && last[1] === y) return;
    if (!last || end || Math.hypot(x - last[0], y - last[1]) >= apart) corners.push([x, y]);
  });
  if (corners.length === 0) return null;
  if (corners.length === 1) return { x: corners[0]![0], y: corners[0]![1], positive };
  return { points: thinned(corners), positive };
}

/** At most CORNERS of the corners, the first and the last among them. */
function thinned(corners: [number, number][]): [number, number][] {
  if (corners.length <= CORNERS) return corners;
  const step = (corners.length - 1) / (CORNERS - 1);
  return Array.from({ length: CORNERS }, (_, index) => corners[Math.round(index * step)]!);
}
