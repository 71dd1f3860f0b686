/// <reference types="vite/client" />
import { afterEach, expect, it } from 'vitest';
import de from './de';
import { NOUNS, TEXTS } from './en';
import es from './es';
import fr from './fr';
import ja from './ja';
import { chosen, LANGUAGES, plural, said, short, speak, t } from './language.svelte';
import zh from './zh';

const DICTIONARIES = { de, fr, es, zh, ja };
const braces = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

afterEach(() => speak('en'));

it('has all languages but English as dictionaries', () => {
  expect(['en', ...Object.keys(DICTIONARIES)]).toEqual(Object.keys(LANGUAGES));
});

it.each(Object.entries(DICTIONARIES))('%s has every text, with the same values', (code, made) => {
  expect(Object.keys(made.texts).sort()).toEqual([...TEXTS].sort());
  for (const text of TEXTS) {
    expect(made.texts[text].trim(), text).not.toBe('');
    expect(braces(made.texts[text]), text).toEqual(braces(text));
  }
  expect(Object.keys(made.nouns)).toEqual(Object.keys(NOUNS));
  const rules = new Intl.PluralRules(code);
  for (const [noun, forms] of Object.entries(made.nouns))
    for (const count of [0, 1, 2, 5, 11, 100])
      expect(forms[rules.select(count)] ?? forms.other, noun).toContain('{count}');
});

it('speaks the language that was chosen, and numbers in its form', async () => {
  expect([t('Undo'), plural(1, 'picture'), plural(1200, 'picture')]).toEqual([
    'Undo',
    '1 picture',
    '1,200 pictures',
  ]);
  await speak('de');
  expect([t('Undo'), plural(1, 'picture'), plural(1200, 'picture')]).toEqual([
    'Rückgängig',
    '1 Bild',
    '1.200 Bilder',
  ]);
  expect(t('Colour of {name}', { name: 'Kopf {x}' })).toBe('Farbe von Kopf {x}');
  expect([said('Undo'), said('the disk is full'), said('toString')]).toEqual([
    'Rückgängig',
    'the disk is full',
    'toString',
  ]);
  await speak('ja');
  expect([plural(1, 'object'), plural(2, 'object')]).toEqual(['1 個の対象', '2 個の対象']);
  await speak('en');
  expect(short(52_340)).toBe('52.3K');
});

it('takes the setting, then the first language of the browser that there is, then English', () => {
  expect(chosen('fr', ['de-DE'])).toBe('fr');
  expect(chosen('auto', ['nl-NL', 'zh-Hans-CN', 'de'])).toBe('zh');
  expect(chosen('auto', ['nl', 'pt-BR'])).toBe('en');
  expect(chosen('toString', ['constructor'])).toBe('en');
});

it('knows every text that is handed on as a title, a notice or an announcement', () => {
  const sources = import.meta.glob<string>(
    ['../{components,state,logic}/*.{svelte,ts}', '!../**/*.test.ts'],
    { query: '?raw', import: 'default', eager: true },
  );
  const files = Object.values(sources);
  const handed = /(?:title="|tip\(\s*'|notes\.(?:add|announce)\(\s*'|title: ')([A-Z][^'"{]*)['"]/g;
  const found = files.flatMap((file) => [...file.matchAll(handed)].map((match) => match[1]!));
  expect(found.length).toBeGreaterThan(80);
  const known: ReadonlySet<string> = new Set(TEXTS);
  expect(found.filter((text) => !known.has(text))).toEqual([]);
});
