/** What gestures on the canvas do: the rules for clicks, strokes and the view. Knows no DOM. */

import type { ClickManner, GestureHandler } from '../canvas/gestures';
import type { Pane } from '../canvas/surface';
import { markerAt } from '../logic/markers';
import type { ViewClick } from '../logic/pending';
import { toPicture, type Point, type Size } from '../logic/view';
import type { Brush } from './brush.svelte';
import type { Editing } from './editing.svelte';
import type { OpenPicture } from './open-picture.svelte';
import type { Settings } from './settings.svelte';
import type { Viewport } from './viewport.svelte';

/** Between two panes, screen pixels. */
export const GAP = 2;

export interface PointingParts {
  current(): OpenPicture | null;
  editing: Editing;
  brush: Brush;
  viewport: Viewport;
  settings: Settings;
}

export class Pointing implements GestureHandler {
  /** Of the whole canvas, screen pixels. */
  size: Size = $state.raw({ width: 1, height: 1 });
  readonly painting = $derived.by(() => this.parts.editing.tool !== 'click');
  /** The clicks to show: the active object's, then the collected ones. */
  readonly clicks: readonly ViewClick[] = $derived.by(() => {
    const collected = this.parts.editing.collected;
    const own = this.parts.current()?.active?.clicks ?? [];
    return [...own, ...collected.map((click) => ({ ...click, round: 0, pending: true }))];
  });
  /** Of one pane. */
  readonly box: Size = $derived.by(() => {
    if (this.parts.settings.values.mode !== 'beside') return this.size;
    return { width: Math.floor((this.size.width - GAP) / 2), height: this.size.height };
  });
  readonly panes: readonly Pane[] = $derived.by((): Pane[] => {
    const { mode } = this.parts.settings.values;
    if (mode !== 'beside') return [{ kind: mode, left: 0 }];
    return [
      { kind: 'overlay', left: 0 },
      { kind: 'masks', left: this.box.width + GAP },
    ];
  });

  constructor(private readonly parts: PointingParts) {}

  click(at: Point, { secondary, modified, collect, touch }: ClickManner): void {
    const { editing, viewport } = this.parts;
    const here = this.inPane(at);
    const marker = this.markerAt(here);
    const plain = !secondary && !modified && !collect;
    if (marker !== null && plain) return editing.removeClick(marker);
    const pixel = viewport.pixelAt(here);
    if (!pixel) return;
    viewport.cross = null;
    const opposite = !touch && (secondary || modified);
    editing.click(pixel, opposite ? !editing.positive : editing.positive, collect);
  }

  pan(dx: number, dy: number): void {
    this.parts.viewport.pan(dx, dy);
  }

  zoom(at: Point, factor: number): void {
    this.parts.viewport.zoom(factor, this.inPane(at));
  }

  pinch(before: [Point, Point], after: [Point, Point]): void {
    this.parts.viewport.pinch(before, after);
  }

  paints(): boolean {
    return this.painting && this.parts.viewport.picture !== null;
  }

  grabs(): boolean {
    return this.parts.viewport.grabbing;
  }

  paint(at: Point, phase: 'start' | 'move' | 'end' | 'cancel', modified: boolean): void {
    const { brush, editing, viewport } = this.parts;
    if (phase === 'cancel') return brush.cancel();
    if (!viewport.view) return;
    const erase = (editing.tool === 'eraser') !== modified;
    brush.paint(toPicture(viewport.view, this.inPane(at)), erase, phase === 'start');
    if (phase === 'end') brush.end();
  }

  hover(at: Point | null): void {
    const { editing, viewport } = this.parts;
    viewport.pointer = at ? this.inPane(at) : null;
    editing.hovered = at && !this.painting ? this.markerAt(this.inPane(at)) : null;
  }

  private markerAt(at: Point): number | null {
    const { view } = this.parts.viewport;
    return view ? markerAt(this.clicks, at, view, this.parts.settings.values.clickSize) : null;
  }

  /** A point of the canvas as a point of its pane. */
  private inPane(at: Point): Point {
    const second = this.panes[1];
    return second && at.x >= second.left ? { x: at.x - second.left, y: at.y } : at;
  }
}
