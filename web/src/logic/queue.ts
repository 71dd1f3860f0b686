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
import {
  createdObject,
  currentId,
  remade,
  renamed,
  resolve,
  withFollowingClicks,
  type LocalAction,
  type PendingAction,
} from './pending';
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
/** Actions after which an object may be gone although the person still saw it. */
const MAY_REMOVE: ReadonlySet<string> = new Set(['remove_click', 'undo', 'redo']);

export class ActionQueue {
  pending: readonly PendingAction[] = [];
  status: QueueStatus = 'idle';
  /** The message to show while stuck. */
  problem = '';
  conflict: Conflict | null = null;
  private readonly names = new Map<number, number>();
  /** Local ids of objects whose making was refused, which was reported. */
  private readonly refused = new Set<number>();
  /** The key of the action that was sent: it must stay as it is until it is answered. */
  private sentKey = 0;
  private lastKey = 0;
  private running = false;
  private finished = Promise.resolve();

  constructor(
    public state: PictureState,
    private readonly host: QueueHost,
  ) {}

  /** The number that an id stands for now; a local id stays until its object is made. */
  idNow(id: number): number {
    return currentId(id, this.names);
  }

  /** Append an action; returns its key. */
  add(action: LocalAction): number {
    const key = ++this.lastKey;
    const known = renamed(action, this.names);
    this.pending = [...this.pending, { key, uuid: uuid(), action: known }];
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
    if (this.pending.length === 0 && !this.running && newer) this.accept(state, null);
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
      const next = this.take();
      const action = resolve(next.action, this.state, (sha) => this.host.maskOf(sha));
      if (action === null) {
        this.remove(next);
        if (!this.followsRefused(next.action))
          this.host.refused('The object of this action is gone.');
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

  /** The action to send next, in which clicks that wait for one answer are one action. */
  private take(): PendingAction {
    const first = this.pending[0]!;
    if (first.key === this.sentKey) return first;
    const { merged, count } = withFollowingClicks(this.pending);
    if (count > 1) this.pending = [merged, ...this.pending.slice(count)];
    this.sentKey = merged.key;
    return merged;
  }

  private confirm(next: PendingAction, action: Action, now: PictureState): void {
    this.pending = this.pending.filter((pending) => pending !== next);
    if ('object' in action && action.object === null) {
      const created = createdObject(this.state, now);
      if (created !== null) this.rename(-next.key, created);
    }
    if (MAY_REMOVE.has(action.type)) this.remake(now);
    this.accept(now, action);
  }

  /** Let pending clicks on objects that our own action took away make these again. */
  private remake(now: PictureState): void {
    const present = new Set(now.document.objects.map((object) => object.id));
    for (const object of this.state.document.objects) {
      if (present.has(object.id)) continue;
      const again = remade(this.pending, object);
      if (!again) continue;
      this.pending = again.pending;
      this.rename(object.id, again.id);
    }
  }

  /** An object has another id from now on. */
  private rename(old: number, id: number): void {
    this.names.set(old, id);
    // After undo the server may use a number again: it stands for itself then.
    this.names.delete(id);
    this.pending = this.pending.map((pending) => ({
      ...pending,
      action: renamed(pending.action, this.names),
    }));
  }

  private accept(state: PictureState, action: Action | null): void {
    const before = this.state;
    this.state = state;
    this.host.arrived(state, before, action);
    this.host.changed();
  }

  /** Handle an error that the server answered; returns whether to continue. */
  private async continueAfter(error: unknown, next: PendingAction): Promise<boolean> {
    if (error instanceof Conflict) {
      this.conflict = error;
      this.accept(error.state, null);
      this.set('conflict');
      return false;
    }
    if (error instanceof Refused && (error.status === 429 || error.retryAfter !== null)) {
      await this.host.sleep(error.retryAfter ? error.retryAfter * 1000 : BUSY_PAUSE);
      return true;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof Refused && FINAL.has(error.status)) {
      const { action } = next;
      if ('object' in action && action.object === null) this.refused.add(-next.key);
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

  /** Whether an action is for an object whose making was refused: that was reported already. */
  private followsRefused(action: LocalAction): boolean {
    return 'object' in action && action.object !== null && this.refused.has(action.object);
  }

  private set(status: QueueStatus): void {
    if (this.status === status) return;
    this.status = status;
    this.host.changed();
  }
}
