/** The brush and the eraser: the stroke that is being drawn, and the size. */

import { capsule, larger, smaller } from '../logic/brush';
import { EMPTY, area, union, type Spans } from '../logic/spans';
import type { Point } from '../logic/view';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';

export class Brush {
  /** What was painted since the button was pressed. */
  stroke: { spans: Spans; erase: boolean } | null = $state.raw(null);
  private last: Point | null = null;

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly labels: Labels,
    private readonly settings: Settings,
  ) {}

  /** Paint from the last point of this stroke; start: begin a stroke here. Pixels of the picture.
   */
  paint(at: Point, erase: boolean, start: boolean): void {
    const current = this.current();
    if (!current || (erase && !current.active)) return;
    // The stroke ended while the button was still down, for example with the picture.
    if (!start && !this.last) return;
    const from = start ? at : this.last!;
    this.last = at;
    const spans = capsule(from, at, this.settings.values.brushSize, current.state.picture);
    this.stroke = { spans: union(this.stroke?.spans ?? EMPTY, spans), erase };
  }

  /** Make the stroke part of the active object, or of a new one. */
  end(): void {
    const [stroke, current] = [this.stroke, this.current()];
    this.cancel();
    if (!stroke || !current || area(stroke.spans) === 0) return;
    const object = current.active ? current.activeId : null;
    const label = object === null ? this.labels.armed : null;
    const key = current.add({ type: 'stroke', object, ...stroke, label });
    if (object === null) current.activeId ??= -key;
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
