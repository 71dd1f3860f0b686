/** Keys: their commands, their notation, and a person's own choice. Data and pure functions. */

import type { Text } from '../language/en';

export type Command =
  | 'finish'
  | 'undo'
  | 'redo'
  | 'remove'
  | 'delete_object'
  | 'cancel'
  | 'switch_click'
  | 'click_tool'
  | 'brush'
  | 'eraser'
  | 'polygon'
  | 'vertices'
  | 'select'
  | 'select_all'
  | 'duplicate'
  | 'copy'
  | 'paste'
  | 'take_local'
  | 'invert'
  | 'whole'
  | 'smaller'
  | 'larger'
  | 'fill_holes'
  | 'drop_specks'
  | 'clear'
  | 'keep_out'
  | 'pick_label'
  | 'merge'
  | 'reopen'
  | 'hide'
  | 'hide_all'
  | 'fit'
  | 'actual'
  | 'zoom_in'
  | 'zoom_out'
  | 'view_mode'
  | 'adjust'
  | 'next'
  | 'previous'
  | 'done'
  | 'done_next'
  | 'doubtful'
  | 'checked'
  | 'checked_next'
  | 'find'
  | 'statistics'
  | 'learn'
  | 'copy_next'
  | 'carry'
  | 'save'
  | 'export'
  | 'import'
  | 'help'
  | 'cursor_click';

export interface Shortcut {
  command: Command;
  title: Text;
  group: 'Objects' | 'Correcting' | 'View' | 'Pictures';
  keys: readonly string[];
}

/** Mod is Ctrl, on a Mac also Command. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    command: 'finish',
    title: 'Finish the object',
    group: 'Objects',
    keys: ['Space', 'Enter', 'N'],
  },
  { command: 'reopen', title: 'Open the object under the pointer', group: 'Objects', keys: ['E'] },
  { command: 'cancel', title: 'Cancel, close the object', group: 'Objects', keys: ['Escape'] },
  {
    command: 'delete_object',
    title: 'Delete the object',
    group: 'Objects',
    keys: ['Shift+Delete', 'Shift+Backspace'],
  },
  { command: 'pick_label', title: 'Type a label', group: 'Objects', keys: ['L'] },
  { command: 'keep_out', title: 'Keep finished neighbours out', group: 'Objects', keys: ['K'] },
  {
    command: 'merge',
    title: 'Merge with the object at the pointer',
    group: 'Objects',
    keys: ['J'],
  },
  { command: 'select', title: 'Select tool', group: 'Objects', keys: ['S'] },
  { command: 'select_all', title: 'Choose all objects', group: 'Objects', keys: ['Mod+A'] },
  { command: 'duplicate', title: 'Duplicate', group: 'Objects', keys: ['Mod+D'] },
  { command: 'copy', title: 'Copy', group: 'Objects', keys: ['Mod+C'] },
  {
    command: 'paste',
    title: 'Paste, on this or another picture',
    group: 'Objects',
    keys: ['Mod+V'],
  },
  { command: 'hide', title: 'Hide or show the object', group: 'Objects', keys: ['H'] },
  { command: 'hide_all', title: 'Hide or show all objects', group: 'Objects', keys: ['Shift+H'] },
  { command: 'undo', title: 'Undo', group: 'Correcting', keys: ['Mod+Z'] },
  { command: 'redo', title: 'Redo', group: 'Correcting', keys: ['Mod+Shift+Z', 'Mod+Y'] },
  {
    command: 'remove',
    title: 'Remove the click at the pointer, or the last',
    group: 'Correcting',
    keys: ['Delete', 'Backspace'],
  },
  { command: 'clear', title: 'Clear the object', group: 'Correcting', keys: ['Shift+C'] },
  {
    command: 'switch_click',
    title: 'Switch between adding and removing',
    group: 'Correcting',
    keys: ['X'],
  },
  { command: 'click_tool', title: 'Click tool', group: 'Correcting', keys: ['V'] },
  { command: 'brush', title: 'Brush', group: 'Correcting', keys: ['B'] },
  { command: 'eraser', title: 'Eraser', group: 'Correcting', keys: ['Shift+B', 'R'] },
  { command: 'polygon', title: 'Polygon and lasso', group: 'Correcting', keys: ['P'] },
  { command: 'vertices', title: 'Corners of the outline', group: 'Correcting', keys: ['O'] },
  {
    command: 'take_local',
    title: 'Keep only what changed at the click',
    group: 'Correcting',
    keys: ['T'],
  },
  { command: 'invert', title: 'Invert the object', group: 'Correcting', keys: ['I'] },
  { command: 'whole', title: 'Take the whole picture', group: 'Correcting', keys: ['Shift+A'] },
  { command: 'smaller', title: 'Smaller brush', group: 'Correcting', keys: ['['] },
  { command: 'larger', title: 'Larger brush', group: 'Correcting', keys: [']'] },
  { command: 'fill_holes', title: 'Fill holes', group: 'Correcting', keys: ['G'] },
  { command: 'drop_specks', title: 'Drop specks', group: 'Correcting', keys: ['Shift+G'] },
  {
    command: 'cursor_click',
    title: 'Click at the cross',
    group: 'Correcting',
    keys: ['C'],
  },
  { command: 'fit', title: 'Fit the picture', group: 'View', keys: ['F'] },
  { command: 'actual', title: '100 %', group: 'View', keys: ['0', 'Mod+0'] },
  { command: 'zoom_in', title: 'Zoom in', group: 'View', keys: ['+', '='] },
  { command: 'zoom_out', title: 'Zoom out', group: 'View', keys: ['-'] },
  { command: 'view_mode', title: 'Overlay, beside, mask, picture', group: 'View', keys: ['M'] },
  { command: 'adjust', title: 'Brightness, contrast, gamma', group: 'View', keys: ['Shift+M'] },
  { command: 'help', title: 'This list', group: 'View', keys: ['?', 'F1'] },
  {
    command: 'next',
    title: 'Next picture',
    group: 'Pictures',
    keys: ['D', 'ArrowRight', 'ArrowDown'],
  },
  {
    command: 'previous',
    title: 'Previous picture',
    group: 'Pictures',
    keys: ['A', 'ArrowLeft', 'ArrowUp'],
  },
  { command: 'done', title: 'Picture done', group: 'Pictures', keys: ['Mod+Enter'] },
  {
    command: 'done_next',
    title: 'Picture done, show the next',
    group: 'Pictures',
    keys: ['Shift+D', 'Shift+Enter'],
  },
  { command: 'doubtful', title: 'Picture doubtful', group: 'Pictures', keys: ['Q'] },
  { command: 'checked', title: 'Picture checked', group: 'Pictures', keys: ['Y'] },
  {
    command: 'checked_next',
    title: 'Picture checked, show the next that is done',
    group: 'Pictures',
    keys: ['Shift+Y'],
  },
  { command: 'statistics', title: 'Statistics', group: 'Pictures', keys: ['Shift+S'] },
  { command: 'learn', title: 'Learn from my masks', group: 'Pictures', keys: ['Shift+L'] },
  { command: 'find', title: 'Find a picture', group: 'Pictures', keys: ['/'] },
  {
    command: 'copy_next',
    title: 'Copy the objects to the next picture',
    group: 'Pictures',
    keys: ['Mod+B'],
  },
  {
    command: 'carry',
    title: 'Carry the objects through the next pictures',
    group: 'Pictures',
    keys: ['W'],
  },
  { command: 'save', title: 'Is it saved? (It always is)', group: 'Pictures', keys: ['Mod+S'] },
  { command: 'import', title: 'Import', group: 'Pictures', keys: ['Mod+O'] },
  { command: 'export', title: 'Export', group: 'Pictures', keys: ['Mod+E'] },
];

/** A person's choice: command to keys. */
export type Choice = Partial<Record<Command, string[]>>;

