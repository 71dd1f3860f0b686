import { describe, expect, it } from 'vitest';
import { area } from '../logic/spans';
import { started } from '../testing/app';
import { settled } from '../testing/platform';

describe('brush', () => {
  it('paints from point to point and makes a new object of it', async () => {
    const { app, server } = await started();
    app.settings.set('brushSize', 1);
    app.brush.paint({ x: 10.5, y: 5.5 }, false, true);
    app.brush.paint({ x: 19.5, y: 5.5 }, false, false);
    expect(area(app.brush.stroke!.spans)).toBe(10);
    app.brush.end();
    await settled();
    expect(app.brush.stroke).toBeNull();
    expect(server.actions).toEqual([
      {
        type: 'set_mask',
        object: null,
        label: null,
        mask: { left: 10, top: 5, width: 10, height: 1, runs: [0, 10] },
      },
    ]);
    expect(app.navigation.current?.activeId).toBe(1);
  });

  it('erases from the active object only', async () => {
    const { app, server } = await started();
    app.brush.paint({ x: 5, y: 5 }, true, true);
    expect(app.brush.stroke).toBeNull();
    app.brush.end();
    expect(server.actions).toEqual([]);
  });

  it('sends nothing for a stroke beside the picture', async () => {
    const { app, server } = await started();
    app.brush.paint({ x: -500, y: -500 }, false, true);
    app.brush.end();
    await settled();
    expect(server.actions).toEqual([]);
  });

  it('does not connect a stroke with the one before', async () => {
    const { app } = await started();
    app.settings.set('brushSize', 1);
    app.brush.paint({ x: 1.5, y: 1.5 }, false, true);
    app.brush.cancel();
    app.brush.paint({ x: 9.5, y: 1.5 }, false, true);
    expect(area(app.brush.stroke!.spans)).toBe(1);
  });

  it('leaves what was painted with the picture that is left, and paints no further', async () => {
    const { app, server } = await started(['a.jpg', 'b.jpg']);
    app.brush.paint({ x: 10, y: 10 }, false, true);
    await app.navigation.go(1);
    app.brush.paint({ x: 20, y: 10 }, false, false);
    app.brush.end();
    await settled();
    expect(server.state(1).document.objects).toHaveLength(1);
    expect(server.state(2).document.objects).toEqual([]);
  });

  it('grows and shrinks', async () => {
    const { app } = await started();
    app.brush.grow();
    expect(app.settings.values.brushSize).toBe(28);
    app.brush.shrink();
    app.brush.shrink();
    expect(app.settings.values.brushSize).toBe(14);
  });
});
