import { describe, expect, it } from 'vitest';
import { area, contains, fromRuns, toRuns, union } from '../logic/spans';
import { toScreen, type Point } from '../logic/view';
import { started, type Started } from '../testing/app';
import { settled } from '../testing/platform';
import { FakeServer } from '../testing/server';

const NO_KEYS = { shift: false, alt: false };
const MANNER = { secondary: false, shift: false, alt: false, collect: false, touch: false };

const on = ({ app }: Started, x: number, y: number): Point =>
  toScreen(app.viewport.view!, { x, y });
/** Press at the first point, move over the others, release. */
function drag(here: Started, points: [number, number][], keys = NO_KEYS): void {
  const way = points.map(([x, y]) => on(here, x, y));
  way.forEach((at, index) =>
    here.app.pointing.draw(way[0]!, at, index === 0 ? 'start' : 'move', keys),
  );
  here.app.pointing.draw(way[0]!, way.at(-1)!, 'end', keys);
}
function press(here: Started, x: number, y: number, more: object = {}): void {
  here.platform.pass(1000);
  here.app.pointing.click(on(here, x, y), { ...MANNER, ...more });
}
const last = ({ server }: Started) => server.actions.at(-1);

/** A picture with one object of 10 x 10 pixels at each of these corners. */
async function drawn(...corners: [number, number][]): Promise<Started> {
  const server = new FakeServer('a.jpg', 'b.jpg');
  const stored = server.pictures.get(1)!;
  const here = await started(server);
  for (const [x, y] of corners) {
    here.app.editing.tool = 'polygon';
    const square: [number, number][] = [
      [x, y],
      [x + 10, y],
      [x + 10, y + 10],
      [x, y + 10],
    ];
    for (const [cx, cy] of square) press(here, cx, cy);
    here.app.commands.finish();
    await settled();
    const { mask } = last(here) as unknown as { mask: never };
    const made = stored.objects.at(-1)!;
    made.mask = `mask ${made.id}`;
    here.app.editing.activate(null);
    here.app.editing.tool = 'click';
    const state = { ...server.state(1), masks: { [made.mask]: mask } };
    stored.row = { ...stored.row, version: stored.row.version + 1 };
    here.app.navigation.current!.refresh({ ...state, picture: stored.row });
  }
  return here;
}

describe('dragging in the click tool', () => {
  it('is a box for the active object or a new one', async () => {
    const here = await started();
    drag(here, [
      [40.5, 30.5],
      [12.2, 8.4],
    ]);
    await settled();
    const box = { left: 12, top: 8, right: 41, bottom: 31 };
    expect(last(here)).toEqual({
      type: 'prompt',
      object: null,
      prompts: [box],
      label: null,
      keep_out: false,
    });
    expect(here.app.pointing.dragging).toBe(false);
  });

  it('is a scribble with Shift, and off the object with Alt', async () => {
    const here = await started();
    press(here, 50, 50);
    await settled();
    const way: [number, number][] = [
      [10.5, 10.5],
      [20.5, 10.5],
      [20.5, 30.5],
    ];
    drag(here, way, { shift: true, alt: true });
    await settled();
    const points = way.map(([x, y]) => [Math.floor(x), Math.floor(y)]);
    expect(last(here)).toMatchObject({ object: 1, prompts: [{ points, positive: false }] });
  });

  it('ends with Escape, and with another picture', async () => {
    const here = await started(['a.jpg', 'b.jpg']);
    const { pointing } = here.app;
    pointing.draw(on(here, 5, 5), on(here, 5, 5), 'start', NO_KEYS);
    here.app.commands.cancel();
    pointing.draw(on(here, 5, 5), on(here, 40, 40), 'move', NO_KEYS);
    pointing.draw(on(here, 5, 5), on(here, 40, 40), 'end', NO_KEYS);
    pointing.draw(on(here, 5, 5), on(here, 5, 5), 'start', NO_KEYS);
    await here.app.navigation.go(1);
    pointing.draw(on(here, 5, 5), on(here, 40, 40), 'end', NO_KEYS);
    await settled();
    expect(here.server.actions).toEqual([]);
  });
});

