/** The queue of one picture: sends what was done, one action after the other, each with the version of the last answer.
 *
 * Nothing is dropped but what the server refuses for good. Lost connections are waited out, and what got no answer is
 * sent again under the same UUID, so that it is done once; a conflict stops the queue until the person says what to do. Knows nothing of the page; `changed` is told about every change.
 */

import { Conflict, Refused, Unreachable } from '../api/client';
import type { Action, PictureState } from '../api/types';
import { madeObject, resolve, type LocalAction, type Waiting } from './local';
import type { Spans } from './spans';
import { uuid } from './uuid';

export type QueueStatus = 'idle' | 'busy' | 'offline' | 'stuck' | 'conflict';

export interface Door {
  act(version: number, action: Action, uuid: string): Promise<PictureState>;
  /** Resolves after so many milliseconds, or at once when the returned promise's queue is woken. */
  wait(milliseconds: number): Promise<void>;
  maskOf(sha: string): Spans | null;
  /** A new state was confirmed: by an action of ours, or null if it came otherwise. */
  arrived(state: PictureState, before: PictureState, action: Action | null): void;
  changed(): void;
  /** A sentence for the person: an action was refused and is gone. */
  refused(message: string): void;
}

/** Waits between tries when the connection is lost, milliseconds. */
const PAUSES = [500, 1000, 2000, 4000, 8000];
const BUSY_PAUSE = 700;
/** Statuses that trying again does not change; what got another one waits for the person. */
const FOR_GOOD: ReadonlySet<number> = new Set([400, 404, 409, 413, 415, 422]);

export class ActionQueue {
  waiting: readonly Waiting[] = [];
  status: QueueStatus = 'idle';
  /** What to say while stuck. */
  problem = '';
  conflict: Conflict | null = null;
  /** Numbers of objects made under local names. */
  readonly names = new Map<number, number>();
  private lastKey = 0;
  private running = false;
  private ended = Promise.resolve();

  constructor(
    public state: PictureState,
    private readonly door: Door,
  ) {}

  /** Takes an action into the queue; gives its key. */
  add(action: LocalAction): number {
    const key = ++this.lastKey;
    this.waiting = [...this.waiting, { key, uuid: uuid(), action }];
    this.door.changed();
    this.start();
    return key;
  }

  /** Resolves when nothing is under way: all is done, or what waits needs the person. */
  idle(): Promise<void> {
    return this.ended;
  }

  /** The newest state that came by another way than an action; taken only while nothing waits. */
  refresh(state: PictureState): void {
    if (this.waiting.length === 0 && !this.running && state.picture.version > this.state.picture.version)
      this.take(state, null);
  }

  /** After a conflict or a refusal of the store: sends again what waits. */
  again(): void {
    if (this.status !== 'conflict' && this.status !== 'stuck') return;
    this.conflict = null;
    this.set('idle');
    this.start();
  }

  /** Forgets what waits and keeps the confirmed state. */
  drop(): void {
    this.conflict = null;
    this.waiting = [];
    this.set('idle');
  }

  private start(): void {
    if (this.running || this.status === 'conflict' || this.status === 'stuck') return;
    this.running = true;
    this.ended = this.run();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (this.waiting.length > 0) {
      const next = this.waiting[0]!;
      const action = resolve(next.action, this.state, this.names, (sha) => this.door.maskOf(sha));
      if (action === null) {
        this.remove(next);
        if (!followsRefused(next.action)) this.door.refused('The object of this action is gone.');
        continue;
      }
      if (failures === 0) this.set('busy');
      try {
        this.confirm(next, action, await this.door.act(this.state.picture.version, action, next.uuid));
        failures = 0;
      } catch (error) {
        if (error instanceof Unreachable) {
          this.set('offline');
          await this.door.wait(PAUSES[Math.min(failures++, PAUSES.length - 1)]!);
        } else if (!(await this.answered(error, next))) break;
      }
    }
    this.running = false;
    if (this.waiting.length === 0) this.set('idle');
  }

  private confirm(next: Waiting, action: Action, now: PictureState): void {
    const made = 'object' in action && action.object === null ? madeObject(this.state, now) : null;
    if (made !== null) this.names.set(-next.key, made);
    this.waiting = this.waiting.filter((one) => one !== next);
    this.take(now, action);
  }

  private take(state: PictureState, action: Action | null): void {
    const before = this.state;
    this.state = state;
    this.door.arrived(state, before, action);
    this.door.changed();
  }

  /** The server said no. Whether to go on. */
  private async answered(error: unknown, next: Waiting): Promise<boolean> {
    if (error instanceof Conflict) {
      this.conflict = error;
      this.take(error.state, null);
      this.set('conflict');
      return false;
    }
    if (error instanceof Refused && (error.status === 429 || error.retryAfter !== null)) {
      await this.door.wait(error.retryAfter ? error.retryAfter * 1000 : BUSY_PAUSE);
      return true;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Refused && FOR_GOOD.has(error.status)) {
      this.remove(next);
      this.door.refused(message);
      return true;
    }
    this.problem = message;
    this.set('stuck');
    return false;
  }

  private remove(gone: Waiting): void {
    this.waiting = this.waiting.filter((one) => one !== gone);
    this.door.changed();
  }

  private set(status: QueueStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.door.changed();
  }
}

/** Whether an action belongs to an object that was never made: its making was refused, and that was said. */
function followsRefused(action: LocalAction): boolean {
  return 'object' in action && (action.object === null || action.object < 0);
}
