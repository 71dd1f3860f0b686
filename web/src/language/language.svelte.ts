/** The language of the page: what it says in which words, and how it writes numbers.
 *
 * English is at hand; the dictionary of another language is loaded when it is chosen. What the
 * server says (errors, what undo takes back) is English.
 */

import { NOUNS, type Dictionary, type Forms, type Noun, type Text } from './en';

/** The languages that there are, each by its own name. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  zh: '中文',
  ja: '日本語',
} as const;
export type Code = keyof typeof LANGUAGES;
type Values = Record<string, string | number>;

const LOADERS: Record<Exclude<Code, 'en'>, () => Promise<{ default: Dictionary }>> = {
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
  zh: () => import('./zh'),
  ja: () => import('./ja'),
};

interface Spoken {
  code: Code;
  dictionary: Dictionary | null;
  numbers: Intl.NumberFormat;
  short: Intl.NumberFormat;
  plurals: Intl.PluralRules;
}

const made = (code: Code, dictionary: Dictionary | null): Spoken => ({
  code,
  dictionary,
  numbers: new Intl.NumberFormat(code),
  short: new Intl.NumberFormat(code, { notation: 'compact', maximumSignificantDigits: 3 }),
  plurals: new Intl.PluralRules(code),
});

let spoken: Spoken = $state.raw(made('en', null));
/** Counts the choices: a dictionary that comes late is not taken. */
let choices = 0;

/** The language that a person set, or the first of the browser's that there is. */
export function chosen(setting: string, preferred: readonly string[]): Code {
  const known = (code: string): code is Code => Object.hasOwn(LANGUAGES, code);
  if (known(setting)) return setting;
  return preferred.map((tag) => tag.split('-')[0]!.toLowerCase()).find(known) ?? 'en';
}

/** Use a language from now on; without its dictionary (no connection) the page stays as it is. */
export async function speak(code: Code): Promise<void> {
  const choice = ++choices;
  try {
    const dictionary = code === 'en' ? null : (await LOADERS[code]()).default;
    if (choice === choices) spoken = made(code, dictionary);
  } catch {
    // Words that are understood by many are better than none.
  }
}

/** The code of the language in use. */
export const languageCode = (): Code => spoken.code;

/** A text of the page, with its values filled in. */
export function t(text: Text, values: Values = {}): string {
  return filled(spoken.dictionary?.texts[text] ?? text, values);
}

/** The same for what may be the server's, or a person's own: what no dictionary has stays. */
export function said(text: string): string {
  const { dictionary } = spoken;
  return dictionary && Object.hasOwn(dictionary.texts, text)
    ? dictionary.texts[text as Text]
    : text;
}

/** A counted noun: "1 picture", "2 pictures". */
export function plural(count: number, noun: Noun): string {
  const forms: Forms = spoken.dictionary?.nouns[noun] ?? NOUNS[noun];
  const form = forms[spoken.plurals.select(count)] ?? forms.other;
  return filled(form, { count: spoken.numbers.format(count) });
}

/** A count in few letters: 999, 52.3K, 2M. */
export const short = (count: number): string => spoken.short.format(count);

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
