import { describe, expect, it } from 'vitest';
import type { Action } from '../api/types';
import {
  activeAfter,
  currentId,
  preview,
  remade,
  renamed,
  resolve,
  withFollowingClicks,
  type LocalAction,
} from './pending';
import { EMPTY, fromRuns, toRuns } from './spans';
import { object, state } from '../testing/states';

const click = (x: number, y: number, positive = true) => ({ x, y, positive });
const onto = (id: number | null, ...clicks: ReturnType<typeof click>[]): Action => ({
  type: 'click',
  object: id,
  clicks,
  label: null,
  keep_out: null,
});

const EMPTY_STROKE = { type: 'stroke' as const, spans: EMPTY, label: null };
const waits = (key: number, action: LocalAction) => ({ key, uuid: '', action });

describe('preview', () => {
  it('shows a waiting click at once, in a round of its own', () => {
    const before = state(1, [
      object(1, { clicks: [{ ...click(1, 2), round: 0, index: 0 }] }),
    ]).document;
    const [seen] = preview(before, [waits(1, onto(1, click(5, 6, false)))]).objects;
    expect(seen!.clicks).toEqual([
      { ...click(1, 2), round: 0, index: 0 },
      { ...click(5, 6, false), round: 1, index: 1, pending: true },
    ]);
    expect(before.objects[0]!.clicks).toHaveLength(1);
  });

  it('makes a new object under a local id that later clicks can use', () => {
    const seen = preview(state(0).document, [
      waits(4, onto(null, click(1, 1))),
      waits(5, onto(-4, click(2, 2))),
    ]).objects;
    expect(seen.map((object) => [object.id, object.clicks.length])).toEqual([[-4, 2]]);
  });

  it('counts the index of a click to remove among those that wait', () => {
    const [seen] = preview(
      state(1, [object(1, { clicks: [{ ...click(1, 1), round: 0, index: 0 }] })]).document,
      [waits(1, onto(1, click(2, 2))), waits(2, { type: 'remove_click', object: 1, index: 1 })],
    ).objects;
    expect(seen!.clicks.map((click) => click.x)).toEqual([1]);
  });

  it('shows boxes and scribbles, and moves the indices behind one that is removed', () => {
    const box = { left: 1, top: 1, right: 9, bottom: 9 };
    const points = [
      [1, 1],
      [4, 4],
    ];
    const all = [
      waits(1, { type: 'prompt' as const, object: 1, prompts: [box] }),
      waits(2, onto(1, click(2, 2))),
      waits(3, { type: 'prompt' as const, object: 1, prompts: [{ points, positive: false }] }),
    ];
    const before = state(1, [object(1)]).document;
    const [seen] = preview(before, all).objects;
    expect(seen!.boxes).toEqual([{ ...box, round: 0, index: 0 }]);
    expect(seen!.scribbles).toEqual([{ points, positive: false, round: 2, index: 2 }]);
    const [rest] = preview(before, [
      ...all,
      waits(4, { type: 'remove_click', object: 1, index: 0 }),
    ]).objects;
    expect([rest!.boxes, rest!.clicks[0]!.index, rest!.scribbles[0]!.index]).toEqual([[], 0, 1]);
  });

  it('edits, moves and deletes', () => {
    const before = state(1, [object(1), object(2), object(3)]).document;
    const seen = preview(before, [
      waits(1, { type: 'edit_object', object: 2, visible: false }),
      waits(2, { type: 'move_object', object: 3, index: 0 }),
      waits(3, { type: 'delete_objects', objects: [1] }),
      waits(4, { type: 'mark_picture', mark: 'checked' }),
    ]);
    expect(seen.objects.map((object) => [object.id, object.visible])).toEqual([
      [3, true],
      [2, false],
    ]);
    expect([seen.done, seen.mark]).toEqual([true, 'checked']);
  });
});

it('follows an id from name to name', () => {
  const names = new Map([
    [-4, 7],
    [7, -9],
  ]);
  expect([currentId(-4, names), currentId(3, names)]).toEqual([-9, 3]);
});

describe('withFollowingClicks', () => {
  const merged = (...actions: LocalAction[]) => {
    const found = withFollowingClicks(actions.map((action, index) => waits(index + 1, action)));
    return [found.count, found.merged.action];
  };

  it('joins the clicks on one object up to the next other action', () => {
    const [a, b, c] = [click(1, 1), click(2, 2, false), click(3, 3)];
    expect(merged(onto(null, a), onto(-1, b), { type: 'undo' }, onto(-1, c))).toEqual([
      2,
      onto(null, a, b),
    ]);
    expect(merged(onto(5, a, b), onto(5, c))).toEqual([2, onto(5, a, b, c)]);
    expect(merged(onto(5, a), onto(null, b))).toEqual([1, onto(5, a)]);
    expect(merged({ type: 'redo' }, onto(5, a))).toEqual([1, { type: 'redo' }]);
  });
});

