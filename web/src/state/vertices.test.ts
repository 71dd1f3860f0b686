import { describe, expect, it } from 'vitest';
import { area, contains, fromRuns, type Spans } from '../logic/spans';
import { toScreen, type Point } from '../logic/view';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

const on = ({ app }: Started, x: number, y: number): Point =>
  toScreen(app.viewport.view!, { x, y });

/** A picture whose objects are squares of 20 x 20 pixels with these top left corners. */
async function drawn(...corners: [number, number][]): Promise<Started> {
  const server = new FakeServer('a.jpg', 'b.jpg');
  const stored = server.pictures.get(1)!;
  const here = await started(server);
  const { app } = here;
  for (const [x, y] of corners) {
    app.editing.tool = 'polygon';
    for (const [dx, dy] of [
      [0, 0],
      [20, 0],
      [20, 20],
      [0, 20],
    ] as const)
      app.outline.add({ x: x + dx, y: y + dy });
    app.commands.finish();
    await settled();
    const { mask } = server.actions.at(-1) as unknown as { mask: never };
    const made = stored.objects.at(-1)!;
    made.mask = `mask ${made.id}`;
    app.editing.activate(null);
    const state = { ...server.state(1), masks: { [made.mask]: mask } };
    stored.row = { ...stored.row, version: stored.row.version + 1 };
    app.navigation.current!.refresh({ ...state, picture: stored.row });
  }
  app.editing.activate(1);
  app.commands.vertices();
  return here;
}

/** Press at the first point, move over the others, release. */
function drag(here: Started, points: [number, number][], alt = false): void {
  const way = points.map(([x, y]) => on(here, x, y));
  const { pointing } = here.app;
  way.forEach((at, index) => pointing.paint(at, index === 0 ? 'start' : 'move', alt));
  pointing.paint(way.at(-1)!, 'end', alt);
}

function lastMask({ server }: Started): Spans {
  const { type, mask } = server.actions.at(-1) as unknown as {
    type: string;
    mask: Parameters<typeof fromRuns>[0];
  };
  expect(type).toBe('set_mask');
  return fromRuns(mask);
}

describe('the corners of the open outline', () => {
  it('are moved by a drag, and nothing else of the mask changes', async () => {
    const here = await drawn([20, 20]);
    expect(here.app.vertices.handles?.points).toHaveLength(4);
    // Taken beside the corner: it does not jump to the pointer.
    drag(here, [
      [39.5, 20.5],
      [45, 15],
      [49.5, 10.5],
    ]);
    await settled();
    const mask = lastMask(here);
    // The quadrilateral (20, 20), (50, 10), (40, 40), (20, 40).
    expect(area(mask)).toBeGreaterThan(590);
    expect(area(mask)).toBeLessThan(610);
    expect([contains(mask, 47, 12), contains(mask, 25, 39), contains(mask, 19, 25)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('are drawn out of a line, and taken out by Alt or Delete', async () => {
    const here = await drawn([20, 20]);
    drag(here, [
      [30, 20],
      [30, 10],
    ]);
    await settled();
    expect(area(lastMask(here))).toBe(500);
    const before = here.server.actions.length;
    here.app.pointing.hover(on(here, 40, 40), false);
    here.app.commands.remove();
    await settled();
    expect(here.server.actions).toHaveLength(before + 1);
    // Half of the square, without the pixels whose middles are on the diagonal.
    expect(area(lastMask(here))).toBe(190);
    // The server of this test keeps the square: the corner across is taken out of that.
    drag(here, [[20, 20]], true);
    await settled();
    expect(here.server.actions).toHaveLength(before + 2);
    expect(contains(lastMask(here), 21, 21)).toBe(false);
  });

  it('stay where they are after a press alone, Escape, or a drag by less than the hand shakes', async () => {
    const here = await drawn([20, 20]);
    const { actions } = here.server;
    const before = actions.length;
    drag(here, [[20, 20]]);
    drag(here, [[30, 20]]);
    const { pointing, commands, vertices } = here.app;
    pointing.paint(on(here, 20, 20), 'start', false);
    pointing.paint(on(here, 10, 10), 'move', false);
    expect([vertices.dragging, area(vertices.change!.spans) > 0]).toEqual([true, true]);
    commands.cancel();
    pointing.paint(on(here, 10, 10), 'end', false);
    await settled();
    expect(actions).toHaveLength(before);
    expect(here.app.editing.tool).toBe('vertices');
  });

  it('are those of another object after a press on it, and of none while a mask is awaited', async () => {
    const here = await drawn([20, 20], [60, 50]);
    const { app } = here;
    drag(here, [[70, 60]]);
    expect(app.navigation.current!.activeId).toBe(2);
    const { points } = app.vertices.handles!;
    expect(Math.min(...points.map(({ x }) => x))).toBe(60);
    app.editing.click({ x: 65, y: 55 }, true, false);
    expect(app.vertices.rings).toEqual([]);
    await app.navigation.go(1);
    expect(app.vertices.rings).toEqual([]);
  });
});
