/** Turns mouse, pen and fingers into what they mean: click, pan, zoom, paint, hover. Knows no
 * picture.
 */

import type { Point } from '../logic/view';

/** A click may slip so far, screen pixels: hands shake, whichever button they press. */
const SLIP = 12;
/** A finger may slip so far, screen pixels. */
const FINGER_SLIP = 8;
/** Touches of at least this width or height are palms, screen pixels. */
const PALM = 60;
/** Fingers do not click for so long after a pen was seen: the hand that holds it lies on the screen. */
const PEN_TIME = 5 * 60_000;
/** Pixels of a line and of a page, for wheels that count in those. */
const WHEEL_UNITS = [1, 16, 400];
/** Most of one turn of the wheel, pixels. */
const WHEEL_LIMIT = 240;
/** Zoom per pixel of the wheel; of a trackpad's pinch, which comes as small steps with Ctrl. */
const WHEEL_SPEED = 0.0018;
const PINCH_SPEED = 0.012;
const PINCH_STEP = 40;

/** How the button was pressed for a click. */
export interface ClickManner {
  /** The right button. */
  secondary: boolean;
  shift: boolean;
  alt: boolean;
  /** The click is to be collected with others. */
  collect: boolean;
  /** A finger, which has no second button. */
  touch: boolean;
}

export interface GestureHandler {
  click(at: Point, manner: ClickManner): void;
  pan(dx: number, dy: number): void;
  zoom(at: Point, factor: number): void;
  pinch(before: [Point, Point], after: [Point, Point]): void;
  /** Whether the main button paints; asked at each press. */
  paints(): boolean;
  /** Whether the main button pans (Space is down). */
  grabs(): boolean;
  /** modified: Alt is held. straight: Shift is held. */
  paint(
    at: Point,
    phase: 'start' | 'move' | 'end' | 'cancel',
    modified: boolean,
    straight?: boolean,
  ): void;
  /** The main button draws: a box, a line, an outline. from: where it was pressed. */
  draw(
    from: Point,
    at: Point,
    phase: 'start' | 'move' | 'end' | 'cancel',
    keys: { shift: boolean; alt: boolean },
  ): void;
  /** alt: whether that key is held. */
  hover(at: Point | null, alt: boolean): void;
}

interface Press {
  start: Point;
  last: Point;
  kind: 'click' | 'draw' | 'secondary' | 'pan' | 'paint' | 'finger' | 'none';
  moved: boolean;
  shift: boolean;
  alt: boolean;
  touch: boolean;
  collect: boolean;
}

/** Listen on the element; returns the function that stops it. mac: Ctrl+click is the right button.
 */
