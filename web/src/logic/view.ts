/** The view: how the picture lies on the screen. Values in, values out.
 *
 * Convention: screen = picture * scale + (x, y); x right, y down. In picture coordinates a pixel
 * covers
 * [i, i + 1), so that the pixel under a point is its floor.
 */

export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Largest zoom, screen pixels for a picture's pixel. */
export const MAX_SCALE = 64;
/** Margin round a fitted picture, screen pixels. */
const MARGIN = 16;
/** What always stays in sight of a picture, screen pixels. */
const IN_SIGHT = 48;

/** The whole picture in the middle of the box; small ones are enlarged at most fourfold. */
export function fit(picture: Size, box: Size): View {
  const room = (side: number) => Math.max(side - 2 * MARGIN, 1);
  const scale = Math.min(room(box.width) / picture.width, room(box.height) / picture.height, 4);
  return centred(picture, box, scale);
}

export function centred(picture: Size, box: Size, scale: number): View {
  return {
    scale,
    x: Math.round((box.width - picture.width * scale) / 2),
    y: Math.round((box.height - picture.height * scale) / 2),
  };
}

/** Zoomed by a factor; the point of the picture under `at` (screen) stays there. */
export function zoomAt(view: View, at: Point, factor: number, picture: Size, box: Size): View {
  const scale = clampScale(view.scale * factor, picture, box);
  const k = scale / view.scale;
  return keepInSight(
    { scale, x: at.x - (at.x - view.x) * k, y: at.y - (at.y - view.y) * k },
    picture,
    box,
  );
}

export function pan(view: View, dx: number, dy: number, picture: Size, box: Size): View {
  return keepInSight({ ...view, x: view.x + dx, y: view.y + dy }, picture, box);
}

export function clampScale(scale: number, picture: Size, box: Size): number {
  const smallest = Math.min(fit(picture, box).scale / 2, 1);
  return Math.min(Math.max(scale, smallest), MAX_SCALE);
}

/** A corner of the picture can be pushed out of the box, the picture cannot. */
export function keepInSight(view: View, picture: Size, box: Size): View {
  const inside = (value: number, length: number, room: number) => {
    const margin = Math.min(IN_SIGHT, length, room);
    return Math.min(Math.max(value, margin - length), room - margin);
  };
  return {
    scale: view.scale,
    x: inside(view.x, picture.width * view.scale, box.width),
    y: inside(view.y, picture.height * view.scale, box.height),
  };
}

export const toPicture = (view: View, at: Point): Point => ({
  x: (at.x - view.x) / view.scale,
  y: (at.y - view.y) / view.scale,
});

export const toScreen = (view: View, at: Point): Point => ({
  x: at.x * view.scale + view.x,
  y: at.y * view.scale + view.y,
});

/** The pixel under a point of the screen, or null outside the picture. */
export function pixelAt(view: View, at: Point, picture: Size): Point | null {
  const { x, y } = toPicture(view, at);
  const inside = x >= 0 && y >= 0 && x < picture.width && y < picture.height;
  return inside ? { x: Math.floor(x), y: Math.floor(y) } : null;
}

/** The part of the picture that the box shows, in whole pixels; may be empty. */
export function visible(view: View, picture: Size, box: Size): Rect {
  const from = toPicture(view, { x: 0, y: 0 });
  const to = toPicture(view, { x: box.width, y: box.height });
  return {
    left: Math.max(0, Math.floor(from.x)),
    top: Math.max(0, Math.floor(from.y)),
    right: Math.min(picture.width, Math.ceil(to.x)),
    bottom: Math.min(picture.height, Math.ceil(to.y)),
  };
}

/** A first click looks at what is visible where that is at most this share of the picture. */
const CLOSE = 0.25;

/** The part of the picture that a first click means by being zoomed in; null: all of it. */
export function lookedAt(view: View, picture: Size, box: Size): Rect | null {
  const part = visible(view, picture, box);
  const [width, height] = [part.right - part.left, part.bottom - part.top];
  if (width < 2 || height < 2) return null;
  return width * height <= CLOSE * picture.width * picture.height ? part : null;
}

/** Two fingers moved: the view that keeps each on its point of the picture (as far as two points
 * can say).
 */
export function pinch(
  view: View,
  before: [Point, Point],
  after: [Point, Point],
  picture: Size,
  box: Size,
): View {
  const middle = ([a, b]: [Point, Point]) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const length = ([a, b]: [Point, Point]) => Math.hypot(a.x - b.x, a.y - b.y);
  const [from, to] = [middle(before), middle(after)];
  const moved = { ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y };
  return zoomAt(moved, to, length(after) / Math.max(length(before), 1), picture, box);
}
