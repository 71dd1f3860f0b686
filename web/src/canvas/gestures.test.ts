import { describe, expect, it } from 'vitest';
import { listen, type GestureHandler } from './gestures';

/** An element without a page, and what its gestures mean. */
function stage({ paints = false, grabs = false, mac = false } = {}) {
  const element = Object.assign(new EventTarget(), {
    focus() {},
    setPointerCapture() {},
    getBoundingClientRect: () => ({ left: 100, top: 50 }),
  });
  const log: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      void log.push([name, ...values]);
  const handler: GestureHandler = {
    click: (at, manner) => {
      const how = Object.entries(manner);
      log.push(['click', at, how.filter(([, on]) => on).map(([name]) => name)]);
    },
    pan: note('pan'),
    zoom: note('zoom'),
    pinch: note('pinch'),
    paint: note('paint'),
    draw: (from, at, phase, { shift, alt }) =>
      void log.push(['draw', from, at, phase, Boolean(shift), Boolean(alt)]),
    hover: note('hover'),
    paints: () => paints,
    grabs: () => grabs,
  };
  const stop = listen(element as unknown as HTMLElement, handler, mac);
  const send = (type: string, x: number, y: number, more: object = {}) => {
    const event = new Event(type, { cancelable: true });
    const standard = { clientX: x + 100, clientY: y + 50, button: 0, pointerId: 1 };
    element.dispatchEvent(Object.assign(event, standard, { pointerType: 'mouse' }, more));
    return event;
  };
  const press = (x: number, y: number, more: object = {}) => send('pointerdown', x, y, more);
  const move = (x: number, y: number, more: object = {}) => send('pointermove', x, y, more);
  const release = (x: number, y: number, more: object = {}) => send('pointerup', x, y, more);
  const named = (...names: string[]) => log.filter(([name]) => names.includes(name as string));
  return { log, named, send, press, move, release, stop };
}

describe('a press', () => {
  it('is a click where it began, even if the hand shakes', () => {
    const { named, press, move, release } = stage();
    press(10, 20);
    move(20, 20);
    release(20, 20);
    expect(named('click', 'pan')).toEqual([['click', { x: 10, y: 20 }, []]]);
  });

  it('that goes far draws from where it began', () => {
    const { named, press, move, release } = stage();
    const from = { x: 10, y: 20 };
    press(10, 20, { shiftKey: true });
    move(40, 20);
    release(42, 25);
    expect(named('click', 'pan', 'draw')).toEqual([
      ['draw', from, from, 'start', true, false],
      ['draw', from, { x: 40, y: 20 }, 'move', true, false],
      ['draw', from, { x: 42, y: 25 }, 'end', true, false],
    ]);
  });

  it('says which button and keys were used', () => {
    const { named, press, release } = stage();
    for (const more of [{ button: 2 }, { shiftKey: true }, { altKey: true }, { ctrlKey: true }]) {
      press(1, 1, more);
      release(1, 1, more);
    }
    expect(named('click').map(([, , how]) => how)).toEqual([
      ['secondary'],
      ['shift'],
      ['alt'],
      ['collect'],
    ]);
  });

  it('with Ctrl is the right button on a Mac', () => {
    const { named, press, release } = stage({ mac: true });
    press(1, 1, { ctrlKey: true });
    release(1, 1);
    expect(named('click').map(([, , how]) => how)).toEqual([['secondary']]);
  });

  it('with the right button may slip as far as with the left', () => {
    const { named, press, move, release } = stage();
    press(10, 10, { button: 2 });
    move(18, 10, { button: 2 });
    release(18, 10, { button: 2 });
    expect(named('click', 'pan')).toEqual([['click', { x: 10, y: 10 }, ['secondary']]]);
  });

  it('pans with the middle button, the right one, or Space', () => {
    for (const [setting, more] of [
      [{}, { button: 1 }],
      [{}, { button: 2 }],
      [{ grabs: true }, {}],
    ] as const) {
      const { named, press, move, release } = stage(setting);
      press(0, 0, more);
      move(20, 10, more);
      move(25, 10, more);
      release(25, 10, more);
      expect(named('click', 'pan')).toEqual([
        ['pan', 20, 10],
        ['pan', 5, 0],
      ]);
    }
  });

  it('paints with a painting tool, through the points between two frames', () => {
    const { named, press, move, release } = stage({ paints: true });
    press(0, 0, { shiftKey: true, altKey: true });
    move(8, 0, { getCoalescedEvents: () => [{ clientX: 104, clientY: 50 }] });
    release(9, 0);
    expect(named('paint', 'click')).toEqual([
      ['paint', { x: 0, y: 0 }, 'start', true, true],
      ['paint', { x: 4, y: 0 }, 'move', true],
      ['paint', { x: 8, y: 0 }, 'move', true],
      ['paint', { x: 9, y: 0 }, 'end', true],
    ]);
  });

  it('that the browser takes away cancels a stroke and is not a click', () => {
    const painting = stage({ paints: true });
    painting.press(0, 0);
    painting.send('pointercancel', 0, 0);
    expect(painting.named('paint').at(-1)?.[2]).toBe('cancel');
    const clicking = stage();
    clicking.press(0, 0);
    clicking.send('pointercancel', 0, 0);
    clicking.release(0, 0);
    expect(clicking.named('click')).toEqual([]);
  });
});

