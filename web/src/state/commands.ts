/** What each command of the keyboard and of the buttons does. */

import type { Command } from '../logic/shortcuts';
import type { App } from './app.svelte';
import type { Tool } from './editing.svelte';
import { ZOOM_STEP } from './viewport.svelte';

export type Commands = Record<Command, () => void>;

export function commandsOf(app: App): Commands {
  const { editing, brush, outline, pointing, vertices, viewport, navigation, settings } = app;
  const use = (tool: Tool) => (editing.tool = editing.tool === tool ? 'click' : tool);
  const commands: Commands = {
    finish: () => (outline.corners.length > 0 ? pointing.closeOutline() : editing.finish()),
    undo: () => editing.undo(),
    redo: () => editing.redo(),
    remove: () => {
      if (outline.corners.length > 0) outline.removeLast();
      else if (!vertices.removeHovered()) editing.removeHoveredOrLast();
    },
    delete_object: () => editing.delete(),
    cancel: () => app.cancel(),
    switch_click: () => (editing.positive = !editing.positive),
    click_tool: () => (editing.tool = 'click'),
    brush: () => use('brush'),
    eraser: () => use('eraser'),
    polygon: () => use('polygon'),
    vertices: () => use('vertices'),
    select: () => use('select'),
    select_all: () => editing.chooseAll(),
    duplicate: () => editing.duplicate(),
    copy: () => editing.copy(),
    paste: () => editing.paste(),
    take_local: () => editing.takeLocal(),
    invert: () => editing.invert(),
    whole: () => editing.takeWhole(),
    smaller: () => brush.shrink(),
    larger: () => brush.grow(),
    fill_holes: () => editing.fillHoles(),
    drop_specks: () => editing.dropSpecks(),
    clear: () => editing.clear(),
    pick_label: () => (app.pickingLabel = true),
    keep_out: () => editing.toggleKeepOut(),
    merge: () => editing.merge(viewport.pixel),
    reopen: () => editing.activateAt(viewport.pixel),
    hide: () => editing.toggleVisible(),
    hide_all: () => editing.toggleAllVisible(),
    fit: () => viewport.fit(),
    actual: () => viewport.actual(),
    zoom_in: () => viewport.zoom(ZOOM_STEP, viewport.pointer),
    zoom_out: () => viewport.zoom(1 / ZOOM_STEP, viewport.pointer),
    adjust: () => (app.adjusting = !app.adjusting),
    view_mode: () => settings.nextMode(),
    next: () => navigation.step(1),
    previous: () => navigation.step(-1),
    done: () => navigation.mark(navigation.current?.document.done ? null : 'done'),
    done_next: () => void navigation.doneAndNext(),
    doubtful: () => navigation.toggleMark('doubtful'),
    checked: () => navigation.toggleMark('checked'),
    checked_next: () => void navigation.checkedAndNext(),
    statistics: () => (app.dialog = 'statistics'),
    learn: () => (app.dialog = 'learn'),
    find: () => (app.finding = true),
    carry: () => void app.series.carry(),
    copy_next: () => void navigation.copyToNext(),
    save: () => app.saving.report(),
    export: () => (app.dialog = 'export'),
    import: () => (app.dialog = 'import'),
    help: () => (app.dialog = app.dialog === 'help' ? null : 'help'),
    cursor_click: () => {
      if (!viewport.cross) viewport.cross = viewport.middle;
      else if (viewport.pixel) editing.click(viewport.pixel, editing.positive, false);
    },
  };
  // A press that follows a command is never the second of a double click.
  return preceded(commands, () => pointing.separate());
}

/** The same commands, with something done before each of them. */
function preceded(commands: Commands, before: () => void): Commands {
  const both = Object.entries(commands).map(([name, run]) => [name, () => (before(), run())]);
  return Object.fromEntries(both) as Commands;
}
