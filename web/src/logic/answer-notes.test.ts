import { describe, expect, it } from 'vitest';
import type { Action, Network } from '../api/types';
import { madeByOther, noteFor } from './answer-notes';
import { object, state } from '../testing/states';

const network: Network = {
  name: 'n',
  sha256: 'weights',
  runtime: 'r',
  state: 'ready',
  problem: null,
  identity: 'new',
};
const click: Action = {
  type: 'click',
  object: 4,
  clicks: [{ x: 0, y: 0, positive: true }],
  label: null,
  keep_out: null,
};
const name = () => 'cup';
const old = state(1, [object(4, { network: 'old', mask: 'a' })]);
const now = state(2, [object(4, { network: 'new', mask: 'b' })]);

describe('work of another network', () => {
  it('is known once the present one is loaded', () => {
    const made = (identity: string | null) =>
      madeByOther(object(1, { network: identity }), network);
    expect([made('old'), made('new'), made(null)]).toEqual([true, false, false]);
    expect(madeByOther(object(1, { network: 'old' }), { ...network, state: 'loading' })).toBe(
      false,
    );
    expect(madeByOther(object(1, { network: 'old' }), null)).toBe(false);
  });

  it('is noted at the first click, and only then', () => {
    expect(noteFor(click, old, now, name)?.text).toBe(
      'cup was made with another network. Clicks continue from its mask; undo restores its earlier clicks.',
    );
    expect(noteFor(click, now, state(3, now.document.objects), name)).toBeNull();
    const alone = state(2, [object(4, { mask: 'a', start: true })]);
    expect(
      noteFor({ type: 'edit_object', object: 4, keep_out: true }, old, alone, name)?.text,
    ).toMatch(/continue/);
    expect(noteFor({ type: 'edit_object', object: 4, visible: true }, old, old, name)).toBeNull();
    expect(noteFor({ type: 'remove_click', object: 4, index: 0 }, old, alone, name)).toBeNull();
    expect(noteFor({ ...click, object: null }, state(1), now, name)).toBeNull();
    expect(noteFor({ type: 'undo' }, old, now, name)).toBeNull();
  });

  it('is made again where a click is removed or there was no mask', () => {
    expect(noteFor({ type: 'remove_click', object: 4, index: 0 }, old, now, name)?.text).toMatch(
      /made again/,
    );
    const empty = state(1, [object(4, { network: 'old' })]);
    expect(noteFor(click, empty, now, name)?.text).toMatch(/made again/);
  });
});

it('says that an object continues from its mask when the window changed', () => {
  const through = (window: { low: number; high: number } | null, version = 1) =>
    state(version, [object(4, { network: 'new', mask: 'a', window })]);
  const narrow = { low: 10, high: 20 };
  const text = /^cup was made through another window. Clicks continue from its mask/;
  expect(noteFor(click, through(null), through(narrow, 2), name)?.text).toMatch(text);
  expect(noteFor(click, through(narrow), through(null, 2), name)?.text).toMatch(text);
  expect(noteFor(click, through(narrow), through({ ...narrow }, 2), name)).toBeNull();
  const empty = state(1, [object(4, { network: 'new' })]);
  expect(noteFor(click, empty, through(narrow, 2), name)).toBeNull();
});

it('counts the objects that were copied', () => {
  const copy: Action = { type: 'copy_objects', picture: 9 };
  expect(noteFor(copy, state(1), state(2, [object(1), object(2)]), name)?.text).toMatch(
    /^2 objects copied/,
  );
  expect(noteFor(copy, old, old, name)?.text).toMatch(/already/);
});
