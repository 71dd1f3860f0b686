import { describe, expect, it } from 'vitest';
import type { QueueStatus } from './queue';
import { needsPerson, summarise, type QueueView } from './queues';

const queue = (status: QueueStatus, pending: number): QueueView => ({
  status,
  pending: Array(pending).fill(0),
});
const ALL: QueueStatus[] = ['idle', 'busy', 'offline', 'stuck', 'conflict'];

describe('summarise', () => {
  it('is saved when no queue holds an action', () => {
    const saved = { status: 'idle', pending: 0, outlook: 'saved' };
    expect(summarise([])).toEqual(saved);
    expect(summarise([queue('idle', 0), queue('idle', 0)])).toEqual(saved);
  });

  it('counts the actions of all pictures and reports the most serious status', () => {
    const found = summarise([queue('idle', 0), queue('conflict', 2), queue('busy', 1)]);
    expect([found.status, found.pending]).toEqual(['conflict', 3]);
    const orders = ALL.slice(1).map(
      (status, index) => summarise([queue(status, 1), queue(ALL[index]!, 1)]).status,
    );
    expect(orders).toEqual(ALL.slice(1));
  });

  it('is blocked only when nothing more is on its way', () => {
    expect(summarise([queue('conflict', 1), queue('busy', 1)]).outlook).toBe('sending');
    expect(summarise([queue('conflict', 1), queue('idle', 0)]).outlook).toBe('blocked');
    expect(summarise([queue('offline', 1), queue('stuck', 1)]).outlook).toBe('blocked');
  });
});

describe('needsPerson', () => {
  it('separates what resumes by itself from what does not', () => {
    expect(ALL.filter((status) => needsPerson(queue(status, 1)))).toEqual(['stuck', 'conflict']);
  });
});
