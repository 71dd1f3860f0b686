/** Keys to deeds: listens on the window, asks the shortcuts what was meant, and calls the page's state. */

import { comboOf, commandFor, labelPlace, type Command } from '../logic/shortcuts';
import { toPicture } from '../logic/view';
import { app } from './app.svelte';

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

const DOES: Record<Command, () => void> = {
  finish: () => app.finish(),
  undo: () => app.undo(),
  redo: () => app.redo(),
  remove: () => app.remove(),
  delete_object: () => app.deleteObject(),
  cancel: () => app.cancel(),
  switch_click: () => (app.positive = !app.positive),
  click_tool: () => (app.tool = 'click'),
  brush: () => (app.tool = app.tool === 'brush' ? 'click' : 'brush'),
  eraser: () => (app.tool = app.tool === 'eraser' ? 'click' : 'eraser'),
  smaller: () => app.resizeBrush(false),
  larger: () => app.resizeBrush(true),
  fill_holes: () => app.clean('holes'),
  drop_specks: () => app.clean('specks'),
  clear: () => app.clear(),
  keep_out: () => app.toggleKeepOut(),
  merge: () => app.merge(pixel()),
  reopen: () => {
    const at = pixel();
    if (at) app.openObject(app.objectAt(at));
  },
  hide: () => {
    const object = app.work?.openObject;
    if (object) app.edit(object.id, { visible: !object.visible });
  },
  hide_all: () => app.toggleAll(),
  fit: () => app.fit(),
  actual: () => app.actual(),
  zoom_in: () => app.zoom(1.5, app.pointer),
  zoom_out: () => app.zoom(1 / 1.5, app.pointer),
  view_mode: () => app.nextMode(),
  next: () => app.step(1),
  previous: () => app.step(-1),
  done: () => app.setDone(!app.work?.document.done),
  done_next: () => void app.doneAndNext(),
  copy_next: () => void app.copyToNext(),
  save: () => app.saved(),
  export: () => (app.dialog = 'export'),
  import: () => (app.dialog = 'import'),
  help: () => (app.dialog = app.dialog === 'help' ? null : 'help'),
  cursor_click: () => {
    if (!app.cross) app.cross = { x: app.box.width / 2, y: app.box.height / 2 };
    else {
      const at = pixel();
      if (at) app.click(at, app.positive, false);
    }
  },
};

/** The pixel under the cross or the pointer. */
function pixel() {
  const at = app.cross ?? app.pointer;
  if (!at || !app.view || !app.picture) return null;
  const { x, y } = toPicture(app.view, at);
  const inside = x >= 0 && y >= 0 && x < app.picture.width && y < app.picture.height;
  return inside ? { x: Math.floor(x), y: Math.floor(y) } : null;
}

/** Begins to listen; gives the function that stops it. */
export function listenToKeys(): () => void {
  const stop = new AbortController();
  let space = 0;
  const release = () => app.flushCollected();

  const down = (event: KeyboardEvent) => {
    if (app.dialog !== null || app.work?.conflict) return;
    const target = event.target as HTMLElement;
    if (target.closest('input:not([type=range], [type=checkbox], [type=color]), textarea, select')) {
      if (event.key === 'Escape') target.blur();
      return;
    }
    const combo = comboOf(event);
    if (combo === null) return;
    // A button or slider that the keyboard has reached keeps its own keys.
    const slider = target.closest('input[type=range]') !== null;
    if (slider && combo.startsWith('Arrow')) return;
    const own = !slider && target.closest('button, a, input') !== null;
    if (own && (combo === 'Space' || combo === 'Enter')) return;
    const place = labelPlace(event);
    if (place !== null) {
      const label = app.labels[place];
      if (label) app.useLabel(label.id);
      return;
    }
    if (moveCross(event)) {
      event.preventDefault();
      return;
    }
    const command = commandFor(combo, app.settings.values.shortcuts);
    if (combo === 'Space') {
      event.preventDefault();
      if (!event.repeat) {
        app.grabbing = true;
        app.panned = false;
        space = performance.now();
      }
      return;
    }
    if (command === null) return;
    event.preventDefault();
    const held = ['undo', 'redo', 'next', 'previous', 'smaller', 'larger', 'zoom_in', 'zoom_out'].includes(
      command,
    );
    if (!event.repeat || held) DOES[command]();
  };

  const up = (event: KeyboardEvent) => {
    if (event.key === 'Control' || event.key === 'Meta') release();
    if (event.key !== ' ' || space === 0) return;
    const tapped = app.grabbing && !app.panned && performance.now() - space < TAP;
    space = 0;
    app.grabbing = false;
    const command = commandFor('Space', app.settings.values.shortcuts);
    if (tapped && command) DOES[command]();
  };

  // A slider or box that the mouse has set gives the keys back to the canvas.
  const letGo = (event: PointerEvent) => {
    const target = event.target as HTMLElement;
    if (target.matches('input[type=range], input[type=checkbox]') && !target.closest('dialog'))
      setTimeout(() => target.blur());
  };

  const options = { signal: stop.signal };
  window.addEventListener('keydown', down, options);
  window.addEventListener('keyup', up, options);
  window.addEventListener('pointerup', letGo, options);
  window.addEventListener(
    'blur',
    () => {
      release();
      app.grabbing = false;
      space = 0;
    },
    options,
  );
  return () => stop.abort();
}

function moveCross(event: KeyboardEvent): boolean {
  const way = ARROWS[event.key];
  if (!way || !event.shiftKey || event.ctrlKey || event.metaKey) return false;
  const from = app.cross ?? { x: app.box.width / 2, y: app.box.height / 2 };
  const step = event.altKey ? 1 : STEP;
  app.cross = {
    x: Math.min(Math.max(from.x + way[0] * step, 0), app.box.width - 1),
    y: Math.min(Math.max(from.y + way[1] * step, 0), app.box.height - 1),
  };
  return true;
}

export function run(command: Command): void {
  DOES[command]();
}
