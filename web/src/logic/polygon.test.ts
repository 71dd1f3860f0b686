import { describe, expect, it } from 'vitest';
import { fillPolygon } from './polygon';
import { area, bounds, contains } from './spans';

const PICTURE = { width: 20, height: 16 };

/** Point in polygon, tried pixel by pixel: another way to the same answer. */
function inside(corners: { x: number; y: number }[], x: number, y: number): boolean {
  let odd = false;
  corners.forEach((a, index) => {
    const b = corners[(index + 1) % corners.length]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd;
  });
  return odd;
}

describe('the pixels of a polygon', () => {
  it('are those of a rectangle on pixel borders', () => {
    const corners = [
      { x: 3, y: 2 },
      { x: 8, y: 2 },
      { x: 8, y: 6 },
      { x: 3, y: 6 },
    ];
    expect(bounds(fillPolygon(corners, PICTURE))).toEqual({ left: 3, top: 2, right: 8, bottom: 6 });
    expect(area(fillPolygon(corners, PICTURE))).toBe(20);
  });

  it.each([
    [
      'a triangle',
      [
        { x: 1.3, y: 0.2 },
        { x: 17.7, y: 5.9 },
        { x: 4.1, y: 14.6 },
      ],
    ],
    [
      'a bow tie',
      [
        { x: 2.2, y: 2.1 },
        { x: 15.4, y: 12.3 },
        { x: 15.6, y: 1.8 },
        { x: 1.9, y: 13.4 },
      ],
    ],
    [
      'what leaves the picture',
      [
        { x: -9.5, y: 5.2 },
        { x: 30.1, y: -4.3 },
        { x: 25.2, y: 40.7 },
      ],
    ],
  ])('are those whose centre is inside: %s', (_, corners) => {
    const filled = fillPolygon(corners, PICTURE);
    for (let y = 0; y < PICTURE.height; y++)
      for (let x = 0; x < PICTURE.width; x++)
        expect(contains(filled, x, y)).toBe(inside(corners, x + 0.5, y + 0.5));
  });

  it('are none of a line', () => {
    expect(
      area(
        fillPolygon(
          [
            { x: 1, y: 1 },
            { x: 9, y: 9 },
          ],
          PICTURE,
        ),
      ),
    ).toBe(0);
  });
});
