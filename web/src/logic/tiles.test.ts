import { describe, expect, it } from 'vitest';
import { covers, levelFor, tilesIn, topLevel } from './tiles';

const BIG = { width: 12000, height: 9000 };

describe('tiles', () => {
  it('have a top level of one tile', () => {
    expect(topLevel({ width: 512, height: 300 })).toBe(0);
    expect(topLevel({ width: 513, height: 300 })).toBe(1);
    expect(tilesIn(topLevel(BIG), { left: 0, top: 0, right: 12000, bottom: 9000 })).toHaveLength(1);
  });

  it('come from the coarsest level that is still sharp', () => {
    expect(levelFor(1, 1, BIG)).toBe(0);
    expect(levelFor(0.5, 1, BIG)).toBe(1);
    expect(levelFor(0.5, 2, BIG)).toBe(0);
    expect(levelFor(0.26, 1, BIG)).toBe(1);
    expect(levelFor(0.001, 1, BIG)).toBe(topLevel(BIG));
    expect(levelFor(8, 1, BIG)).toBe(0);
  });

  it('cover each pixel of the wanted part, and only the picture', () => {
    const part = { left: 1000, top: 700, right: 3000, bottom: 1500 };
    const tiles = tilesIn(0, part);
    expect(tiles).toHaveLength(5 * 2);
    for (const tile of tiles) {
      const rect = covers(tile, BIG);
      expect(rect.left < part.right && rect.right > part.left).toBe(true);
    }
    expect(covers({ level: 0, column: 23, row: 17 }, BIG)).toEqual({
      left: 11776,
      top: 8704,
      right: 12000,
      bottom: 9000,
    });
  });

  it('are asked for from the middle', () => {
    const [first] = tilesIn(0, { left: 0, top: 0, right: 512 * 5, bottom: 512 * 5 });
    expect(first).toEqual({ level: 0, column: 2, row: 2 });
  });

  it('are few for any view of a huge picture', () => {
    const scale = 0.083;
    const level = levelFor(scale, 1, BIG);
    expect(tilesIn(level, { left: 0, top: 0, right: 12000, bottom: 9000 }).length).toBeLessThan(16);
  });
});
