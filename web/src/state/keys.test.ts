import { describe, expect, it } from 'vitest';
import { started } from '../testing/app';
import { settled } from '../testing/platform';
import { listenToKeys } from './keys';

/** An element of the page, as far as the keys look at it. */
const element = (...selectors: string[]) => ({
  closest: (query: string) => (selectors.some((part) => query.includes(part)) ? {} : null),
  matches: () => false,
  blur() {
    this.blurred = true;
  },
  blurred: false,
});

async function keyboard(names: string[] = ['a.jpg', 'b.jpg']) {
  const here = await started(names);
  const target = new EventTarget();
  const stop = listenToKeys(target, here.app);
  const send = (type: string, key: string, more: object = {}) => {
    const event = new Event(type, { cancelable: true });
    const defaults = { ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
    Object.assign(event, defaults, { key, code: '', repeat: false }, more);
    Object.defineProperty(event, 'target', { value: { ...element(), ...(more as object) } });
    target.dispatchEvent(event);
    return event;
  };
  const press = (key: string, more: object = {}) => send('keydown', key, more);
  return { ...here, target, stop, press, release: (key: string) => send('keyup', key) };
}

describe('keys', () => {
  it('run their commands, once while they are held', async () => {
    const { app, press, stop } = await keyboard();
    expect(press('b').defaultPrevented).toBe(true);
    expect(app.editing.tool).toBe('brush');
    press('b', { repeat: true });
    expect(app.editing.tool).toBe('brush');
    press(']', { repeat: true });
    expect(app.settings.values.brushSize).toBe(28);
    press('d');
    await settled();
    expect(app.navigation.current?.name).toBe('b.jpg');
    stop();
    press('b');
    expect(app.editing.tool).toBe('brush');
  });

  it('follow a person’s own choice', async () => {
    const { app, press } = await keyboard();
    app.settings.set('shortcuts', { brush: ['Q'] });
    press('b');
    expect(app.editing.tool).toBe('click');
    press('q');
    expect(app.editing.tool).toBe('brush');
  });

  it('finish by a tap of Space, but not after panning or holding it', async () => {
    const { app, platform, press, release } = await keyboard();
    const active = () => app.navigation.current?.active !== null;
    app.editing.click({ x: 5, y: 5 }, true, false);
    press(' ');
    expect(app.viewport.grabbing).toBe(true);
    app.viewport.pan(3, 3);
    release(' ');
    expect([app.viewport.grabbing, active()]).toEqual([false, true]);
    press(' ');
    platform.pass(600);
    release(' ');
    expect(active()).toBe(true);
    press(' ');
    release(' ');
    expect(active()).toBe(false);
  });

  it('send collected clicks when Ctrl is released', async () => {
    const { app, server, release } = await keyboard();
    app.editing.click({ x: 5, y: 5 }, true, true);
    release('Control');
    await settled();
    expect(server.actions).toHaveLength(1);
  });

  it('move the cross with Shift and arrows, and click there', async () => {
    const { app, press } = await keyboard();
    press('ArrowRight', { shiftKey: true });
    press('ArrowDown', { shiftKey: true, altKey: true });
    expect(app.viewport.cross).toEqual({ x: 262, y: 201 });
    press('c');
    await settled();
    expect(app.navigation.current?.active?.clicks).toHaveLength(1);
  });

  it('choose labels by number', async () => {
    const { app, server, press } = await keyboard();
    server.labels = [
      {
        id: 7,
        name: 'cat',
        colour: '#000000',
        index: 0,
        attributes: [],
        number: null,
        supercategory: '',
      },
    ];
    app.labels.load(server.labels);
    app.labels.armed = null;
    press('1', { code: 'Digit1' });
    press('2', { code: 'Digit2' });
    expect(app.labels.armed).toBe(7);
  });

  it('are left to dialogs, to text fields, and to buttons that have the focus', async () => {
    const { app, press } = await keyboard();
    press('b', element('textarea'));
    expect(app.editing.tool).toBe('click');
    const button = press(' ', element('button'));
    expect([button.defaultPrevented, app.viewport.grabbing]).toEqual([false, false]);
    expect(press('ArrowRight', element('input[type=range]')).defaultPrevented).toBe(false);
    app.dialog = 'help';
    press('b');
    expect(app.editing.tool).toBe('click');
  });
});