describe('the outline', () => {
  it('is closed by a key, the first corner or a double click, and can be cut out', async () => {
    const here = await drawn([20, 20]);
    here.app.editing.activate(1);
    here.app.editing.tool = 'polygon';
    for (const [x, y] of [
      [22, 22],
      [26, 22],
      [26, 26],
      [22, 26],
    ] as const)
      press(here, x, y);
    press(here, 22.1, 22.1, { alt: true });
    await settled();
    const { mask } = last(here) as unknown as { mask: Parameters<typeof fromRuns>[0] };
    const left = fromRuns(mask);
    expect([area(left), contains(left, 24, 24), contains(left, 20, 20)]).toEqual([84, false, true]);
  });

  it('loses corners by the right button and Delete, and all by Escape', async () => {
    const here = await started();
    here.app.editing.tool = 'polygon';
    for (let x = 10; x < 50; x += 10) press(here, x, 2 * x);
    press(here, 5, 5, { secondary: true });
    here.app.commands.remove();
    expect(here.app.outline.corners).toHaveLength(2);
    here.app.commands.cancel();
    here.app.commands.finish();
    await settled();
    expect(here.server.actions).toEqual([]);
  });

  it('follows a drag free-hand', async () => {
    const here = await started();
    here.app.editing.tool = 'polygon';
    drag(here, [
      [10, 10],
      [30, 10],
      [30, 30],
      [10, 30],
    ]);
    await settled();
    const { mask } = last(here) as unknown as { mask: Parameters<typeof fromRuns>[0] };
    expect(area(fromRuns(mask))).toBe(400);
  });
});

describe('several objects', () => {
  it('are chosen on the picture and in the list, and worked on together', async () => {
    const here = await drawn([5, 5], [30, 5], [55, 5]);
    const { app } = here;
    app.editing.tool = 'select';
    press(here, 8, 8);
    press(here, 58, 8, { shift: true });
    expect(app.editing.chosen).toEqual([1, 3]);
    app.pointing.hover(on(here, 35, 8), false);
    expect(app.editing.pointed).toBe(2);
    app.commands.hide();
    app.commands.duplicate();
    await settled();
    expect(here.server.actions.slice(-2)).toEqual([
      { type: 'edit_objects', objects: [1, 3], visible: false },
      { type: 'duplicate_objects', objects: [1, 3] },
    ]);
    app.commands.delete_object();
    await settled();
    expect(last(here)).toEqual({ type: 'delete_objects', objects: [1, 3] });
    expect(app.editing.chosen).toEqual([]);
  });

  it('are pasted on another picture', async () => {
    const here = await drawn([5, 5], [30, 5]);
    const { app } = here;
    app.commands.paste();
    expect(app.notes.shown.at(-1)?.text).toContain('Nothing is copied');
    app.editing.choose(2, false);
    app.commands.copy();
    await app.navigation.go(1);
    expect(app.editing.chosen).toEqual([]);
    app.commands.paste();
    await settled();
    expect(last(here)).toEqual({ type: 'copy_objects', picture: 1, objects: [2] });
  });
});

it('an object is inverted, and the whole picture taken', async () => {
  const here = await drawn([5, 5]);
  here.app.editing.activate(1);
  here.app.commands.invert();
  await settled();
  const inverted = last(here) as unknown as { mask: Parameters<typeof fromRuns>[0] };
  expect(area(fromRuns(inverted.mask))).toBe(100 * 80 - 100);
  here.app.editing.activate(null);
  here.app.commands.whole();
  await settled();
  const taken = last(here) as unknown as { mask: Parameters<typeof fromRuns>[0] };
  expect(area(fromRuns(taken.mask))).toBe(100 * 80);
});

