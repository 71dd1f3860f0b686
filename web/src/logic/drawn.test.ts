import { describe, expect, it } from 'vitest';
import { boxOf, lineOf } from './drawn';

const PICTURE = { width: 100, height: 80 };

describe('a drag', () => {
  it('is a box of all pixels that it touches, inside the picture, in any direction', () => {
    const box = { left: 10, top: 5, right: 31, bottom: 80 };
    expect(boxOf({ x: 30.2, y: 5.9 }, { x: 10.9, y: 93 }, PICTURE)).toEqual(box);
    expect(boxOf({ x: 10.9, y: 93 }, { x: 30.2, y: 5.9 }, PICTURE)).toEqual(box);
  });

  it('is nothing if the box would be one pixel, or lies outside', () => {
    expect(boxOf({ x: 3.1, y: 3.1 }, { x: 3.9, y: 3.9 }, PICTURE)).toBeNull();
    expect(boxOf({ x: 120, y: 3 }, { x: 140, y: 30 }, PICTURE)).toBeNull();
  });

  it('is a scribble through corners that are not too near to each other', () => {
    const points = [0, 1, 2, 5, 5.5, 6].map((x) => ({ x, y: 2.5 }));
    const corners = [
      [0, 2],
      [5, 2],
      [6, 2],
    ];
    expect(lineOf(points, false, PICTURE, 3)).toEqual({ points: corners, positive: false });
    expect(lineOf([{ x: 4.2, y: 4 }], true, PICTURE, 3)).toEqual({ x: 4, y: 4, positive: true });
  });

  it('keeps the ends of a long scribble', () => {
    const points = Array.from({ length: 4000 }, (_, index) => ({ x: index % 100, y: index / 60 }));
    const line = lineOf(points, true, PICTURE, 0) as { points: number[][] };
    expect(line.points).toHaveLength(500);
    expect([line.points[0], line.points.at(-1)]).toEqual([
      [0, 0],
      [99, 66],
    ]);
  });
});