describe('fingers', () => {
  const finger = (pointerId: number) => ({ pointerType: 'touch', pointerId });

  it('click by a tap and pan by a drag', () => {
    const { named, press, move, release } = stage();
    press(5, 5, finger(1));
    release(5, 5, finger(1));
    press(5, 5, finger(2));
    move(25, 5, finger(2));
    release(25, 5, finger(2));
    expect(named('click', 'pan')).toEqual([
      ['click', { x: 5, y: 5 }, ['touch']],
      ['pan', 20, 0],
    ]);
  });

  it('pinch by two, and no click remains', () => {
    const { named, press, move, release } = stage();
    press(0, 0, finger(1));
    press(10, 0, finger(2));
    move(20, 0, finger(2));
    release(20, 0, finger(2));
    release(0, 0, finger(1));
    expect(named('click', 'pan', 'pinch')).toEqual([
      [
        'pinch',
        [
          { x: 10, y: 0 },
          { x: 0, y: 0 },
        ],
        [
          { x: 20, y: 0 },
          { x: 0, y: 0 },
        ],
      ],
    ]);
  });
});

describe('a pen', () => {
  const pen = { pointerType: 'pen', pointerId: 9 };
  const palm = { pointerType: 'touch', pointerId: 3, width: 20, height: 20 };

  it('paints on while the hand is put down', () => {
    const { named, press, move, release } = stage({ paints: true });
    press(0, 0, pen);
    press(50, 50, palm);
    move(52, 50, palm);
    move(5, 0, pen);
    release(50, 50, palm);
    release(9, 0, pen);
    expect(named('paint').map(([, , phase]) => phase)).toEqual(['start', 'move', 'end']);
    expect(named('click', 'pan', 'pinch')).toEqual([]);
  });

  it('that was seen a while ago keeps fingers from clicking; they still pan', () => {
    const { named, press, move, release } = stage();
    move(0, 0, pen);
    press(50, 50, palm);
    release(50, 50, palm);
    expect(named('click')).toEqual([]);
    press(50, 50, palm);
    move(90, 50, palm);
    release(90, 50, palm);
    expect(named('pan')).toHaveLength(1);
  });
});

it('a palm means nothing, without a pen too', () => {
  const { log, press, release } = stage();
  const palm = { pointerType: 'touch', width: 90, height: 60 };
  press(5, 5, palm);
  release(5, 5, palm);
  expect(log).toEqual([]);
});

describe('the wheel', () => {
  const factor = (more: object) => {
    const { named, send } = stage();
    const event = send('wheel', 3, 4, { deltaY: 0, deltaMode: 0, ctrlKey: false, ...more });
    expect(event.defaultPrevented).toBe(true);
    expect(named('zoom')[0]![1]).toEqual({ x: 3, y: 4 });
    return named('zoom')[0]![2] as number;
  };

  it('zooms in upwards, at most so far in one turn', () => {
    expect(factor({ deltaY: -100 })).toBeCloseTo(Math.exp(0.18));
    expect(factor({ deltaY: 5000 })).toBeCloseTo(Math.exp(-0.432));
  });

  it('counts lines as pixels, and pinches of a trackpad more', () => {
    expect(factor({ deltaY: 2, deltaMode: 1 })).toBeCloseTo(Math.exp(-0.0576));
    expect(factor({ deltaY: -10, ctrlKey: true })).toBeCloseTo(Math.exp(0.12));
  });
});

it('stops listening', () => {
  const { log, press, release, stop } = stage();
  stop();
  press(0, 0);
  release(0, 0);
  expect(log).toEqual([]);
});
