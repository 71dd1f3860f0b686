/** What gestures on the canvas do: the rules for clicks, strokes and the view. Knows no DOM. */

import type { ClickManner, GestureHandler } from '../canvas/gestures';
import type { Pane } from '../canvas/surface';
import { markerAt } from '../logic/markers';
import type { ViewClick } from '../logic/pending';
import type { Overlay } from '../canvas/painter';
import { boxOf, lineOf } from '../logic/drawn';
import { toPicture, toScreen, type Point, type Size } from '../logic/view';
import type { Drawing } from '../canvas/painter';
import type { Brush } from './brush.svelte';
import type { Editing } from './editing.svelte';
import type { OpenPicture } from './open-picture.svelte';
import type { Outline } from './outline.svelte';
import { topmostAt } from './overlays';
import type { Settings } from './settings.svelte';
import type { Vertices } from './vertices.svelte';
import type { Viewport } from './viewport.svelte';

/** Between two panes, screen pixels. */
export const GAP = 2;
/** Presses at one spot within this time are one click, milliseconds. */
const DOUBLE_TIME = 400;
/** How far apart two presses are still at one spot, screen pixels. */
const SPOT = 6;
/** Smallest marker that a finger can hit, screen pixels. */
const FINGER = 16;
/** A click so near to the first corner closes an outline, screen pixels. */
const CLOSING = 12;
/** Corners of a free-hand outline are at least so far apart, screen pixels. */
const CORNER = 2;

