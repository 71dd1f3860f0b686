/** A robot that corrects a mask as a person would: it clicks the middle of the largest error.
 *
 * Independent of the package's robot: the same rule, written for the browser's tests.
 */

import type { Pixels } from './masks';

export interface RobotClick {
  x: number;
  y: number;
  positive: boolean;
}

/** The pixel deepest inside the wrong pixels, and whether it belongs to the object; null: none. */
export function nextClick(mask: Pixels, truth: Pixels): RobotClick | null {
  const { width, height } = truth;
  const wrong = (positive: boolean) =>
    truth.values.map((value, index) =>
      Number(
        value !== 128 && (value === 255) === positive && (mask.values[index] === 255) !== positive,
      ),
    );
  const missing = deepest(wrong(true), width, height);
  const surplus = deepest(wrong(false), width, height);
  const positive = missing.depth >= surplus.depth;
  const { index, depth } = positive ? missing : surplus;
  if (depth === 0) return null;
  return { x: index % width, y: Math.floor(index / width), positive };
}

/** The pixel that is farthest from the edge of what is set, by steps of 3 straight and 4 diagonal. */
function deepest(set: Uint8Array, width: number, height: number): { index: number; depth: number } {
  // A border of zeros spares every test for the picture's edge.
  const across = width + 2;
  const depths = new Uint32Array(across * (height + 2));
  const at = (x: number, y: number) => (y + 1) * across + x + 1;
  const before = [
    [-1, 3],
    [-across, 3],
    [-across - 1, 4],
    [-across + 1, 4],
  ] as const;
  let best = { index: 0, depth: 0 };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!set[y * width + x]) continue;
      const here = at(x, y);
      depths[here] = Math.min(...before.map(([step, cost]) => depths[here + step]! + cost));
    }
  for (let y = height - 1; y >= 0; y--)
    for (let x = width - 1; x >= 0; x--) {
      const here = at(x, y);
      if (depths[here] === 0) continue;
      const behind = before.map(([step, cost]) => depths[here - step]! + cost);
      depths[here] = Math.min(depths[here]!, ...behind);
      if (depths[here]! > best.depth) best = { index: y * width + x, depth: depths[here]! };
    }
  return best;
}
