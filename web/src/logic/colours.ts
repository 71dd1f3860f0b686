/** Colours of labels and objects: far apart in hue, bright enough for a contour on dark and light
 * pictures.
 */

import type { Label } from '../api/types';

export const PALETTE = [
  '#4f8cff',
  '#ff7a45',
  '#2fc98e',
  '#e85ad0',
  '#f5c02d',
  '#25c5e8',
  '#9a6bff',
  '#ff5470',
  '#9bd13c',
  '#ff9ebb',
  '#00a88f',
  '#c98b4b',
] as const;

/** An object's own colour, else its label's, else a colour by its number. */
export function objectColour(
  object: { id: number; label: number | null; colour: string | null },
  labels: readonly Label[],
): string {
  const label = labels.find((known) => known.id === object.label);
  return object.colour ?? label?.colour ?? PALETTE[Math.abs(object.id - 1) % PALETTE.length]!;
}

/** A colour for a new label: the first of the palette that no label has. */
export function freshColour(labels: readonly Label[]): string {
  const taken = new Set(labels.map((label) => label.colour.toLowerCase()));
  return PALETTE.find((colour) => !taken.has(colour)) ?? PALETTE[labels.length % PALETTE.length]!;
}

/** #rrggbb as three numbers, 0 to 255. */
export function channels(colour: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  return match ? [hex(match[1]!), hex(match[2]!), hex(match[3]!)] : [128, 128, 128];
}

export function withAlpha(colour: string, alpha: number): string {
  return `rgba(${channels(colour).join(', ')}, ${alpha})`;
}

/** Half way to white: the light side of a contour. */
export function lighter(colour: string): string {
  return `rgb(${channels(colour)
    .map((value) => Math.round((value + 255) / 2))
    .join(', ')})`;
}

/** Black or white, whichever is read better on the colour (relative luminance, WCAG 2). */
export function textOn(colour: string): string {
  const [r, g, b] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return luminance > 0.179 ? '#000000' : '#ffffff';
}

const hex = (text: string) => Number.parseInt(text, 16);