export interface PointingParts {
  current(): OpenPicture | null;
  editing: Editing;
  brush: Brush;
  outline: Outline;
  vertices: Vertices;
  overlays(): readonly Overlay[];
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
  readonly painting = $derived.by(() => ['brush', 'eraser'].includes(this.parts.editing.tool));
  /** The clicks to show: the active object's, then the collected ones. */
  readonly clicks: readonly ViewClick[] = $derived.by(() => {
    const collected = this.parts.editing.collected;
    const own = this.parts.current()?.active?.clicks ?? [];
    return [
      ...own,
      ...collected.map((click, index) => ({
        ...click,
        positive: click.positive ?? true,
        round: 0,
        index: own.length + index,
        pending: true,
      })),
    ];
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
  /** What the button is drawing in the click tool. */
  private drag: Drawing | null = $state.raw(null);
  /** Lines to show: of the open object's boxes and scribbles, and what is being drawn. */
  readonly drawings: readonly Drawing[] = $derived.by(() => {
    const { current, outline, viewport } = this.parts;
    const object = current()?.active;
    const made: Drawing[] = [];
    for (const { left, top, right, bottom } of object?.boxes ?? [])
      made.push(rectangle({ x: left, y: top }, { x: right, y: bottom }));
    for (const { points, positive } of object?.scribbles ?? []) {
      const middles = points.map(([x, y]) => ({ x: x! + 0.5, y: y! + 0.5 }));
      made.push({ points: middles, closed: false, positive });
    }
    const { view, pointer } = viewport;
    if (outline.corners.length > 0 && view) {
      const next = pointer ? [toPicture(view, pointer)] : [];
      made.push({
        points: [...outline.corners, ...next],
        closed: false,
        positive: true,
        corners: true,
      });
    }
    return this.drag ? [...made, this.drag] : made;
  });
  private lastPress: LastPress | null = null;

  constructor(private readonly parts: PointingParts) {}

  click(at: Point, manner: ClickManner): void {
    const { editing, viewport } = this.parts;
    const { secondary, shift, alt, collect, touch } = manner;
    const wasOpen = this.menu !== null;
    this.menu = null;
    if (this.repeats(at, secondary)) {
      if (editing.tool === 'polygon' && !secondary) this.closeOutline(alt);
      return;
    }
    const here = this.inPane(at);
    if (editing.tool === 'polygon') return this.corner(here, secondary, alt);
    if (editing.tool === 'select') return this.choose(here, shift || collect);
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

  /** Set a corner of the outline; the first one again closes it, the right button takes one back. */
  private corner(at: Point, secondary: boolean, alt: boolean): void {
    const { outline, viewport } = this.parts;
    if (!viewport.view) return;
    if (secondary) return outline.removeLast();
    const [first] = outline.corners;
    const back = first && toScreen(viewport.view, first);
    const closes = back && Math.hypot(back.x - at.x, back.y - at.y) <= CLOSING;
    if (closes && outline.corners.length > 2) this.closeOutline(alt);
    else outline.add(toPicture(viewport.view, at));
  }

  /** Take what the outline holds; with Alt, or while clicks remove, cut it out. */
  closeOutline(alt = false): void {
    const { editing, outline } = this.parts;
    outline.close(editing.positive === alt);
  }

  private choose(at: Point, more: boolean): void {
    const { editing, overlays, viewport } = this.parts;
    const pixel = viewport.pixelAt(at);
    editing.choose(pixel && topmostAt(overlays(), pixel), more);
  }

  /** In the click tool a drag is a box, with Shift a scribble; in the polygon tool it is free-hand. */
  draw(
    from: Point,
    at: Point,
    phase: 'start' | 'move' | 'end' | 'cancel',
    { shift, alt }: { shift: boolean; alt: boolean },
  ): void {
    const { current, editing, outline, viewport } = this.parts;
    const view = viewport.view;
    const picture = current()?.state.picture;
    if (!view || !picture || !current()?.readable || phase === 'cancel') return this.cancelDrag();
    const here = toPicture(view, this.inPane(at));
    if (editing.tool === 'polygon') {
      const last = outline.corners.at(-1);
      const far = !last || Math.hypot(here.x - last.x, here.y - last.y) * view.scale >= CORNER;
      if (far) outline.add(here);
      if (phase === 'end') this.closeOutline(alt);
      return;
    }
    if (editing.tool !== 'click') return;
    // A drag that was ended by a key or by another picture says nothing more.
    if (phase !== 'start' && !this.drag) return;
    const positive = editing.positive !== alt;
    const begin = toPicture(view, this.inPane(from));
    if (shift) {
      const before = phase === 'start' ? [] : this.drag!.points;
      this.drag = { points: [...before, here], closed: false, positive };
    } else this.drag = rectangle(begin, here);
    if (phase !== 'end') return;
    const { points } = this.drag;
    this.cancelDrag();
    const prompt = shift
      ? lineOf(points, positive, picture, 3 / view.scale)
      : boxOf(begin, here, picture);
    if (prompt) editing.prompt(prompt);
  }

  /** Whether a drag was under way, which ends. */
  cancelDrag(): void {
    this.drag = null;
  }

  get dragging(): boolean {
    return this.drag !== null;
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

  /** The next press is a click of its own, however soon: something was done since the last one. */
  separate(): void {
    this.lastPress = null;
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
    const { vertices, viewport } = this.parts;
    return (this.painting || vertices.on) && viewport.picture !== null;
  }

  grabs(): boolean {
    return this.parts.viewport.grabbing;
  }

  paint(
    at: Point,
    phase: 'start' | 'move' | 'end' | 'cancel',
    modified: boolean,
    straight = false,
  ): void {
    const { brush, editing, vertices, viewport } = this.parts;
    if (vertices.on) return this.shape(at, phase, modified);
    if (phase === 'cancel') return brush.cancel();
    if (!viewport.view) return;
    const erase = (editing.tool === 'eraser') !== modified;
    brush.paint(toPicture(viewport.view, this.inPane(at)), erase, phase === 'start', straight);
    if (phase === 'end') brush.end();
  }

  /** Move a corner of the outline; a press elsewhere opens the object that is there. */
  private shape(at: Point, phase: 'start' | 'move' | 'end' | 'cancel', takeOut: boolean): void {
    const { editing, vertices, viewport } = this.parts;
    if (phase === 'cancel') return vertices.cancel();
    if (!viewport.view) return;
    const here = toPicture(viewport.view, this.inPane(at));
    if (phase === 'move') vertices.move(here);
    if (phase === 'end') vertices.release();
    if (phase !== 'start' || vertices.press(here, takeOut)) return;
    const pixel = viewport.pixelAt(this.inPane(at));
    const object = pixel && topmostAt(this.parts.overlays(), pixel);
    if (object) editing.activate(object);
  }

  hover(at: Point | null, alt: boolean): void {
    const { editing, vertices, viewport } = this.parts;
    if (vertices.on && !vertices.dragging)
      vertices.hover(at && viewport.view ? toPicture(viewport.view, this.inPane(at)) : null);
    editing.removing = alt;
    viewport.pointer = at ? this.inPane(at) : null;
    const clicking = editing.tool === 'click';
    editing.hovered = at && clicking ? this.markerAt(this.inPane(at)) : null;
    const pixel = at && viewport.pixelAt(this.inPane(at));
    editing.pointed = pixel ? topmostAt(this.parts.overlays(), pixel) : null;
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

/** A rectangle between two corners, as a line. */
function rectangle(a: Point, b: Point): Drawing {
  const points = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
  return { points, closed: true, positive: true };
}
