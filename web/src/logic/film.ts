/** Small pictures with the outlines of objects, for a film strip. Pure. */

import { contour, stepFor } from './contour';
import type { Spans } from './spans';
import type { Size } from './view';

/** The longer side of a small picture, screen pixels. */
export const FRAME = 96;

/** The outline of a mask as the path of an SVG in pixels of the picture, as fine as is seen. */
export function outlinePath(mask: Spans, picture: Size): string {
  const whole = { left: 0, top: 0, right: picture.width, bottom: picture.height };
  const step = stepFor(FRAME / Math.max(picture.width, picture.height));
  return contour(mask, whole, step)
    .map((ring) => {
      const corners: string[] = [];
      for (let i = 0; i < ring.length; i += 2) corners.push(`${ring[i]} ${ring[i + 1]}`);
      return `M${corners.join('L')}Z`;
    })
    .join('');
}