export function listen(element: HTMLElement, handler: GestureHandler, mac: boolean): () => void {
  const presses = new Map<number, Press>();
  /** When a pen was seen last, milliseconds of the events' clock. */
  let penAt = -Infinity;
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ) => element.addEventListener(name, listener, { ...options, signal: stop.signal });
  const pointOf = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on('pointerdown', (event) => {
    const touch = event.pointerType === 'touch';
    const busy = [...presses.values()].some((press) => !press.touch);
    if (event.pointerType === 'pen') penAt = event.timeStamp;
    // A palm, or a hand put down while a pen or the mouse is at work, means nothing.
    if (touch && (busy || event.width >= PALM || event.height >= PALM)) return;
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const at = pointOf(event);
    const press = pressOf(event, at, mac);
    if (touch && presses.size > 0) {
      // A second finger: what the first began was the start of a pinch.
      for (const other of presses.values()) {
        if (other.kind === 'paint') handler.paint(other.last, 'cancel', false);
        other.kind = 'none';
      }
      presses.set(event.pointerId, { ...press, kind: 'none' });
      return;
    }
    presses.set(event.pointerId, press);
    if (touch && event.timeStamp - penAt < PEN_TIME) {
      press.kind = 'pan';
      return;
    }
    if (event.button === 1 || (event.button === 0 && handler.grabs())) press.kind = 'pan';
    else if (handler.paints() && event.button === 0) {
      press.kind = 'paint';
      handler.paint(at, 'start', press.alt, press.shift);
    } else if (touch) press.kind = 'finger';
    if (event.button === 1) event.preventDefault();
  });

  on('pointermove', (event) => {
    if (event.pointerType === 'pen') penAt = event.timeStamp;
    const at = pointOf(event);
    const press = presses.get(event.pointerId);
    if (!press) {
      if (event.pointerType !== 'touch') handler.hover(at, event.altKey);
      return;
    }
    const before = press.last;
    press.last = at;
    const other = [...presses.values()].find((candidate) => candidate !== press);
    if (event.pointerType === 'touch' && other) {
      handler.pinch([before, other.last], [at, other.last]);
      return;
    }
    const distance = Math.hypot(at.x - press.start.x, at.y - press.start.y);
    const begins = !press.moved && distance > slipOf(press);
    if (begins) press.moved = true;
    if (press.kind === 'paint') {
      const modified = press.alt;
      for (const between of event.getCoalescedEvents?.() ?? [])
        handler.paint(pointOf(between), 'move', modified);
      handler.paint(at, 'move', modified);
      handler.hover(at, event.altKey);
    } else if (press.kind === 'pan') handler.pan(at.x - before.x, at.y - before.y);
    else if (press.kind === 'draw' || (press.kind === 'click' && begins)) {
      if (begins) handler.draw(press.start, press.start, 'start', press);
      press.kind = 'draw';
      for (const between of event.getCoalescedEvents?.() ?? [])
        handler.draw(press.start, pointOf(between), 'move', press);
      handler.draw(press.start, at, 'move', press);
      handler.hover(at, event.altKey);
    } else if ((press.kind === 'secondary' || press.kind === 'finger') && press.moved) {
      const from = begins ? press.start : before;
      handler.pan(at.x - from.x, at.y - from.y);
    } else if (event.pointerType !== 'touch') handler.hover(at, event.altKey);
  });

  on('pointerup', (event) => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    if (!press) return;
    if (press.kind === 'paint') handler.paint(pointOf(event), 'end', press.alt);
    if (press.kind === 'draw') handler.draw(press.start, pointOf(event), 'end', press);
    if (press.moved || !['click', 'secondary', 'finger'].includes(press.kind)) return;
    handler.click(press.start, {
      secondary: press.kind === 'secondary',
      shift: press.shift,
      alt: press.alt,
      collect: press.collect || event.ctrlKey || event.metaKey,
      touch: press.kind === 'finger',
    });
  });

  on('pointercancel', (event) => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    if (press?.kind === 'paint') handler.paint(press.last, 'cancel', false);
    if (press?.kind === 'draw') handler.draw(press.start, press.last, 'cancel', press);
  });
  on('pointerleave', (event) => handler.hover(null, event.altKey));
  on('contextmenu', (event) => event.preventDefault());
  on('auxclick', (event) => event.preventDefault());
  on(
    'wheel',
    (event) => {
      event.preventDefault();
      const pinch = event.ctrlKey && Math.abs(event.deltaY) < PINCH_STEP;
      const pixels = event.deltaY * (WHEEL_UNITS[event.deltaMode] ?? 1);
      const amount = Math.max(-WHEEL_LIMIT, Math.min(WHEEL_LIMIT, pixels));
      handler.zoom(pointOf(event), Math.exp(-amount * (pinch ? PINCH_SPEED : WHEEL_SPEED)));
    },
    { passive: false },
  );

  return () => stop.abort();
}

function slipOf(press: Press): number {
  return press.kind === 'finger' ? FINGER_SLIP : SLIP;
}

function pressOf(event: PointerEvent, at: Point, mac: boolean): Press {
  const secondary = event.button === 2 || (mac && event.button === 0 && event.ctrlKey);
  return {
    start: at,
    last: at,
    kind: secondary ? 'secondary' : event.button === 0 ? 'click' : 'none',
    moved: false,
    shift: event.shiftKey,
    alt: event.altKey,
    touch: event.pointerType === 'touch',
    collect: event.metaKey || (event.ctrlKey && !mac),
  };
}
