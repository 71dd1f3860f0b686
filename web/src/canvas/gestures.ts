/** Turns mouse, pen and fingers into what they mean: click, pan, zoom, paint, hover. Knows no picture. */

import type { Point } from '../logic/view';

/** A pointer that moved less was held still, screen pixels. */
const STILL = 4;
/** A click with the main button may slip so far, screen pixels: hands shake. */
const SLIP = 12;

export interface Meaning {
  /** secondary: right button. touch: fingers cannot say which sign they mean. */
  click(at: Point, how: { secondary: boolean; turned: boolean; collect: boolean; touch: boolean }): void;
  pan(dx: number, dy: number): void;
  zoom(at: Point, factor: number): void;
  pinch(before: [Point, Point], after: [Point, Point]): void;
  /** Whether the main button paints; asked at each press. */
  paints(): boolean;
  /** Whether the hand tool is on (Space is down). */
  grabs(): boolean;
  paint(at: Point, phase: 'start' | 'move' | 'end' | 'cancel', other: boolean): void;
  hover(at: Point | null): void;
}

interface Press {
  start: Point;
  last: Point;
  kind: 'click' | 'secondary' | 'pan' | 'paint' | 'finger' | 'none';
  moved: boolean;
  turned: boolean;
  collect: boolean;
}

/** Listens on the element; gives the function that stops it. */
export function listen(element: HTMLElement, meaning: Meaning): () => void {
  const presses = new Map<number, Press>();
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    handler: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ) => element.addEventListener(name, handler, { ...options, signal: stop.signal });
  const place = (event: MouseEvent): Point => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on('pointerdown', (event) => {
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const at = place(event);
    if (event.pointerType === 'touch' && presses.size > 0) {
      // A second finger: what the first began was the start of a pinch.
      for (const press of presses.values()) {
        if (press.kind === 'paint') meaning.paint(press.last, 'cancel', false);
        press.kind = 'none';
      }
      presses.set(event.pointerId, { ...pressed(event, at), kind: 'none' });
      return;
    }
    const press = pressed(event, at);
    presses.set(event.pointerId, press);
    if (event.button === 1 || (event.button === 0 && meaning.grabs())) press.kind = 'pan';
    else if (meaning.paints() && event.button === 0) {
      press.kind = 'paint';
      meaning.paint(at, 'start', press.turned);
    } else if (event.pointerType === 'touch') press.kind = 'finger';
    if (event.button === 1) event.preventDefault();
  });

  on('pointermove', (event) => {
    const at = place(event);
    const press = presses.get(event.pointerId);
    if (!press) {
      if (event.pointerType !== 'touch') meaning.hover(at);
      return;
    }
    const before = press.last;
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    const fingers = [...presses.values()];
    if (event.pointerType === 'touch' && fingers.length >= 2) {
      const other = fingers.find((one) => one !== press)!;
      press.last = at;
      meaning.pinch([before, other.last], [at, other.last]);
      return;
    }
    const far = Math.hypot(at.x - press.start.x, at.y - press.start.y);
    const began = !press.moved && far > (press.kind === 'click' ? SLIP : press.kind === 'finger' ? 8 : STILL);
    if (began) press.moved = true;
    press.last = at;
    if (press.kind === 'paint') {
      for (const one of event.getCoalescedEvents?.() ?? []) meaning.paint(place(one), 'move', press.turned);
      meaning.paint(at, 'move', press.turned);
      meaning.hover(at);
    } else if (press.kind === 'pan') meaning.pan(dx, dy);
    else if ((press.kind === 'secondary' || press.kind === 'finger') && press.moved)
      if (began) meaning.pan(at.x - press.start.x, at.y - press.start.y);
      else meaning.pan(dx, dy);
    else if (event.pointerType !== 'touch') meaning.hover(at);
  });

  on('pointerup', (event) => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    if (!press) return;
    if (press.kind === 'paint') meaning.paint(place(event), 'end', press.turned);
    if (press.moved || !['click', 'secondary', 'finger'].includes(press.kind)) return;
    meaning.click(press.start, {
      secondary: press.kind === 'secondary',
      turned: press.turned,
      collect: press.collect || event.ctrlKey || event.metaKey,
      touch: press.kind === 'finger',
    });
  });

  on('pointercancel', (event) => {
    const press = presses.get(event.pointerId);
    presses.delete(event.pointerId);
    if (press?.kind === 'paint') meaning.paint(press.last, 'cancel', false);
  });
  on('pointerleave', () => meaning.hover(null));
  on('contextmenu', (event) => event.preventDefault());
  on('auxclick', (event) => event.preventDefault());
  on(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      // Pinches on trackpads come as wheels with Ctrl, in small steps.
      const speed = event.ctrlKey && Math.abs(event.deltaY) < 40 ? 0.012 : 0.0018;
      const amount = Math.max(-240, Math.min(240, event.deltaY * lines));
      meaning.zoom(place(event), Math.exp(-amount * speed));
    },
    { passive: false },
  );

  return () => stop.abort();
}

function pressed(event: PointerEvent, at: Point): Press {
  const mac = /Mac|iP(hone|ad)/.test(navigator.platform);
  // On a Mac Ctrl+click is the right button.
  const secondary = event.button === 2 || (mac && event.button === 0 && event.ctrlKey);
  return {
    start: at,
    last: at,
    kind: event.button === 0 && !secondary ? 'click' : secondary ? 'secondary' : 'none',
    moved: false,
    turned: event.shiftKey || event.altKey,
    collect: event.metaKey || (event.ctrlKey && !mac),
  };
}
