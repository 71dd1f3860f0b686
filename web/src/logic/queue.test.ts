import { describe, expect, it } from 'vitest';
import { Conflict, Refused, Unreachable } from '../api/client';
import type { Action, PictureState } from '../api/types';
import { ActionQueue, type QueueHost } from './queue';
import { object, state } from '../testing/states';

/** A server of one picture that answers on demand. */
class Server implements QueueHost {
  now = state(0);
  sent: { version: number; action: Action; uuid: string }[] = [];
  /** What it answered, by UUID. */
  answers = new Map<string, PictureState>();
  refusals: string[] = [];
  arrivals: number[] = [];
  sleeps = 0;
  /** What goes wrong next, one entry a request: null for nothing. */
  faults: (Error | null)[] = [];
  /** Whether a fault comes after the action was taken (the answer is lost). */
  late = false;

  async act(version: number, action: Action, uuid: string): Promise<PictureState> {
    this.sent.push({ version, action, uuid });
    await Promise.resolve();
    const fault = this.faults.shift() ?? null;
    if (fault && !this.late) throw fault;
    const known = this.answers.get(uuid);
    if (known) return known;
    if (version !== this.now.picture.version)
      throw new Conflict('changed', [{ author: 'Ana', time: 0, text: 'Click' }], this.now);
    this.now = this.taken(action);
    this.answers.set(uuid, this.now);
    if (fault) throw fault;
    return this.now;
  }

  taken(action: Action): PictureState {
    const version = this.now.picture.version + 1;
    const objects = [...this.now.document.objects];
    if (action.type === 'click') {
      const at = action.object ?? objects.length + 11;
      const index = objects.findIndex((object) => object.id === at);
      const old = objects[index] ?? object(at);
      const next = {
        ...old,
        clicks: [
          ...old.clicks,
          ...action.clicks.map((click, more) => ({
            ...click,
            round: 0,
            index: old.clicks.length + more,
          })),
        ],
      };
      if (index < 0) objects.push(next);
      else objects[index] = next;
    }
    if (action.type === 'remove_click') {
      const old = objects.findIndex((found) => found.id === action.object);
      const clicks = objects[old]!.clicks.filter((_, index) => index !== action.index);
      if (clicks.length === 0) objects.splice(old, 1);
      else objects[old] = { ...objects[old]!, clicks };
    }
    if (action.type === 'undo' || action.type === 'redo') objects.length = 0;
    return state(version, objects);
  }

  sleep = async () => {
    this.sleeps++;
  };
  maskOf = () => null;
  arrived = (now: PictureState) => {
    this.arrivals.push(now.picture.version);
  };
  changed = () => {};
  refused = (message: string) => {
    this.refusals.push(message);
  };
}

const click = (object: number | null, x: number): Action => ({
  type: 'click',
  object,
  clicks: [{ x, y: 0, positive: true }],
  label: null,
  keep_out: null,
});
type Click = Extract<Action, { type: 'click' }>;
const settled = async () => {
  for (let i = 0; i < 60; i++) await Promise.resolve();
};

