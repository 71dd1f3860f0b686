/** Masks as plain arrays of 0 and 1, row-major: slow and plain, to check the fast against. */

import type { Spans } from '../logic/spans';

export function raster(mask: Spans, width: number, height: number): number[] {
  const pixels = new Array<number>(width * height).fill(0);
  for (let row = 0; row < mask.rows.length - 1; row++)
    for (let i = mask.rows[row]!; i < mask.rows[row + 1]!; i += 2)
      for (let x = mask.xs[i]!; x < mask.xs[i + 1]!; x++) pixels[(mask.top + row) * width + x] = 1;
  return pixels;
}

export function paint(width: number, height: number, points: [number, number][]): number[] {
  const pixels = new Array<number>(width * height).fill(0);
  for (const [x, y] of points) pixels[y * width + x] = 1;
  return pixels;
}

export function fromRaster(pixels: number[], width: number, height: number): Spans {
  const rows = new Int32Array(height + 1);
  const xs: number[] = [];
  for (let y = 0; y < height; y++) {
    let before = 0;
    for (let x = 0; x <= width; x++) {
      const now = x < width ? pixels[y * width + x]! : 0;
      if (now !== before) xs.push(x);
      before = now;
    }
    rows[y + 1] = xs.length;
  }
  return { top: 0, rows, xs: Int32Array.from(xs) };
}

export function random(seed: number, width: number, height: number): Spans {
  let state = seed * 2654435761 + 12345;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) / 2 ** 24;
  };
  const share = next();
  return fromRaster(
    Array.from({ length: width * height }, () => (next() < share ? 1 : 0)),
    width,
    height,
  );
}

/** Even-odd fill of rings, at pixel centres. */
export function filled(rings: Float64Array[], width: number, height: number): number[] {
  const pixels: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let inside = 0;
      for (const ring of rings)
        for (let i = 0; i < ring.length; i += 2) {
          const [x0, y0] = [ring[i]!, ring[i + 1]!];
          const [x1, y1] = [ring[(i + 2) % ring.length]!, ring[(i + 3) % ring.length]!];
          if (x0 === x1 && x0 > x + 0.5 && Math.min(y0, y1) < y + 0.5 && Math.max(y0, y1) > y + 0.5)
            inside ^= 1;
        }
      pixels.push(inside);
    }
  return pixels;
}
