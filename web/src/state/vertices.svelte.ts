/** The outline of the open object, whose corners are moved, drawn out and taken out by hand. */

import type { Handles } from '../canvas/painter';
import type { Painted } from '../logic/pending';
import { area } from '../logic/spans';
import {
  cornersOf,
  gripAt,
  movedTo,
  ringsOf,
  without,
  type Grip,
  type Ring,
} from '../logic/vertices';
import type { Point } from '../logic/view';
import type { Editing } from './editing.svelte';
import type { Labels } from './labels.svelte';
import type { OpenPicture } from './open-picture.svelte';
import { addStroke } from './strokes';
import type { Viewport } from './viewport.svelte';

/** How far the pointer may be from a corner or the outline to take hold of it, screen pixels. */
const REACH = 9;
/** A press that moves less than this changes nothing, screen pixels. */
const STILL = 2;
/** How far the outline may be from its corners, screen pixels. */
const TOLERANCE = 2.5;
/** Actions that wait and do not change what an outline is. */
const CALM: ReadonlySet<string> = new Set([
  'stroke',
  'edit_object',
  'edit_objects',
  'set_attributes',
  'mark_picture',
]);

interface Drag {
  /** As they were when the button was pressed. */
  rings: readonly Ring[];
  grip: Grip;
  from: Point;
  /** From the pointer to the corner, so that it does not jump. */
  offset: Point;
  to: Point;
  moved: boolean;
}

export class Vertices {
  hovered: Grip | null = $state.raw(null);
  private drag: Drag | null = $state.raw(null);
  /** Corners that a person saw and moved: they stay where they are. */
  private kept: { object: number; tolerance: number; points: readonly Point[] } | null =
    $state.raw(null);
  /** In pixels of the picture; doubles or halves with the zoom, at least one pixel. */
  private readonly tolerance = $derived.by(() => {
    const { view } = this.viewport;
    return view ? Math.max(1, 2 ** Math.round(Math.log2(TOLERANCE / view.scale))) : 1;
  });
  /** Whether the tool is in use. */
  readonly on = $derived.by(() => this.editing.tool === 'vertices');
  /** The outlines of the open object; none while its mask is being predicted. */
  readonly rings: readonly Ring[] = $derived.by(() => {
    const current = this.current();
    const object = this.on ? current?.active : null;
    if (!current || !object || !current.pending.every(({ action }) => CALM.has(action.type)))
      return [];
    const mask = current.visibleMask(object);
    const { kept, tolerance } = this;
    const points = kept?.object === object.id && kept.tolerance === tolerance ? kept.points : [];
    return mask ? ringsOf(mask, tolerance, points) : [];
  });
  /** What the corner that is being moved changes. */
  readonly change: Painted | null = $derived.by(() => {
    const picture = this.viewport.picture;
    if (!this.drag?.moved || !picture) return null;
    const { rings, grip, to } = this.drag;
    return { spans: movedTo(rings, grip, to, picture), effect: 'flip' };
  });
  /** What is to be seen of the corners. */
  readonly handles: Handles | null = $derived.by(() => {
    if (!this.on) return null;
    const lit = this.drag?.to ?? (this.hovered && this.cornerOf(this.rings, this.hovered));
    return { points: this.drag ? this.after(this.drag) : cornersOf(this.rings), lit };
  });

  constructor(
    private readonly current: () => OpenPicture | null,
    private readonly editing: Editing,
    private readonly viewport: Viewport,
    private readonly labels: Labels,
  ) {}

  get dragging(): boolean {
    return this.drag !== null;
  }

  /** Note what is under the pointer; pixels of the picture. */
  hover(at: Point | null): void {
    this.hovered = at && this.gripAt(at);
  }

  /** Take hold of what is at a point; without Alt to move it, with Alt to take a corner out.
   *
   * Returns whether there is something.
   */
  press(at: Point, takeOut: boolean): boolean {
    this.cancel();
    const grip = this.gripAt(at);
    if (!grip) return false;
    if (takeOut) this.takeOut(grip);
    else {
      const corner = this.cornerOf(this.rings, grip);
      const offset = corner ? { x: corner.x - at.x, y: corner.y - at.y } : { x: 0, y: 0 };
      this.drag = {
        rings: this.rings,
        grip,
        from: at,
        offset,
        to: this.whole(at, offset),
        moved: false,
      };
    }
    return true;
  }

  move(at: Point): void {
    const { drag, viewport } = this;
    if (!drag) return;
    const far = Math.hypot(at.x - drag.from.x, at.y - drag.from.y) * (viewport.view?.scale ?? 1);
    this.drag = { ...drag, to: this.whole(at, drag.offset), moved: drag.moved || far > STILL };
  }

  /** Let go: what was moved becomes part of the mask. */
  release(): void {
    const { drag, change } = this;
    this.drag = null;
    if (drag && change && area(change.spans) > 0) this.take(change, this.after(drag));
  }

  /** Take out the corner under the pointer; returns whether there is a corner. */
  removeHovered(): boolean {
    if (!this.on || !this.hovered || this.hovered.between) return false;
    this.takeOut(this.hovered);
    return true;
  }

  cancel(): void {
    this.drag = null;
    this.hovered = null;
  }

  private gripAt(at: Point): Grip | null {
    const { view } = this.viewport;
    return view && gripAt(this.rings, at, REACH / view.scale);
  }

  /** The point of a corner; null for a new one. */
  private cornerOf(rings: readonly Ring[], { ring, corner, between }: Grip): Point | null {
    const { path, corners } = rings[ring] ?? { path: [], corners: [] };
    return between ? null : (path[corners[corner]!] ?? null);
  }

  private takeOut(grip: Grip): void {
    const { picture } = this.viewport;
    const out = this.cornerOf(this.rings, grip);
    if (!picture || !out) return;
    const spans = without(this.rings, grip, picture);
    const rest = cornersOf(this.rings).filter((point) => point !== out);
    if (area(spans) > 0) this.take({ spans, effect: 'flip' }, rest);
  }

  /** All corners with the moved one where it is now. */
  private after({ rings, grip, to }: Drag): Point[] {
    const moved = this.cornerOf(rings, grip);
    return [...cornersOf(rings).filter((point) => point !== moved), to];
  }

  private take(change: Painted, points: readonly Point[]): void {
    const current = this.current();
    if (!current?.active) return;
    this.hovered = null;
    this.kept = { object: current.active.id, tolerance: this.tolerance, points };
    addStroke(current, this.labels, change);
  }

  /** The corner between pixels that is nearest to a point, in the picture or at its edge. */
  private whole(at: Point, offset: Point): Point {
    const { width, height } = this.viewport.picture ?? { width: 0, height: 0 };
    const inside = (value: number, limit: number) =>
      Math.min(Math.max(Math.round(value), 0), limit);
    return { x: inside(at.x + offset.x, width), y: inside(at.y + offset.y, height) };
  }
}
