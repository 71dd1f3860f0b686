import { describe, expect, it } from 'vitest';
import type { ClickManner } from '../canvas/gestures';
import { toScreen } from '../logic/view';
import { area } from '../logic/spans';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';

const PLAIN: ClickManner = { secondary: false, modified: false, collect: false, touch: false };

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
    click(here, 50, 10, { modified: true });
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
    expect(brush.stroke?.erase).toBe(true);
    pointing.paint(at(10, 10), 'cancel', true);
    expect(brush.stroke).toBeNull();
  });
});

it('hovering finds the marker under the pointer, but not while painting', async () => {
  const here = await started();
  click(here, 10, 10);
  const { editing, pointing, viewport } = here.app;
  const at = toScreen(viewport.view!, { x: 10.5, y: 10.5 });
  pointing.hover(at);
  expect([editing.hovered, viewport.pixel]).toEqual([0, { x: 10, y: 10 }]);
  pointing.hover(null);
  expect([editing.hovered, viewport.pointer]).toEqual([null, null]);
  editing.tool = 'brush';
  pointing.hover(at);
  expect(editing.hovered).toBeNull();
});
