import { describe, expect, it } from 'vitest';
import { started } from '../testing/app';

describe('viewport', () => {
  it('fits a picture, and keeps it fitted when the canvas changes', async () => {
    const { app } = await started();
    const { viewport } = app;
    viewport.resize({ width: 232, height: 400 });
    expect(viewport.view?.scale).toBe(2);
    viewport.resize({ width: 332, height: 400 });
    expect(viewport.view?.scale).toBe(3);
  });

  it('keeps the middle of a zoomed picture when the canvas changes', async () => {
    const { app } = await started();
    const { viewport } = app;
    viewport.zoom(4);
    const before = viewport.view!;
    viewport.resize({ width: 600, height: 300 });
    expect(viewport.view).toEqual({ ...before, x: before.x + 50, y: before.y - 50 });
  });

  it('shows pixel for pixel, around the pointer', async () => {
    const { app } = await started();
    const { viewport } = app;
    viewport.pointer = { x: 200, y: 150 };
    const before = viewport.pixel;
    viewport.actual();
    expect([viewport.view?.scale, viewport.pixel]).toEqual([1, before]);
  });

  it('moves the cross within the canvas, from the middle on', async () => {
    const { app } = await started();
    const { viewport } = app;
    viewport.moveCross(12, 0);
    expect(viewport.cross).toEqual({ x: 262, y: 200 });
    viewport.moveCross(9999, -9999);
    expect(viewport.cross).toEqual({ x: 499, y: 0 });
    expect(viewport.pixel).toBeNull();
  });

  it('remembers that Space panned', async () => {
    const { app } = await started();
    app.viewport.panned = false;
    app.viewport.pan(5, 5);
    expect(app.viewport.panned).toBe(true);
  });
});
