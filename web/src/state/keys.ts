/** Listens to the keyboard and runs the commands that its keys stand for. */

import { comboOf, commandFor, labelIndex, type Command } from '../logic/shortcuts';
import type { App } from './app.svelte';

/** Space held longer than this was for panning, milliseconds. */
const TAP = 500;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
/** Steps of the keyboard's cross, screen pixels. */
const STEP = 12;
/** Commands that repeat while their key is held. */
const REPEATED: ReadonlySet<Command> = new Set([
  'undo',
  'redo',
  'next',
  'previous',
  'smaller',
  'larger',
  'zoom_in',
  'zoom_out',
]);
/** Where keys write text. */
const TEXT = 'input:not([type=range], [type=checkbox], [type=color]), textarea, select';

/** Listen on the window; returns the function that stops it. */
export function listenToKeys(target: EventTarget, app: App): () => void {
  const { editing, viewport, labels, settings } = app;
  const stop = new AbortController();
  /** When Space was pressed; null while it is not. */
  let spaceSince: number | null = null;

  const down = (event: KeyboardEvent) => {
    if (event.key === 'Alt') editing.removing = true;
    if (app.dialog !== null || app.navigation.current?.conflict) return;
    const element = event.target as HTMLElement;
    if (element.closest(TEXT)) {
      if (event.key === 'Escape') element.blur();
      return;
    }
    const combo = comboOf(event);
    if (combo === null) return;
    if (keepsKey(element, combo)) return;
    const index = labelIndex(event);
    if (index !== null) {
      const label = labels.all[index];
      if (label) editing.useLabel(label.id);
      return;
    }
    const direction = event.ctrlKey || event.metaKey ? undefined : ARROWS[event.key];
    if (direction && event.shiftKey) {
      const step = event.altKey ? 1 : STEP;
      viewport.moveCross(direction[0] * step, direction[1] * step);
      event.preventDefault();
      return;
    }
    if (combo === 'Space') {
      event.preventDefault();
      if (event.repeat) return;
      viewport.grabbing = true;
      viewport.panned = false;
      spaceSince = app.platform.now();
      return;
    }
    const command = commandFor(combo, settings.values.shortcuts);
    if (command === null) return;
    event.preventDefault();
    if (!event.repeat || REPEATED.has(command)) app.commands[command]();
  };

  const up = (event: KeyboardEvent) => {
    if (event.key === 'Control' || event.key === 'Meta') editing.flush();
    if (event.key === 'Alt') editing.removing = false;
    if (event.key !== ' ' || spaceSince === null) return;
    const short = app.platform.now() - spaceSince < TAP;
    const tapped = viewport.grabbing && !viewport.panned && short;
    releaseSpace();
    const command = commandFor('Space', settings.values.shortcuts);
    if (tapped && command) app.commands[command]();
  };

  const releaseSpace = () => {
    viewport.grabbing = false;
    spaceSince = null;
  };

  const options = { signal: stop.signal };
  target.addEventListener('keydown', (event) => down(event as KeyboardEvent), options);
  target.addEventListener('keyup', (event) => up(event as KeyboardEvent), options);
  target.addEventListener('pointerup', (event) => returnFocus(event.target as Element), options);
  target.addEventListener(
    'blur',
    () => {
      editing.flush();
      editing.removing = false;
      releaseSpace();
    },
    options,
  );
  return () => stop.abort();
}

/** Whether a button or slider that the keyboard has reached uses this key itself. */
function keepsKey(element: Element, combo: string): boolean {
  if (element.closest('input[type=range]')) return combo.startsWith('Arrow');
  const pressable = element.closest('button, a, input') !== null;
  return pressable && (combo === 'Space' || combo === 'Enter');
}

/** A slider or box that the mouse has set returns the keys to the canvas. */
function returnFocus(element: Element): void {
  const set = element.matches('input[type=range], input[type=checkbox]');
  if (set && !element.closest('dialog')) setTimeout(() => (element as HTMLElement).blur());
}
