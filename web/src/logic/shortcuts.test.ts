import { describe, expect, it } from 'vitest';
import {
  assign,
  comboOf,
  commandFor,
  keysOf,
  labelIndex,
  printed,
  SHORTCUTS,
  withKeys,
} from './shortcuts';

describe('shortcuts', () => {
  it('are written the same however they are pressed', () => {
    expect(comboOf({ key: 'z', ctrlKey: true })).toBe('Mod+Z');
    expect(comboOf({ key: 'Z', metaKey: true, shiftKey: true })).toBe('Mod+Shift+Z');
    expect(comboOf({ key: ' ' })).toBe('Space');
    expect(comboOf({ key: '?', shiftKey: true })).toBe('?');
    expect(comboOf({ key: '[', altKey: true })).toBe('[');
    expect(comboOf({ key: 'Control', ctrlKey: true })).toBeNull();
  });

  it('work on keyboards of other scripts', () => {
    expect(comboOf({ key: 'я', code: 'KeyZ', ctrlKey: true })).toBe('Mod+Z');
  });

  it('are the ones that hands know', () => {
    const known = {
      'Mod+Z': 'undo',
      'Mod+Shift+Z': 'redo',
      'Mod+Y': 'redo',
      Space: 'finish',
      Enter: 'finish',
      N: 'finish',
      D: 'next',
      A: 'previous',
      Delete: 'remove',
      Backspace: 'remove',
      Escape: 'cancel',
      F: 'fit',
      '?': 'help',
      '[': 'smaller',
      ']': 'larger',
    };
    for (const [combo, command] of Object.entries(known))
      expect(commandFor(combo, {})).toBe(command);
  });

  it('have one meaning each', () => {
    const all = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
    expect(new Set(all).size).toBe(all.length);
  });

  it('can be given away: the old owner loses the key', () => {
    const choice = assign({}, 'brush', 'D');
    expect(commandFor('D', choice)).toBe('brush');
    expect(keysOf('next', choice)).toEqual(['ArrowRight', 'ArrowDown']);
    expect(commandFor('B', choice)).toBeNull();
  });

  it('leave the digits to the labels', () => {
    expect(labelIndex({ key: '3' })).toBe(2);
    expect(labelIndex({ key: '"', code: 'Digit3' })).toBe(2);
    expect(labelIndex({ key: '0', code: 'Digit0' })).toBeNull();
    expect(labelIndex({ key: '3', ctrlKey: true })).toBeNull();
  });

  it('are printed as on the keyboard', () => {
    expect(printed('Mod+Shift+Z', false)).toEqual(['Ctrl', 'Shift', 'Z']);
    expect(printed('Mod++', true)).toEqual(['⌘', '+']);
    expect(printed('+', false)).toEqual(['+']);
    expect(withKeys('Undo', 'undo', {}, false)).toBe('Undo (Ctrl+Z)');
  });
});
