/** Attributes as a person types them. Pure. */

import type { Attribute, AttributeValue } from '../api/types';
import type { Text } from '../language/en';
import { t } from '../language/language.svelte';

export const KINDS: readonly [Attribute['kind'], Text][] = [
  ['text', 'Text'],
  ['number', 'Number'],
  ['choice', 'Choice'],
  ['bool', 'Yes or no'],
];

/** The value that a field's text stands for; null: none; undefined: it does not fit. */
export function valueOf(attribute: Attribute, typed: string): AttributeValue | null | undefined {
  const text = typed.trim();
  if (text === '') return null;
  if (attribute.kind === 'bool') return text === 'true';
  if (attribute.kind !== 'number') return text;
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : undefined;
}

/** The attribute that a person described, or why it cannot be. */
export function described(
  name: string,
  kind: Attribute['kind'],
  choices: string,
  others: readonly Attribute[],
): Attribute | string {
  const trimmed = name.trim();
  if (trimmed === '') return t('Give the attribute a name.');
  if (others.some((other) => other.name === trimmed))
    return t('There is a “{name}” already.', { name: trimmed });
  if (kind !== 'choice') return { name: trimmed, kind, choices: [] };
  const list = choices
    .split(',')
    .map((choice) => choice.trim())
    .filter(Boolean);
  const unique = [...new Set(list)];
  if (unique.length < 2) return t('Give at least two choices, with commas between them.');
  return { name: trimmed, kind, choices: unique };
}
