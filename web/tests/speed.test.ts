import { describe, expect, it } from 'vitest';
import { contour, stepFor } from '../src/logic/contour';
import { fromRuns, type Spans } from '../src/logic/spans';

/** A disc with a rough edge on a picture of 100 megapixels, as runs. */
function rough(side: number): { left: number; top: number; width: number; height: number; runs: number[] } {
  const runs: number[] = [];
  let done = 0;
  for (let y = 0; y < side; y++) {
    const half =
      Math.sqrt(Math.max(0, (side / 2) ** 2 - (y + 0.5 - side / 2) ** 2)) - 40 * Math.abs(Math.sin(y / 9));
    if (half < 1) continue;
    const [from, to] = [Math.round(side / 2 - half) + y * side, Math.round(side / 2 + half) + y * side];
    runs.push(from - done, to - from);
    done = to;
  }
  return { left: 0, top: 0, width: side, height: side, runs };
}

describe('masks of 100 megapixels', () => {
  it('are outlined with work that grows with their rows, not their pixels', () => {
    const side = 10_000;
    const spans: Spans = fromRuns(rough(side));
    const whole = { left: 0, top: 0, right: side, bottom: side };
    const corners = (rings: Float64Array[]) => rings.reduce((sum, ring) => sum + ring.length / 2, 0);
    expect(corners(contour(spans, whole))).toBeLessThan(5 * side);
    expect(corners(contour(spans, whole, stepFor(0.07)))).toBeLessThan((5 * side) / 8);
  });
});
