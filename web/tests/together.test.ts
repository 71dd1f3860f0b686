import { describe, expect, it } from 'vitest';
import type { QueueStatus } from '../src/logic/queue';
import { needsPerson, together, type Standing } from '../src/logic/together';

const queue = (status: QueueStatus, waiting: number): Standing => ({
  status,
  waiting: Array(waiting).fill(0),
});
const ALL: QueueStatus[] = ['idle', 'busy', 'offline', 'stuck', 'conflict'];

describe('together', () => {
  it('is saved when no queue holds an action', () => {
    const saved = { status: 'idle', waiting: 0, outlook: 'saved' };
    expect(together([])).toEqual(saved);
    expect(together([queue('idle', 0), queue('idle', 0)])).toEqual(saved);
  });

  it('counts the actions of all pictures and tells the gravest status', () => {
    const found = together([queue('idle', 0), queue('conflict', 2), queue('busy', 1)]);
    expect([found.status, found.waiting]).toEqual(['conflict', 3]);
    const orders = ALL.slice(1).map((one, place) => together([queue(one, 1), queue(ALL[place]!, 1)]).status);
    expect(orders).toEqual(ALL.slice(1));
  });

  it('is blocked only when nothing more is on its way', () => {
    expect(together([queue('conflict', 1), queue('busy', 1)]).outlook).toBe('sending');
    expect(together([queue('conflict', 1), queue('idle', 0)]).outlook).toBe('blocked');
    expect(together([queue('offline', 1), queue('stuck', 1)]).outlook).toBe('blocked');
  });
});

describe('needsPerson', () => {
  it('tells what goes on by itself from what does not', () => {
    expect(ALL.filter((one) => needsPerson(queue(one, 1)))).toEqual(['stuck', 'conflict']);
  });
});
