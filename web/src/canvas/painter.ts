/** Paints picture, masks and markers with a canvas context. Each function gets all that it needs.
 */

import type { ViewClick } from '../logic/pending';
import { lighter, withAlpha } from '../logic/colours';
import type { Spans } from '../logic/spans';
import { covers, levelFor, tilesIn, topLevel, type Tile } from '../logic/tiles';
import { toScreen, visible, type Point, type Rect, type Size, type View } from '../logic/view';
import type { Paths } from './paths';

export type Context = CanvasRenderingContext2D;

export interface Overlay {
  id: number;
  mask: Spans;
  colour: string;
  active: boolean;
  /** Chosen, or under the pointer in the list. */
  lit?: boolean;
}

/** A line on the picture: pixels of the picture. */
export interface Drawing {
  points: readonly Point[];
  closed: boolean;
  positive: boolean;
  /** Whether its corners are marked. */
  corners?: boolean;
}

/** Corners that a hand can move: pixels of the picture. */
export interface Handles {
  points: readonly Point[];
  /** The one under the pointer, or in the hand. */
  lit: Point | null;
}

/** From this many device pixels a pixel on, pixels are shown as squares. */
const SQUARES = 1.5;

/** The tiles that a view needs, the tile that shows everything first. */
export function tilesFor(view: View, picture: Size, box: Size, ratio: number): Tile[] {
  const level = levelFor(view.scale, ratio, picture);
  const top = topLevel(picture);
  const whole: Tile[] = level === top ? [] : [{ level: top, column: 0, row: 0 }];
  return [...whole, ...tilesIn(level, visible(view, picture, box))];
}

/** Paint what is loaded of the picture, coarse tiles below fine ones. */
export function paintPicture(
  context: Context,
  view: View,
  picture: Size,
  box: Size,
  ratio: number,
  get: (tile: Tile) => ImageBitmap | undefined,
  small: () => ImageBitmap | undefined,
): void {
  const part = visible(view, picture, box);
  const needed = levelFor(view.scale, ratio, picture);
  const top = { level: topLevel(picture), column: 0, row: 0 };
  const missing = tilesIn(needed, part).some((tile) => !get(tile));
  const levels: number[] = [];
  if (missing) for (let level = topLevel(picture); level > needed; level--) levels.push(level);
  levels.push(needed);
  const whole = missing && !get(top) ? small() : undefined;
  if (whole) {
    context.imageSmoothingEnabled = true;
    paintTile(context, view, whole, covers(top, picture), ratio);
  }
  for (const level of levels)
    for (const tile of tilesIn(level, part)) {
      context.imageSmoothingEnabled = level > 0 || view.scale * ratio < SQUARES;
      context.imageSmoothingQuality = 'low';
      const image = get(tile);
      if (image) paintTile(context, view, image, covers(tile, picture), ratio);
    }
}

/** At whole device pixels, so that no seam shows between tiles. */
function paintTile(
  context: Context,
  view: View,
  image: ImageBitmap,
  rect: Rect,
  ratio: number,
): void {
  const whole = (value: number) => Math.round(value * ratio) / ratio;
  const from = toScreen(view, { x: rect.left, y: rect.top });
  const to = toScreen(view, { x: rect.right, y: rect.bottom });
  const [x, y] = [whole(from.x), whole(from.y)];
  context.drawImage(image, x, y, whole(to.x) - x, whole(to.y) - y);
}

/** A mask over the picture: a veil of its colour and a line that is dark outside and light inside.
 */
export function paintOverlay(
  context: Context,
  view: View,
  picture: Size,
  box: Size,
  overlay: Overlay,
  paths: Paths,
  opacity: number,
): void {
  const path = paths.of(overlay.id, overlay.mask, view.scale, visible(view, picture, box));
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.scale, view.scale);
  context.fillStyle = withAlpha(overlay.colour, overlay.active ? opacity : opacity * 0.8);
  context.fill(path, 'evenodd');
  context.lineJoin = 'round';
  const line = (width: number, colour: string) => {
    context.lineWidth = width / view.scale;
    context.strokeStyle = colour;
    context.stroke(path);
  };
  if (overlay.active) {
    line(4.5, 'rgba(0, 0, 0, 0.75)');
    line(2.75, '#ffffff');
    line(1.25, overlay.colour);
  } else {
    line(3.5, 'rgba(0, 0, 0, 0.6)');
    line(1.75, lighter(overlay.colour));
  }
  if (overlay.lit) {
    context.setLineDash([6 / view.scale, 5 / view.scale]);
    line(2.5, '#ffffff');
    context.setLineDash([]);
  }
  context.restore();
}

/** Masks alone, in full colour on black. */
export function paintMasks(
  context: Context,
  view: View,
  picture: Size,
  box: Size,
  overlays: readonly Overlay[],
  paths: Paths,
): void {
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.scale, view.scale);
  context.fillStyle = '#000000';
  context.fillRect(0, 0, picture.width, picture.height);
  for (const overlay of overlays) {
    context.fillStyle = overlay.colour;
    context.fill(
      paths.of(overlay.id, overlay.mask, view.scale, visible(view, picture, box)),
      'evenodd',
    );
  }
  context.restore();
}

