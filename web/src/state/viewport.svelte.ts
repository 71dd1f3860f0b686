/** How the picture on screen lies in the canvas, and where the pointer and the keyboard's cross
 * are.
 */

import {
  centred,
  fit,
  pan,
  pinch,
  pixelAt,
  zoomAt,
  type Point,
  type Size,
  type View,
} from '../logic/view';
import type { OpenPicture } from './open-picture.svelte';

/** The keyboard's zoom. */
export const ZOOM_STEP = 1.5;

export class Viewport {
  /** Of one pane, screen pixels. */
  box: Size = $state.raw({ width: 1, height: 1 });
  pointer: Point | null = $state.raw(null);
  /** The cross that the keyboard moves. */
  cross: Point | null = $state.raw(null);
  /** Whether the main button pans (Space is down). */
  grabbing = $state(false);
  /** Whether it did, so that Space was not a tap. */
  panned = false;

  constructor(private readonly current: () => OpenPicture | null) {}

  get picture(): Size | null {
    const current = this.current();
    return current?.readable ? current.state.picture : null;
  }

  get view(): View | null {
    return this.current()?.view ?? null;
  }

  /** The pixel of the picture under the cross, else under the pointer; null outside the picture. */
  get pixel(): Point | null {
    const at = this.cross ?? this.pointer;
    return at ? this.pixelAt(at) : null;
  }

  pixelAt(at: Point): Point | null {
    return this.view && this.picture ? pixelAt(this.view, at, this.picture) : null;
  }

  /** Give an open picture a view if it has none yet. */
  prepare(picture: OpenPicture): void {
    if (!picture.view && picture.readable) picture.view = fit(picture.state.picture, this.box);
  }

  fit(): void {
    if (this.picture) this.set(fit(this.picture, this.box));
  }

  /** One pixel of the picture for each pixel of the screen. */
  actual(): void {
    const { picture, view } = this;
    if (!picture) return;
    if (view)
      this.set(zoomAt(view, this.pointer ?? this.middle, 1 / view.scale, picture, this.box));
    else this.set(centred(picture, this.box, 1));
  }

  zoom(factor: number, at: Point | null = null): void {
    this.move((view, picture) => zoomAt(view, at ?? this.middle, factor, picture, this.box));
  }

  pan(dx: number, dy: number): void {
    this.panned = true;
    this.move((view, picture) => pan(view, dx, dy, picture, this.box));
  }

  pinch(before: [Point, Point], after: [Point, Point]): void {
    this.move((view, picture) => pinch(view, before, after, picture, this.box));
  }

  /** The canvas has another size: a fitted picture stays fitted. */
  resize(box: Size): void {
    const [old, view, picture] = [this.box, this.view, this.picture];
    if (box.width === old.width && box.height === old.height) return;
    this.box = box;
    if (!picture) return;
    const fitted = fit(picture, old);
    if (!view || Math.abs(view.scale - fitted.scale) < 1e-9) this.set(fit(picture, box));
    else {
      const x = view.x + (box.width - old.width) / 2;
      const y = view.y + (box.height - old.height) / 2;
      this.set({ ...view, x, y });
    }
  }

  /** Move the cross by so many screen pixels; it first appears in the middle. */
  moveCross(dx: number, dy: number): void {
    const from = this.cross ?? this.middle;
    this.cross = {
      x: Math.min(Math.max(from.x + dx, 0), this.box.width - 1),
      y: Math.min(Math.max(from.y + dy, 0), this.box.height - 1),
    };
  }

  get middle(): Point {
    return { x: this.box.width / 2, y: this.box.height / 2 };
  }

  private move(change: (view: View, picture: Size) => View): void {
    const { view, picture } = this;
    if (view && picture) this.set(change(view, picture));
  }

  private set(view: View): void {
    const current = this.current();
    if (current) current.view = view;
  }
}
