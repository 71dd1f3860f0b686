/** Outlines ready to be painted, kept from frame to frame as long as mask, zoom level and part
 * stay the same.
 */

import { contour, stepFor } from '../logic/contour';
import type { Spans } from '../logic/spans';
import type { Rect } from '../logic/view';

interface Kept {
  mask: Spans;
  step: number;
  part: Rect;
  path: Path2D;
}

export class Paths {
  private readonly kept = new Map<number, Kept>();

  /** The outline of an object's mask, right at least within the visible part. */
  of(id: number, mask: Spans, scale: number, visible: Rect): Path2D {
    const step = stepFor(scale);
    const old = this.kept.get(id);
    if (old && old.mask === mask && old.step === step && within(visible, old.part)) return old.path;
    const part = widened(visible);
    const path = new Path2D();
    for (const ring of contour(mask, part, step)) {
      path.moveTo(ring[0]!, ring[1]!);
      for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i]!, ring[i + 1]!);
      path.closePath();
    }
    this.kept.set(id, { mask, step, part, path });
    return path;
  }

  /** Forgets all objects but these. */
  only(ids: ReadonlySet<number>): void {
    for (const id of this.kept.keys()) if (!ids.has(id)) this.kept.delete(id);
  }
}

function within(inner: Rect, outer: Rect): boolean {
  return (
    inner.left >= outer.left &&
    inner.top >= outer.top &&
    inner.right <= outer.right &&
    inner.bottom <= outer.bottom
  );
}

/** Half a screen more on each side, so that a small pan needs no new outline. */
function widened(part: Rect): Rect {
  const [dx, dy] = [
    Math.ceil((part.right - part.left) / 2) + 2,
    Math.ceil((part.bottom - part.top) / 2) + 2,
  ];
  return {
    left: part.left - dx,
    top: part.top - dy,
    right: part.right + dx,
    bottom: part.bottom + dy,
  };
}
