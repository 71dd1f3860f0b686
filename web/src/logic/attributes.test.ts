import { expect, it } from 'vitest';
import type { Attribute } from '../api/types';
import { described, valueOf } from './attributes';

const of = (kind: Attribute['kind']): Attribute => ({ name: 'a', kind, choices: [] });

it('reads what is typed as its attribute needs it', () => {
  expect(valueOf(of('text'), ' as is ')).toBe('as is');
  expect(valueOf(of('number'), '2,5')).toBe(2.5);
  expect(valueOf(of('number'), 'heavy')).toBeUndefined();
  expect([valueOf(of('bool'), 'true'), valueOf(of('bool'), 'false')]).toEqual([true, false]);
  for (const kind of ['text', 'number', 'bool', 'choice'] as const)
    expect(valueOf(of(kind), ' ')).toBeNull();
});

it('makes an attribute of what a person describes, or says what is missing', () => {
  expect(described(' colour ', 'choice', 'red, blue,, red', [])).toEqual({
    name: 'colour',
    kind: 'choice',
    choices: ['red', 'blue'],
  });
  expect(described('note', 'text', 'ignored', [])).toEqual({ ...of('text'), name: 'note' });
  expect(described('', 'text', '', [])).toMatch(/a name/);
  expect(described('a', 'text', '', [of('text')])).toMatch(/already/);
  expect(described('a', 'choice', 'red', [])).toMatch(/two choices/);
});
