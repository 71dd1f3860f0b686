/** The outline that is being drawn, corner by corner or free-hand: a polygon or a lasso. */

import { fillPolygon } from '../logic/polygon';
import type { Point } from '../logic/view';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';
import { addStroke } from './strokes';

export class Outline {
  /** Pixels of the picture. */
  corners: readonly Point[] = $state.raw([]);

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly labels: Labels,
  ) {}

  add(at: Point): void {
    const current = this.current();
    if (!current?.readable) return;
    const { width, height } = current.state.picture;
    const inside = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
    this.corners = [...this.corners, { x: inside(at.x, width), y: inside(at.y, height) }];
  }

  removeLast(): void {
    this.corners = this.corners.slice(0, -1);
  }

  /** Add the pixels inside to the active object or a new one; erase: cut them out. */
  close(erase: boolean): void {
    const [corners, current] = [this.corners, this.current()];
    this.cancel();
    if (!current) return;
    addStroke(current, this.labels, {
      spans: fillPolygon(corners, current.state.picture),
      effect: erase ? 'erase' : 'add',
    });
  }

  cancel(): void {
    this.corners = [];
  }
}