describe('queue', () => {
  it('sends one after the other, each with the version of the last answer', async () => {
    const server = new Server();
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    queue.add(click(-key, 2));
    queue.add(click(-key, 3));
    expect(queue.pending).toHaveLength(3);
    await settled();
    expect(server.sent.map((request) => request.version)).toEqual([0, 1]);
    expect(queue.state.document.objects[0]!.clicks.map((click) => click.x)).toEqual([1, 2, 3]);
    expect([queue.status, queue.pending.length]).toEqual(['idle', 0]);
  });

  it('waits out a lost connection and loses nothing', async () => {
    const server = new Server();
    server.faults = [new Unreachable(''), new Unreachable(''), null];
    const queue = new ActionQueue(server.now, server);
    queue.add(click(null, 1));
    queue.add(click(null, 2));
    await settled();
    expect(server.sleeps).toBe(2);
    expect(queue.state.document.objects).toHaveLength(2);
    expect(queue.status).toBe('idle');
  });

  it.each([
    click(1, 1),
    { type: 'undo' },
    { type: 'set_mask', object: 1, mask: null, label: null },
  ] as Action[])('does not do twice what was taken but not answered: $type', async (action) => {
    const server = new Server();
    server.now = state(3, [object(1)]);
    server.faults = [new Unreachable(''), null, new Unreachable('')];
    server.late = true;
    const queue = new ActionQueue(server.now, server);
    queue.add(action);
    queue.add(click(null, 2));
    await settled();
    expect([queue.status, queue.state.picture.version]).toEqual(['idle', 5]);
    const [first, again, second, secondAgain] = server.sent.map((request) => request.uuid);
    expect([again, secondAgain]).toEqual([first, second]);
    expect(first).not.toBe(second);
  });

  it('takes the answer as it was, and meets what others did meanwhile at its next action', async () => {
    const server = new Server();
    server.faults = [new Unreachable('')];
    server.late = true;
    server.sleep = async () => {
      server.now = state(7, [object(1)]);
    };
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    queue.add(click(-key, 2));
    await settled();
    expect(server.arrivals).toEqual([1, 7]);
    expect([queue.status, queue.pending.length]).toEqual(['conflict', 1]);
  });

  it('stops at a conflict, takes the new state, and applies again on request', async () => {
    const server = new Server();
    const queue = new ActionQueue(state(4, [object(1)]), server);
    server.now = state(5, [object(1)]);
    queue.add(click(1, 8));
    queue.add(click(null, 9));
    await settled();
    expect(queue.status).toBe('conflict');
    expect(queue.conflict?.changes[0]?.author).toBe('Ana');
    expect(queue.state.picture.version).toBe(5);
    expect(queue.pending).toHaveLength(2);
    queue.retry();
    await settled();
    expect(queue.state.picture.version).toBe(7);
    expect(queue.status).toBe('idle');
  });

  it('can drop what waits after a conflict', async () => {
    const server = new Server();
    const queue = new ActionQueue(server.now, server);
    server.now = state(5);
    queue.add(click(null, 1));
    await settled();
    queue.discard();
    await settled();
    expect([queue.status, queue.pending.length, queue.state.picture.version]).toEqual([
      'idle',
      0,
      5,
    ]);
  });

  it('tries again when the server is busy', async () => {
    const server = new Server();
    server.faults = [new Refused(503, 'busy', 1)];
    const queue = new ActionQueue(server.now, server);
    queue.add(click(null, 1));
    await settled();
    expect(server.refusals).toEqual([]);
    expect(queue.state.document.objects).toHaveLength(1);
  });

  it('drops what is refused for good, says so, and what builds on it', async () => {
    const server = new Server();
    server.faults = [new Refused(422, 'outside the picture')];
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    queue.add(click(-key, 2));
    queue.add(click(null, 3));
    await settled();
    expect(server.refusals).toEqual(['outside the picture']);
    expect(queue.state.document.objects.map((object) => object.clicks[0]!.x)).toEqual([3]);
  });

  it('keeps what a full disk refused, until the next attempt', async () => {
    const server = new Server();
    server.faults = [new Refused(507, 'The disk is full.')];
    const queue = new ActionQueue(server.now, server);
    queue.add(click(null, 1));
    await settled();
    expect([queue.status, queue.problem, queue.pending.length]).toEqual([
      'stuck',
      'The disk is full.',
      1,
    ]);
    queue.retry();
    await settled();
    expect(queue.state.document.objects).toHaveLength(1);
  });

  it('predicts clicks that wait for one answer together', async () => {
    const server = new Server();
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    for (const x of [2, 3, 4]) queue.add(click(-key, x));
    queue.add(click(null, 5));
    await settled();
    expect(
      server.sent.map((request) => (request.action as Click).clicks.map(({ x }) => x)),
    ).toEqual([[1], [2, 3, 4], [5]]);
    expect(queue.state.document.objects).toHaveLength(2);
  });

  it('sends the same again when the answer was lost, whatever was clicked meanwhile', async () => {
    const server = new Server();
    server.faults = [new Unreachable('')];
    server.late = true;
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    server.sleep = async () => {
      if (queue.pending.length === 1) queue.add(click(-key, 2));
    };
    await settled();
    expect(server.sent.map((request) => (request.action as Click).clicks.length)).toEqual([
      1, 1, 1,
    ]);
    expect(server.sent[0]!.uuid).toBe(server.sent[1]!.uuid);
    expect(queue.state.document.objects[0]!.clicks.map(({ x }) => x)).toEqual([1, 2]);
  });

  it('makes an object again on which was clicked while its last click was being removed', async () => {
    const server = new Server();
    const queue = new ActionQueue(server.now, server);
    const key = queue.add(click(null, 1));
    await settled();
    queue.add({ type: 'remove_click', object: -key, index: 0 });
    queue.add(click(-key, 2));
    await settled();
    queue.add(click(-key, 3));
    await settled();
    expect(server.refusals).toEqual([]);
    const { objects } = queue.state.document;
    expect(objects.map((object) => object.clicks.map(({ x }) => x))).toEqual([[2, 3]]);
    expect(queue.idNow(-key)).toBe(objects[0]!.id);
  });

  it.each(['undo', 'redo'] as const)('makes an object again that %s took away', async (type) => {
    const server = new Server();
    server.now = state(4, [object(7, { label: 3, keep_out: true })]);
    const queue = new ActionQueue(server.now, server);
    queue.add({ type });
    queue.add(click(7, 2));
    queue.add({ type: 'edit_object', object: 7, finished: true });
    await settled();
    expect(server.refusals).toEqual([]);
    expect(server.sent.map((request) => request.action)).toMatchObject([
      { type },
      { type: 'click', object: null, label: 3, keep_out: true },
      { type: 'edit_object', object: 11 },
    ]);
  });

  it('says when the object of an action is gone', async () => {
    const server = new Server();
    const queue = new ActionQueue(server.now, server);
    queue.add(click(9, 1));
    await settled();
    expect(server.sent).toEqual([]);
    expect(server.refusals).toHaveLength(1);
  });

  it('takes no older state', () => {
    const server = new Server();
    const queue = new ActionQueue(state(4), server);
    queue.refresh(state(3));
    expect(queue.state.picture.version).toBe(4);
    queue.refresh(state(6));
    expect(queue.state.picture.version).toBe(6);
  });
});