const POSITIVE = '#1f9d55';
const NEGATIVE = '#d92d3a';
/** Lighter than the markers' green: a thin line has to be seen on dark pictures. */
const LINE = '#5ee0a0';

/** removing: the next press removes the click. */
export type MarkerLook = 'plain' | 'hovered' | 'removing';

/** A click: a disc with a plus, or a square with a minus; a pending one is paler and has a ring. */
export function paintMarker(
  context: Context,
  view: View,
  click: ViewClick,
  radius: number,
  look: MarkerLook,
): void {
  const { x, y } = toScreen(view, { x: click.x + 0.5, y: click.y + 0.5 });
  const size = look === 'plain' ? radius : radius * 1.15;
  context.save();
  context.translate(x, y);
  if (click.pending) pendingRing(context, size);
  outline(context, click.positive, size);
  context.fillStyle = click.positive ? POSITIVE : NEGATIVE;
  context.shadowColor = 'rgba(0, 0, 0, 0.6)';
  context.shadowBlur = 3;
  context.fill();
  context.shadowBlur = 0;
  context.lineWidth = Math.max(1.5, size * 0.2);
  context.strokeStyle = '#ffffff';
  context.stroke();
  sign(context, look === 'removing' ? 'cross' : click.positive ? 'plus' : 'minus', size * 0.52);
  context.restore();
}

function outline(context: Context, positive: boolean, size: number): void {
  context.beginPath();
  if (positive) context.arc(0, 0, size, 0, 2 * Math.PI);
  else context.roundRect(-size * 0.9, -size * 0.9, size * 1.8, size * 1.8, size * 0.25);
}

function sign(context: Context, kind: 'plus' | 'minus' | 'cross', reach: number): void {
  context.beginPath();
  if (kind === 'cross') {
    const arm = reach * 0.75;
    context.moveTo(-arm, -arm);
    context.lineTo(arm, arm);
    context.moveTo(arm, -arm);
    context.lineTo(-arm, arm);
  } else {
    context.moveTo(-reach, 0);
    context.lineTo(reach, 0);
    if (kind === 'plus') {
      context.moveTo(0, -reach);
      context.lineTo(0, reach);
    }
  }
  context.lineCap = 'round';
  context.stroke();
}

function pendingRing(context: Context, size: number): void {
  context.beginPath();
  context.arc(0, 0, size + 5, 0, 2 * Math.PI);
  context.setLineDash([4, 4]);
  strokeOnAny(context);
  context.setLineDash([]);
}

/** The path as a light line in a dark one, which is seen on any picture. */
function strokeOnAny(context: Context): void {
  context.lineWidth = 3;
  context.strokeStyle = 'rgba(0, 0, 0, 0.6)';
  context.stroke();
  context.lineWidth = 1.5;
  context.strokeStyle = '#ffffff';
  context.stroke();
}

/** A box, a scribble or an outline; positive lines are green, negative ones red, on a dark edge. */
export function paintDrawing(context: Context, view: View, drawing: Drawing): void {
  const points = drawing.points.map((point) => toScreen(view, point));
  if (points.length === 0) return;
  context.save();
  context.beginPath();
  points.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (drawing.closed) context.closePath();
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.lineWidth = 4;
  context.strokeStyle = 'rgba(0, 0, 0, 0.65)';
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = drawing.positive ? LINE : NEGATIVE;
  context.stroke();
  if (drawing.corners) for (const point of points) paintCorner(context, point, 3);
  context.restore();
}

/** Corners as squares, the lit one larger. */
export function paintHandles(context: Context, view: View, { points, lit }: Handles): void {
  context.save();
  for (const point of points) paintCorner(context, toScreen(view, point), 3.5);
  if (lit) paintCorner(context, toScreen(view, lit), 6);
  context.restore();
}

function paintCorner(context: Context, { x, y }: Point, half: number): void {
  context.beginPath();
  context.rect(x - half, y - half, 2 * half, 2 * half);
  context.fillStyle = '#ffffff';
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = '#000000';
  context.stroke();
}

/** The brush's circle, seen on any picture. */
export function paintBrush(context: Context, at: Point, radius: number, erase: boolean): void {
  context.save();
  context.beginPath();
  context.arc(at.x, at.y, Math.max(radius, 1.5), 0, 2 * Math.PI);
  if (erase) context.setLineDash([5, 4]);
  strokeOnAny(context);
  context.restore();
}

/** The cross that the keyboard moves. */
export function paintCross(context: Context, at: Point): void {
  context.save();
  for (const [width, colour] of [
    [4, 'rgba(0, 0, 0, 0.6)'],
    [2, '#ffffff'],
  ] as const) {
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      context.moveTo(at.x + dx * 4, at.y + dy * 4);
      context.lineTo(at.x + dx * 14, at.y + dy * 14);
    }
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.restore();
}
