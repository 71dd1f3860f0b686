import { describe, expect, it } from 'vitest';
import { filled, fromRaster, random, raster } from '../testing/rasters';
import { fillPolygon } from './polygon';
import { area, exclusive, EMPTY } from './spans';
import { cornersOf, gripAt, movedTo, ringsOf, without } from './vertices';

const PICTURE = { width: 60, height: 50 };
const SQUARE = fillPolygon(
  [
    { x: 10, y: 10 },
    { x: 40, y: 10 },
    { x: 40, y: 40 },
    { x: 10, y: 40 },
  ],
  PICTURE,
);
const DISC = fillPolygon(
  Array.from({ length: 64 }, (_, index) => ({
    x: 30 + 18 * Math.cos((index * Math.PI) / 32),
    y: 25 + 18 * Math.sin((index * Math.PI) / 32),
  })),
  PICTURE,
);

describe('the corners of an outline', () => {
  it('are few, and the outline is never farther from them than allowed', () => {
    expect(cornersOf(ringsOf(SQUARE, 1))).toHaveLength(4);
    const [ring] = ringsOf(DISC, 1.5);
    const { path, corners } = ring!;
    expect(corners.length).toBeGreaterThan(6);
    expect(corners.length).toBeLessThan(path.length / 3);
    const shown = fillPolygon(
      corners.map((index) => path[index]!),
      PICTURE,
    );
    expect(area(exclusive(shown, DISC)) / area(DISC)).toBeLessThan(0.06);
  });

  it('of a hole and of parts are shown too; a pixel alone has three', () => {
    const pixels = raster(SQUARE, 60, 50);
    pixels[25 * 60 + 25] = 0;
    pixels[45 * 60 + 50] = 1;
    const rings = ringsOf(fromRaster(pixels, 60, 50), 2);
    expect(rings.map(({ corners }) => corners.length).sort()).toEqual([3, 3, 4]);
    expect(ringsOf(EMPTY, 1)).toEqual([]);
  });

  it('stay where they were if the outline still has them', () => {
    const before = cornersOf(ringsOf(DISC, 1));
    const rings = ringsOf(DISC, 1);
    const grip = gripAt(rings, { x: 48, y: 25 }, 3)!;
    const after = exclusive(DISC, movedTo(rings, grip, { x: 56, y: 25 }, PICTURE));
    const now = cornersOf(ringsOf(after, 1, before));
    const moved = rings[0]!.path[rings[0]!.corners[grip.corner]!]!;
    for (const { x, y } of before)
      if (x !== moved.x || y !== moved.y)
        expect(now.some((other) => Math.hypot(other.x - x, other.y - y) < 1.5)).toBe(true);
  });
});

describe('a moved corner', () => {
  it('moves the two lines that end in it, to the pixel', () => {
    const rings = ringsOf(SQUARE, 1);
    const grip = gripAt(rings, { x: 41, y: 11 }, 2)!;
    expect(grip.between).toBe(false);
    const after = exclusive(SQUARE, movedTo(rings, grip, { x: 50, y: 5 }, PICTURE));
    const wanted = fillPolygon(
      [
        { x: 10, y: 10 },
        { x: 50, y: 5 },
        { x: 40, y: 40 },
        { x: 10, y: 40 },
      ],
      PICTURE,
    );
    expect(raster(after, 60, 50)).toEqual(raster(wanted, 60, 50));
  });

  it('changes nothing outside of what lies between the old and the new line', () => {
    const rings = ringsOf(DISC, 1.5);
    const grip = gripAt(rings, { x: 48, y: 25 }, 3)!;
    const change = movedTo(rings, grip, { x: 55, y: 25 }, PICTURE);
    const pixels = raster(change, 60, 50);
    const touched = pixels.flatMap((pixel, index) => (pixel ? [index % 60] : []));
    expect(area(change)).toBeGreaterThan(20);
    // The left half of the disc was not touched.
    expect(Math.min(...touched)).toBeGreaterThan(30);
  });

  it('drawn out of a side is new, and taken out leaves a straight line', () => {
    const rings = ringsOf(SQUARE, 1);
    const grip = gripAt(rings, { x: 25, y: 10.5 }, 2)!;
    expect(grip.between).toBe(true);
    const roof = movedTo(rings, grip, { x: 25, y: 2 }, PICTURE);
    const wanted = fillPolygon(
      [
        { x: 10, y: 10 },
        { x: 25, y: 2 },
        { x: 40, y: 10 },
      ],
      PICTURE,
    );
    expect(raster(roof, 60, 50)).toEqual(raster(wanted, 60, 50));
    const house = exclusive(SQUARE, roof);
    const again = ringsOf(house, 1.5, cornersOf(rings));
    const peak = gripAt(again, { x: 25, y: 2 }, 3)!;
    expect(peak.between).toBe(false);
    const flat = exclusive(house, without(again, peak, PICTURE));
    expect(raster(flat, 60, 50)).toEqual(raster(SQUARE, 60, 50));
  });

  it('is out of reach elsewhere, and the last three corners stay', () => {
    const rings = ringsOf(SQUARE, 1);
    expect(gripAt(rings, { x: 25, y: 25 }, 5)).toBeNull();
    const three = ringsOf(fromRaster([1], 1, 1), 2);
    expect(area(without(three, { ring: 0, corner: 0, between: false }, PICTURE))).toBe(0);
  });

  it('leaves the even-odd inside of the changed outline of any mask', () => {
    for (let seed = 1; seed < 12; seed++) {
      const mask = random(seed, 14, 11);
      const rings = ringsOf(mask, 1);
      rings.forEach(({ path, corners }, ring) => {
        const corner = seed % corners.length;
        const to = { x: seed % 14, y: (seed * 7) % 11 };
        const change = movedTo(rings, { ring, corner, between: false }, to, PICTURE);
        const [a, b] = [corner - 1, corner + 1].map(
          (index) => corners[(index + corners.length) % corners.length]!,
        );
        // From b on round to a as before, then by straight lines over the new point.
        const rest = b! < a! ? path.slice(b, a! + 1) : [...path.slice(b), ...path.slice(0, a! + 1)];
        const others = ringsOf(mask, 1).filter((_, index) => index !== ring);
        const flat = others.map(({ path: way }) =>
          Float64Array.from(way.flatMap(({ x, y }) => [x, y])),
        );
        const kept = fromRaster(filled(flat, 14, 11), 14, 11);
        const wanted = exclusive(kept, fillPolygon([...rest, to], { width: 14, height: 11 }));
        expect(raster(exclusive(mask, change), 14, 11)).toEqual(raster(wanted, 14, 11));
      });
    }
  });
});
