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
/** Presses at one spot within this time are one click, milliseconds. */
const DOUBLE_TIME = 400;
/** How far apart two presses are still at one spot, screen pixels. */
const SPOT = 6;
/** Smallest marker that a finger can hit, screen pixels. */
const FINGER = 16;

export interface PointingParts {
  current(): OpenPicture | null;
  editing: Editing;
  brush: Brush;
  viewport: Viewport;
  settings: Settings;
  now(): number;
}

interface LastPress {
  at: Point;
  time: number;
  secondary: boolean;
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

  /** The click whose menu is open, for fingers, which hold no keys. */
  menu: number | null = $state(null);
  private lastPress: LastPress | null = null;

  constructor(private readonly parts: PointingParts) {}

  click(at: Point, manner: ClickManner): void {
    const { editing, viewport } = this.parts;
    const { secondary, shift, alt, collect, touch } = manner;
    const wasOpen = this.menu !== null;
    this.menu = null;
    if (this.repeats(at, secondary)) return;
    const here = this.inPane(at);
    const marker = this.markerAt(here, touch);
    if (marker !== null && touch) {
      this.menu = marker;
      return;
    }
    // The tap that closes a menu means nothing else.
    if (wasOpen && touch) return;
    if (marker !== null && alt) return editing.removeClick(marker);
    const pixel = viewport.pixelAt(here);
    if (!pixel) return;
    viewport.cross = null;
    const opposite = !touch && (secondary || shift || alt);
    const positive = opposite ? !editing.positive : editing.positive;
    editing.click(pixel, positive, collect);
  }

  /** Remove the click whose menu is open. */
  removeByMenu(): void {
    if (this.menu !== null) this.parts.editing.removeClick(this.menu);
    this.menu = null;
  }

  /** Whether a press is the second or third of a double or triple click. */
  private repeats(at: Point, secondary: boolean): boolean {
    const time = this.parts.now();
    const last = this.lastPress;
    this.lastPress = { at, time, secondary };
    return (
      last !== null &&
      last.secondary === secondary &&
      time - last.time < DOUBLE_TIME &&
      Math.hypot(at.x - last.at.x, at.y - last.at.y) <= SPOT
    );
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

  hover(at: Point | null, alt: boolean): void {
    const { editing, viewport } = this.parts;
    editing.removing = alt;
    viewport.pointer = at ? this.inPane(at) : null;
    editing.hovered = at && !this.painting ? this.markerAt(this.inPane(at)) : null;
  }

  private markerAt(at: Point, touch = false): number | null {
    const { view } = this.parts.viewport;
    const { clickSize } = this.parts.settings.values;
    const radius = touch ? Math.max(clickSize, FINGER) : clickSize;
    return view ? markerAt(this.clicks, at, view, radius) : null;
  }

  /** A point of the canvas as a point of its pane. */
  private inPane(at: Point): Point {
    const second = this.panes[1];
    return second && at.x >= second.left ? { x: at.x - second.left, y: at.y } : at;
  }
}
