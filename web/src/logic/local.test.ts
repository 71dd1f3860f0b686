import { describe, expect, it } from 'vitest';
import { localPart } from './local';
import { area, bounds, contains, exclusive, fromRuns, near, subtract, union } from './spans';

/** A filled rectangle. */
const block = (left: number, top: number, width: number, height: number) =>
  fromRuns({ left, top, width, height, runs: [0, width * height] });

const OBJECT = block(100, 100, 100, 100);

describe('the local part of a change', () => {
  it('is the component at the click, when more changed elsewhere', () => {
    const added = block(200, 140, 10, 10);
    const lost = block(100, 100, 100, 30);
    const after = union(subtract(OBJECT, lost), added);
    const kept = localPart(OBJECT, after, [{ x: 205, y: 145 }])!;
    expect(exclusive(kept, union(OBJECT, added))).toMatchObject({ xs: new Int32Array(0) });
  });

  it('is cut to the window round the click, when all that changed hangs together', () => {
    const kept = localPart(OBJECT, block(100, 100, 100, 20), [{ x: 150, y: 180 }])!;
    expect(bounds(subtract(OBJECT, kept))).toEqual({
      left: 135,
      top: 165,
      right: 166,
      bottom: 196,
    });
    expect([contains(kept, 110, 190), contains(kept, 150, 190)]).toEqual([true, false]);
  });

  it('is not offered for an ordinary correction, or one without a change at the click', () => {
    expect(localPart(OBJECT, union(OBJECT, block(200, 100, 12, 100)), [{ x: 203, y: 110 }])).toBe(
      null,
    );
    expect(localPart(OBJECT, block(100, 100, 100, 20), [{ x: 400, y: 400 }])).toBeNull();
  });
});

describe('components near a pixel', () => {
  it('are followed over corners, and not over a gap', () => {
    const mask = union(union(block(0, 0, 2, 2), block(2, 2, 2, 2)), block(6, 0, 2, 2));
    expect(area(near(mask, 0, 0, 0))).toBe(8);
    expect(area(near(mask, 5, 0, 1))).toBe(4);
    expect(area(near(mask, 20, 20, 3))).toBe(0);
  });
});
