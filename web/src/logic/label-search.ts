/** Finding labels while a person types. Pure. */

import type { Label } from '../api/types';

/** Plain letters: upper case and accents make no difference. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase();
}

/** How well a name fits what was typed, 0 best; null if it does not fit. */
function rank(name: string, typed: string): number | null {
  if (name === typed) return 0;
  if (name.startsWith(typed)) return 1;
  if (name.split(/[\s_/.-]+/).some((word) => word.startsWith(typed))) return 2;
  if (name.includes(typed)) return 3;
  return isSubsequence(typed, name) ? 4 : null;
}

function isSubsequence(letters: string, text: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The labels that fit what was typed, the best first; with nothing typed all, recent ones first.
 *
 * recent: ids, the most recent first. Among equals recent labels come first, then the list's order.
 */
export function matchingLabels(
  labels: readonly Label[],
  typed: string,
  recent: readonly number[] = [],
): Label[] {
  const letters = plain(typed.trim());
  const age = (label: Label) => {
    const index = recent.indexOf(label.id);
    return index < 0 ? recent.length : index;
  };
  return labels
    .map((label) => ({ label, rank: letters ? rank(plain(label.name), letters) : 0 }))
    .filter((match): match is { label: Label; rank: number } => match.rank !== null)
    .sort((a, b) => a.rank - b.rank || age(a.label) - age(b.label))
    .map((match) => match.label);
}

/** Whether a label has exactly this name. */
export function isLabelName(labels: readonly Label[], name: string): boolean {
  return labels.some((label) => label.name === name.trim());
}