it('a first click looks at what is visible when that is much less than the picture', async () => {
  const here = await started();
  press(here, 50, 40);
  await settled();
  expect(last(here)).not.toHaveProperty('within');
  here.app.editing.activate(null);
  here.app.viewport.zoom(4, on(here, 50, 40));
  press(here, 52, 41);
  press(here, 60, 41);
  await settled();
  const { within } = here.server.actions.find((action) => 'within' in action) as unknown as {
    within: { left: number; right: number; top: number; bottom: number };
  };
  expect((within.right - within.left) * (within.bottom - within.top)).toBeLessThan(2000);
  expect([within.left <= 52, within.right > 52]).toEqual([true, true]);
  expect(last(here)).toMatchObject({ type: 'click', clicks: [{ x: 60, y: 41 }] });
  expect(last(here)).not.toHaveProperty('within');
});

it('the window goes with prompts if the network is to see it, and clicks through two are apart', async () => {
  const here = await started();
  const { settings } = here.app;
  settings.set('window', { low: 10, high: 20 });
  press(here, 50, 40);
  await settled();
  expect(last(here)).not.toHaveProperty('window');
  settings.set('networkWindow', true);
  here.server.hold();
  press(here, 20, 20);
  press(here, 30, 20);
  press(here, 40, 20);
  settings.set('window', { low: 10, high: 30 });
  press(here, 60, 20);
  here.server.free();
  await settled();
  const sent = here.server.actions.slice(1) as unknown as { clicks: { x: number }[] }[];
  expect(sent.map(({ clicks }) => clicks.map(({ x }) => x))).toEqual([[20], [30, 40], [60]]);
  const windows = here.server.actions.map((action) => 'window' in action && action.window);
  const narrow = { low: 10, high: 20 };
  expect(windows).toEqual([false, narrow, narrow, { low: 10, high: 30 }]);
  settings.set('window', null);
  here.app.editing.prompt({ left: 1, top: 1, right: 9, bottom: 9 });
  await settled();
  expect(last(here)).not.toHaveProperty('window');
});

it('the setting of specks and holes goes with new objects, and to the open one', async () => {
  const here = await started();
  here.app.editing.useTidy(30);
  press(here, 50, 40);
  await settled();
  expect(last(here)).toMatchObject({ type: 'click', tidy: 30 });
  here.app.editing.useTidy(0);
  await settled();
  expect(last(here)).toEqual({ type: 'edit_object', object: 1, tidy: 0 });
});

it('a click that changes much more than its surroundings can be kept to them', async () => {
  const here = await drawn([20, 20]);
  const { app, server } = here;
  app.editing.activate(1);
  // The answer adds 4 x 4 pixels at the click, and 30 x 20 far from it.
  const old = server.state(1).document.objects[0]!.mask;
  const block = (left: number, top: number, width: number, height: number) =>
    fromRuns({ left, top, width, height, runs: [0, width * height] });
  const added = union(block(30, 20, 4, 4), block(50, 20, 30, 20));
  const answer = toRuns(union(block(20, 20, 10, 10), added))!;
  const stored = server.pictures.get(1)!;
  const state = server.state.bind(server);
  server.state = (id) => {
    const now = state(id);
    if (now.document.objects[0]?.clicks.length !== 1) return now;
    now.document.objects[0]!.mask = 'answer';
    return { ...now, masks: { answer } };
  };
  press(here, 32, 21);
  await settled();
  expect(app.notes.shown.at(-1)?.text).toContain('T keeps the change at the click only');
  app.commands.take_local();
  await settled();
  const { mask } = last(here) as unknown as { mask: Parameters<typeof fromRuns>[0] };
  const kept = fromRuns(mask);
  expect([old, area(kept), contains(kept, 31, 21), contains(kept, 55, 25)]).toEqual([
    'mask 1',
    116,
    true,
    false,
  ]);
  expect(stored.objects).toHaveLength(1);
  app.commands.take_local();
  expect(app.notes.shown.at(-1)?.text).toContain('Nothing larger');
});