describe('remade', () => {
  it('lets the first click or stroke make the object again, with its properties', () => {
    const gone = object(5, { label: 2, keep_out: true });
    const pending = [waits(1, { type: 'undo' }), waits(2, onto(5, click(1, 1)))];
    const again = remade(pending, gone);
    expect(again?.id).toBe(-2);
    expect(again?.pending[1]!.action).toMatchObject({ object: null, label: 2, keep_out: true });
    const erasing: LocalAction = { ...EMPTY_STROKE, object: 5, effect: 'erase' };
    expect(remade([waits(1, erasing)], gone)).toBeNull();
    expect(remade([waits(1, onto(6, click(1, 1)))], gone)).toBeNull();
    const painting = remade([waits(1, { ...erasing, effect: 'add' })], gone);
    expect(painting?.pending[0]!.action).toMatchObject({ type: 'stroke', object: null, label: 2 });
  });
});

describe('resolve', () => {
  const runs = { left: 0, top: 0, width: 4, height: 1, runs: [0, 4] };
  const maskOf = (sha: string) => (sha === 'm' ? fromRuns(runs) : null);

  it('turns a stroke into the mask that is there when its turn comes', () => {
    const spans = fromRuns({ left: 2, top: 0, width: 4, height: 1, runs: [0, 4] });
    const now = state(2, [object(1, { mask: 'm' })]);
    const stroke = { type: 'stroke' as const, object: 1, spans, label: null };
    expect(resolve({ ...stroke, effect: 'add' }, now, maskOf)).toMatchObject({
      type: 'set_mask',
      mask: { left: 0, width: 6, runs: [0, 6] },
    });
    expect(resolve({ ...stroke, effect: 'erase' }, now, maskOf)).toMatchObject({
      mask: { left: 0, width: 2, runs: [0, 2] },
    });
    expect(resolve({ ...stroke, effect: 'flip' }, now, maskOf)).toMatchObject({
      mask: { left: 0, width: 6, runs: [0, 2, 2, 2] },
    });
    expect(resolve({ ...stroke, object: 9, effect: 'flip' }, now, maskOf)).toBeNull();
    expect(toRuns(maskOf('m')!)).toEqual(runs);
  });

  it('replaces a local id by the number', () => {
    const now = state(2, [object(7)]);
    const action = renamed(onto(-4, click(1, 1)), new Map([[-4, 7]]));
    expect(resolve(action as Action, now, maskOf)).toMatchObject({ object: 7 });
  });

  it('voids what belongs to an object that is gone', () => {
    expect(resolve(onto(9, click(1, 1)), state(2, [object(7)]), maskOf)).toBeNull();
    expect(
      resolve({ type: 'delete_objects', objects: [9, 7] }, state(2, [object(7)]), maskOf),
    ).toEqual({ type: 'delete_objects', objects: [7] });
  });
});

describe('merging', () => {
  const before = state(1, [object(1), object(2), object(3)]);
  const merge = (id: number, ...objects: number[]): Action => ({
    type: 'merge_objects',
    object: id,
    objects,
  });

  it('shows which objects wait for it', () => {
    const seen = preview(before.document, [waits(1, merge(1, 3))]).objects;
    expect(seen.map((object) => object.pending)).toEqual([true, false, true]);
  });

  it('is sent with real numbers, without what is gone', () => {
    const names = new Map([[-7, 2]]);
    const sent = (action: Action) => resolve(renamed(action, names), before, () => null);
    expect(sent(merge(-7, 3, 9))).toEqual(merge(2, 3));
    expect(sent(merge(1, 9))).toBeNull();
    expect(sent(merge(9, 1))).toBeNull();
  });
});

describe('activeAfter', () => {
  it('activates the object that came back or changed', () => {
    expect(activeAfter(state(1, []), state(2, [object(4)]), null)).toBe(4);
    expect(
      activeAfter(state(1, [object(4, { finished: true })]), state(2, [object(4)]), null),
    ).toBe(4);
  });

  it('deactivates what is gone or finished', () => {
    expect(activeAfter(state(1, [object(4)]), state(2, []), 4)).toBeNull();
    expect(
      activeAfter(state(1, [object(4)]), state(2, [object(4, { finished: true })]), 4),
    ).toBeNull();
  });

  it('keeps a finished object active that was activated again and changed', () => {
    const was = state(1, [object(4, { finished: true, mask: 'a' })]);
    expect(activeAfter(was, state(2, [object(4, { finished: true, mask: 'b' })]), 4)).toBe(4);
  });

  it('keeps the active object when another thing changed', () => {
    expect(activeAfter(state(1, [object(4)]), state(2, [object(4, { label: 2 })]), 4)).toBe(4);
  });
});
