/** Masks as pixels, decoded apart from the page's own code, and how much two have in common. */

import type { PictureState, RunsJson } from '../../src/api/types';

export interface Pixels {
  width: number;
  height: number;
  /** 0 outside, 255 inside, 128 not counted; row by row. */
  values: Uint8Array;
}

export function pixelsOf(runs: RunsJson | undefined, width: number, height: number): Pixels {
  const values = new Uint8Array(width * height);
  let at = 0;
  runs?.runs.forEach((length, index) => {
    for (let end = at + length; at < end; at++) {
      const [x, y] = [runs.left + (at % runs.width), runs.top + Math.floor(at / runs.width)];
      if (index % 2 === 1) values[y * width + x] = 255;
    }
  });
  return { width, height, values };
}

/** The mask of an object in a picture's state. */
export function maskOf(state: PictureState, object: number): Pixels {
  const { width, height } = state.picture;
  const sha = state.document.objects.find((each) => each.id === object)?.mask;
  if (sha && !state.masks[sha]) throw new Error(`the state lacks the mask of object ${object}`);
  return pixelsOf(sha ? state.masks[sha] : undefined, width, height);
}

/** Intersection over union where the truth counts. */
export function iou(mask: Pixels, truth: Pixels): number {
  let [both, either] = [0, 0];
  truth.values.forEach((value, index) => {
    if (value === 128) return;
    const [inMask, inTruth] = [mask.values[index] === 255, value === 255];
    both += Number(inMask && inTruth);
    either += Number(inMask || inTruth);
  });
  return either === 0 ? 1 : both / either;
}
