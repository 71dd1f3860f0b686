import { describe, expect, it } from 'vitest';
import { fromRuns, type Spans } from '../logic/spans';
import type { ViewObject } from '../logic/pending';
import { object } from '../testing/states';
import { overlaysOf, topmostAt, type Scenery } from './overlays';

const square = (left: number, top: number): Spans =>
  fromRuns({ left, top, width: 4, height: 4, runs: [0, 16] });
const view = (id: number, more: Partial<ViewObject> = {}): ViewObject => ({
  ...object(id),
  strokes: [],
  pending: false,
  ...more,
});
const masks = new Map([
  [1, square(0, 0)],
  [2, square(2, 2)],
]);
const scenery = (more: Partial<Scenery> = {}): Scenery => ({
  objects: [view(1), view(2), view(3)],
  activeId: null,
  maskOf: (found) => masks.get(found.id) ?? null,
  stroke: null,
  labels: [],
  armed: null,
  ...more,
});

describe('overlays', () => {
  it('hold the visible objects that have pixels, from bottom to top', () => {
    expect(overlaysOf(scenery()).map((overlay) => overlay.id)).toEqual([1, 2]);
    const hidden = [view(1, { visible: false }), view(2)];
    expect(overlaysOf(scenery({ objects: hidden })).map((overlay) => overlay.id)).toEqual([2]);
  });

  it('show a stroke on the active object, or as a new object', () => {
    const stroke = { spans: square(0, 0), effect: 'erase' as const };
    const [erased] = overlaysOf(scenery({ activeId: 1, stroke }));
    expect([erased?.active, erased?.mask.xs.length]).toEqual([true, 0]);
    expect(overlaysOf(scenery({ stroke }))).toHaveLength(2);
    const painted = overlaysOf(scenery({ stroke: { ...stroke, effect: 'add' as const } }));
    expect(painted.map((overlay) => [overlay.id, overlay.active])).toEqual([
      [1, false],
      [2, false],
      [0, true],
    ]);
  });

  it('find the topmost object at a pixel', () => {
    const overlays = overlaysOf(
      scenery({ stroke: { spans: square(0, 0), effect: 'add' as const } }),
    );
    expect(topmostAt(overlays, { x: 3, y: 3 })).toBe(2);
    expect(topmostAt(overlays, { x: 3, y: 3 }, 2)).toBe(1);
    expect(topmostAt(overlays, { x: 9, y: 9 })).toBeNull();
  });
});
