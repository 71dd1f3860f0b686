/** The queue of one picture: sends actions one after the other.
 *
 * Each is for the version of the picture that the last answer had.
 *
 * Nothing is dropped except what the server refuses for good. Lost connections are waited out, and
 * an action without an answer is sent again under the same UUID, so that it is done once; a
 * conflict
 * stops the queue until the person decides. Knows nothing of the page.
 */

import { Conflict, Refused, Unreachable } from '../api/client';
import type { Action, PictureState } from '../api/types';
import { createdObject, resolve, type LocalAction, type PendingAction } from './pending';
import type { Spans } from './spans';
import { uuid } from './uuid';

export type QueueStatus = 'idle' | 'busy' | 'offline' | 'stuck' | 'conflict';

/** What a queue needs from its surroundings. */
export interface QueueHost {
  act(version: number, action: Action, uuid: string): Promise<PictureState>;
  /** Resolves after so many milliseconds, or earlier when the connection may be back. */
  sleep(milliseconds: number): Promise<void>;
  maskOf(sha: string): Spans | null;
  /** A new state was confirmed: by an action of ours, or null if it arrived otherwise. */
  arrived(state: PictureState, before: PictureState, action: Action | null): void;
  /** A property of the queue has another value. */
  changed(): void;
  /** An action was refused for good and is dropped; the message is for the person. */
  refused(message: string): void;
}

/** Waits between attempts while the connection is lost, milliseconds. */
const PAUSES = [500, 1000, 2000, 4000, 8000];
const BUSY_PAUSE = 700;
/** Statuses that another attempt does not change; other errors wait for the person. */
const FINAL: ReadonlySet<number> = new Set([400, 404, 409, 413, 415, 422]);

export class ActionQueue {
  pending: readonly PendingAction[] = [];
  status: QueueStatus = 'idle';
  /** The message to show while stuck. */
  problem = '';
  conflict: Conflict | null = null;
  /** Numbers of objects made under local ids. */
  readonly names = new Map<number, number>();
  private lastKey = 0;
  private running = false;
  private finished = Promise.resolve();

  constructor(
    public state: PictureState,
    private readonly host: QueueHost,
  ) {}

  /** Append an action; returns its key. */
  add(action: LocalAction): number {
    const key = ++this.lastKey;
    this.pending = [...this.pending, { key, uuid: uuid(), action }];
    this.host.changed();
    this.start();
    return key;
  }

  /** Resolves when nothing is under way: everything is sent, or the rest needs the person. */
  idle(): Promise<void> {
    return this.finished;
  }

  /** Take a newer state that did not come from an action; ignored while something is pending. */
  refresh(state: PictureState): void {
    const newer = state.picture.version > this.state.picture.version;
    if (this.pending.length === 0 && !this.running && newer) this.take(state, null);
  }

  /** Send the pending actions again after a conflict or an error of the store. */
  retry(): void {
    if (this.status !== 'conflict' && this.status !== 'stuck') return;
    this.conflict = null;
    this.set('idle');
    this.start();
  }

  /** Forget the pending actions and keep the confirmed state. */
  discard(): void {
    this.conflict = null;
    this.pending = [];
    this.set('idle');
  }

  private start(): void {
    if (this.running || this.status === 'conflict' || this.status === 'stuck') return;
    this.running = true;
    this.finished = this.run();
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (this.pending.length > 0) {
      const next = this.pending[0]!;
      const action = resolve(next.action, this.state, this.names, (sha) => this.host.maskOf(sha));
      if (action === null) {
        this.remove(next);
        if (!followsRefused(next.action)) this.host.refused('The object of this action is gone.');
        continue;
      }
      if (failures === 0) this.set('busy');
      try {
        const answer = await this.host.act(this.state.picture.version, action, next.uuid);
        this.confirm(next, action, answer);
        failures = 0;
      } catch (error) {
        if (error instanceof Unreachable) {
          this.set('offline');
          await this.host.sleep(PAUSES[Math.min(failures++, PAUSES.length - 1)]!);
        } else if (!(await this.continueAfter(error, next))) break;
      }
    }
    this.running = false;
    if (this.pending.length === 0) this.set('idle');
  }

  private confirm(next: PendingAction, action: Action, now: PictureState): void {
    const created =
      'object' in action && action.object === null ? createdObject(this.state, now) : null;
    if (created !== null) this.names.set(-next.key, created);
    this.pending = this.pending.filter((pending) => pending !== next);
    this.take(now, action);
  }

  private take(state: PictureState, action: Action | null): void {
    const before = this.state;
    this.state = state;
    this.host.arrived(state, before, action);
    this.host.changed();
  }

  /** Handle an error that the server answered; returns whether to continue. */
  private async continueAfter(error: unknown, next: PendingAction): Promise<boolean> {
    if (error instanceof Conflict) {
      this.conflict = error;
      this.take(error.state, null);
      this.set('conflict');
      return false;
    }
    if (error instanceof Refused && (error.status === 429 || error.retryAfter !== null)) {
      await this.host.sleep(error.retryAfter ? error.retryAfter * 1000 : BUSY_PAUSE);
      return true;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Refused && FINAL.has(error.status)) {
      this.remove(next);
      this.host.refused(message);
      return true;
    }
    this.problem = message;
    this.set('stuck');
    return false;
  }

  private remove(dropped: PendingAction): void {
    this.pending = this.pending.filter((pending) => pending !== dropped);
    this.host.changed();
  }

  private set(status: QueueStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.host.changed();
  }
}

/** Whether an action refers to an object that was never made: its making was refused and reported.
 */
function followsRefused(action: LocalAction): boolean {
  return 'object' in action && (action.object === null || action.object < 0);
}
