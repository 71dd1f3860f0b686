/** The brush and the eraser: the stroke that is being drawn, and the size. */

import { capsule, larger, smaller } from '../logic/brush';
import type { Painted } from '../logic/pending';
import { EMPTY, union } from '../logic/spans';
import type { Point } from '../logic/view';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';
import { addStroke } from './strokes';

export class Brush {
  /** What was painted since the button was pressed. */
  stroke: Painted | null = $state.raw(null);
  private last: Point | null = null;
  /** Where the last stroke ended: a straight line begins there. */
  private ended: Point | null = null;

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly labels: Labels,
    private readonly settings: Settings,
  ) {}

  /** Paint from the last point of this stroke; start: begin a stroke here, or with `straight` where
   * the last one ended. Pixels of the picture.
   */
  paint(at: Point, erase: boolean, start: boolean, straight = false): void {
    const current = this.current();
    if (!current || (erase && !current.active)) return;
    // The stroke ended while the button was still down, for example with the picture.
    if (!start && !this.last) return;
    const begin = (straight && this.ended) || at;
    const from = start ? begin : this.last!;
    this.last = at;
    this.ended = at;
    const spans = capsule(from, at, this.settings.values.brushSize, current.state.picture);
    const effect = erase ? 'erase' : 'add';
    this.stroke = { spans: union(this.stroke?.spans ?? EMPTY, spans), effect };
  }

  /** Make the stroke part of the active object, or of a new one. */
  end(): void {
    const [stroke, current] = [this.stroke, this.current()];
    this.cancel();
    if (stroke) addStroke(current, this.labels, stroke);
  }

  /** Forget where a straight line would begin. */
  forget(): void {
    this.ended = null;
  }

  cancel(): void {
    this.stroke = null;
    this.last = null;
  }

  grow(): void {
    this.settings.set('brushSize', larger(this.settings.values.brushSize));
  }

  shrink(): void {
    this.settings.set('brushSize', smaller(this.settings.values.brushSize));
  }
}
