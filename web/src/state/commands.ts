/** What each command of the keyboard and of the buttons does. */

import type { Command } from '../logic/shortcuts';
import type { App } from './app.svelte';
import { ZOOM_STEP } from './viewport.svelte';

export type Commands = Record<Command, () => void>;

export function commandsOf(app: App): Commands {
  const { editing, brush, viewport, navigation, settings } = app;
  return {
    finish: () => editing.finish(),
    undo: () => editing.undo(),
    redo: () => editing.redo(),
    remove: () => editing.removeHoveredOrLast(),
    delete_object: () => editing.delete(),
    cancel: () => app.cancel(),
    switch_click: () => (editing.positive = !editing.positive),
    click_tool: () => (editing.tool = 'click'),
    brush: () => (editing.tool = editing.tool === 'brush' ? 'click' : 'brush'),
    eraser: () => (editing.tool = editing.tool === 'eraser' ? 'click' : 'eraser'),
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
    view_mode: () => settings.nextMode(),
    next: () => navigation.step(1),
    previous: () => navigation.step(-1),
    done: () => navigation.setDone(!navigation.current?.document.done),
    done_next: () => void navigation.doneAndNext(),
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
}
