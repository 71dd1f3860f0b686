/** How the picture is shown: brightness, contrast, gamma, grey. Masks and the network do not change.
 */

export interface Look {
  /** Factors; 1 leaves the picture as it is. */
  brightness: number;
  contrast: number;
  /** Above 1 the dark parts become lighter. */
  gamma: number;
  grey: boolean;
}

export const PLAIN: Look = { brightness: 1, contrast: 1, gamma: 1, grey: false };
/** Smallest and largest factor. */
export const RANGE = [0.25, 4] as const;
/** The id of the page's own filter for gamma, which style sheets have none for. */
export const GAMMA = 'picture-gamma';

/** The filter of a style sheet that shows a picture so; empty if it stays as it is. */
export function filterOf(look: Look): string {
  const parts: string[] = [];
  if (look.gamma !== 1) parts.push(`url(#${GAMMA})`);
  if (look.brightness !== 1) parts.push(`brightness(${look.brightness})`);
  if (look.contrast !== 1) parts.push(`contrast(${look.contrast})`);
  if (look.grey) parts.push('grayscale(1)');
  return parts.join(' ');
}