export interface Pressed {
  key: string;
  code?: string;
  ctrlKey?: boolean;
  metaKey?: boolean;
  shiftKey?: boolean;
  altKey?: boolean;
}

/** The notation of a pressed key: "Mod+Shift+Z", "Space", "?"; null for a modifier alone. */
export function comboOf(event: Pressed): string | null {
  if (['Control', 'Meta', 'Shift', 'Alt', 'AltGraph', 'Dead', 'Process'].includes(event.key))
    return null;
  const key = keyName(event);
  const sign = key.length === 1 && !/[A-Z0-9]/.test(key);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Mod');
  if (event.altKey && !sign) parts.push('Alt');
  if (event.shiftKey && !sign) parts.push('Shift');
  return [...parts, key].join('+');
}

function keyName(event: Pressed): string {
  if (event.key === ' ') return 'Space';
  if (event.key.length > 1) return event.key;
  const upper = event.key.toUpperCase();
  if (/^[\x21-\x7e]$/.test(upper)) return upper;
  // Keyboards of other scripts: the key's position names the letter.
  const letter = /^Key([A-Z])$/.exec(event.code ?? '');
  return letter ? letter[1]! : upper;
}

export const keysOf = (command: Command, choice: Choice): readonly string[] =>
  choice[command] ?? SHORTCUTS.find((shortcut) => shortcut.command === command)!.keys;

export function commandFor(combo: string, choice: Choice): Command | null {
  return (
    SHORTCUTS.find((shortcut) => keysOf(shortcut.command, choice).includes(combo))?.command ?? null
  );
}

/** The choice with a key assigned to a command; another command that had it loses it. */
export function assign(choice: Choice, command: Command, combo: string): Choice {
  const next: Choice = { ...choice };
  for (const { command: other } of SHORTCUTS) {
    const keys = keysOf(other, choice);
    if (other !== command && keys.includes(combo))
      next[other] = keys.filter((key) => key !== combo);
  }
  next[command] = [combo];
  return next;
}

/** The index (0 to 8) of the label that a digit key means, on any keyboard; null for other keys. */
export function labelIndex(event: Pressed): number | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null;
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code ?? '') ?? /^([1-9])$/.exec(event.key);
  return digit ? Number(digit[1]) - 1 : null;
}

const NAMES: Record<string, string> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Backspace: '⌫',
  Delete: 'Del',
  Space: 'Space',
};

/** The keys of a combination, as they are printed on keyboards. */
export function printed(combo: string, mac: boolean): string[] {
  const parts =
    combo === '+'
      ? ['+']
      : combo
          .split('+')
          .map((part, index, all) => (part === '' && index === all.length - 1 ? '+' : part))
          .filter(Boolean);
  return parts.map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (NAMES[part] ?? part)));
}

/** One line for a tooltip: "Undo (Ctrl+Z)". */
export function withKeys(title: string, command: Command, choice: Choice, mac: boolean): string {
  const first = keysOf(command, choice)[0];
  return first ? `${title} (${printed(first, mac).join('+')})` : title;
}
