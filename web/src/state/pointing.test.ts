import { describe, expect, it } from 'vitest';
import type { ClickManner } from '../canvas/gestures';
import { toScreen } from '../logic/view';
import { area } from '../logic/spans';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';

const PLAIN: ClickManner = {
  secondary: false,
  shift: false,
  alt: false,
  collect: false,
  touch: false,
};

/** Click on a pixel of the picture. */
function click({ app }: Started, x: number, y: number, manner: Partial<ClickManner> = {}) {
  const at = toScreen(app.viewport.view!, { x: x + 0.5, y: y + 0.5 });
  app.pointing.click(at, { ...PLAIN, ...manner });
}
const clicks = ({ app }: Started) =>
  (app.navigation.current?.active?.clicks ?? []).map(({ x, y, positive }) => [x, y, positive]);

describe('a click', () => {
  it('has the sign of its button and of the switch', async () => {
    const here = await started();
    click(here, 10, 10);
    click(here, 30, 10, { secondary: true });
    click(here, 50, 10, { shift: true });
    here.app.editing.positive = false;
    click(here, 70, 10);
    click(here, 90, 10, { secondary: true });
    click(here, 10, 50, { touch: true });
    expect(clicks(here)).toEqual([
      [10, 10, true],
      [30, 10, false],
      [50, 10, false],
      [70, 10, false],
      [90, 10, true],
      [10, 50, false],
    ]);
  });

  it('is one click, however often the button is pressed at once', async () => {
    const here = await started();
    click(here, 10, 10);
    here.platform.pass(150);
    click(here, 11, 10);
    here.platform.pass(390);
    click(here, 10, 11);
    await settled();
    expect(clicks(here)).toEqual([[10, 10, true]]);
    here.platform.pass(500);
    click(here, 11, 11);
    click(here, 40, 40);
    expect(clicks(here)).toEqual([
      [10, 10, true],
      [11, 11, true],
      [40, 40, true],
    ]);
  });

  it('right after a command is a click of its own, also at the same spot', async () => {
    const here = await started();
    click(here, 10, 10);
    await settled();
    here.app.commands.undo();
    click(here, 11, 10);
    await settled();
    expect(here.server.actions.map((action) => action.type)).toEqual(['click', 'undo', 'click']);
  });

  it('with another button right after the first counts', async () => {
    const here = await started();
    click(here, 10, 10);
    click(here, 11, 10, { secondary: true });
    expect(clicks(here).map(([, , positive]) => positive)).toEqual([true, false]);
  });

  it('on a marker is a click like any other, but not twice on one pixel', async () => {
    const here = await started();
    click(here, 10, 10);
    here.platform.pass(1000);
    click(here, 10, 10);
    expect(here.app.notes.shown.at(-1)?.text).toMatch(/clicked there already/);
    here.platform.pass(1000);
    click(here, 11, 10);
    here.platform.pass(1000);
    click(here, 10, 10, { secondary: true });
    expect(clicks(here)).toEqual([
      [10, 10, true],
      [11, 10, true],
      [10, 10, false],
    ]);
  });

  it('with Alt removes on a marker and is negative elsewhere', async () => {
    const here = await started();
    click(here, 10, 10);
    click(here, 60, 60);
    click(here, 30, 30, { alt: true });
    here.platform.pass(1000);
    click(here, 60, 60, { alt: true });
    expect(clicks(here)).toEqual([
      [10, 10, true],
      [30, 30, false],
    ]);
  });

  it('of a finger on a marker opens its menu, another tap closes it', async () => {
    const here = await started();
    const { pointing } = here.app;
    click(here, 10, 10, { touch: true });
    here.platform.pass(1000);
    click(here, 12, 10, { touch: true });
    expect([pointing.menu, clicks(here).length]).toEqual([0, 1]);
    here.platform.pass(1000);
    click(here, 70, 70, { touch: true });
    expect([pointing.menu, clicks(here).length]).toEqual([null, 1]);
    here.platform.pass(1000);
    click(here, 10, 10, { touch: true });
    pointing.removeByMenu();
    expect([pointing.menu, clicks(here).length]).toEqual([null, 0]);
  });

  it('beside the picture does nothing', async () => {
    const here = await started();
    here.app.pointing.click({ x: 1, y: 1 }, PLAIN);
    expect(here.app.unsaved).toBe(false);
  });

  it('in the second pane means the same pixel', async () => {
    const here = await started();
    here.app.settings.set('mode', 'beside');
    here.app.pointing.size = { width: 1002, height: 400 };
    here.app.viewport.resize(here.app.pointing.box);
    expect(here.app.pointing.panes.map((pane) => pane.left)).toEqual([0, 502]);
    const at = toScreen(here.app.viewport.view!, { x: 20.5, y: 30.5 });
    here.app.pointing.click({ x: at.x + 502, y: at.y }, PLAIN);
    expect(clicks(here)).toEqual([[20, 30, true]]);
  });
});

describe('the brush', () => {
  it('paints along the pointer, and the other way with a modifier', async () => {
    const here = await started();
    const { editing, pointing, viewport, brush } = here.app;
    editing.tool = 'brush';
    here.app.settings.set('brushSize', 1);
    const at = (x: number, y: number) => toScreen(viewport.view!, { x: x + 0.5, y: y + 0.5 });
    expect(pointing.paints()).toBe(true);
    pointing.paint(at(10, 10), 'start', false);
    pointing.paint(at(14, 10), 'move', false);
    expect(area(brush.stroke!.spans)).toBe(5);
    pointing.paint(at(14, 10), 'end', false);
    await settled();
    pointing.paint(at(10, 10), 'start', true);
    expect(brush.stroke?.effect).toBe('erase');
    pointing.paint(at(10, 10), 'cancel', true);
    expect(brush.stroke).toBeNull();
  });
});

it('hovering finds the marker under the pointer, but not while painting', async () => {
  const here = await started();
  click(here, 10, 10);
  const { editing, pointing, viewport } = here.app;
  const at = toScreen(viewport.view!, { x: 10.5, y: 10.5 });
  pointing.hover(at, true);
  expect(editing.removing).toBe(true);
  expect([editing.hovered, viewport.pixel]).toEqual([0, { x: 10, y: 10 }]);
  pointing.hover(null, false);
  expect([editing.hovered, viewport.pointer]).toEqual([null, null]);
  editing.tool = 'brush';
  pointing.hover(at, false);
  expect(editing.hovered).toBeNull();
});
