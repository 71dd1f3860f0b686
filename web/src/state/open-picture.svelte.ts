/** A picture that was opened: its confirmed state, its pending actions, its active object, its
 * view.
 *
 * Outlives the picture's time on screen, so that what is pending is still sent.
 */

import type { Conflict } from '../api/client';
import type { Action, PictureState, RunsJson } from '../api/types';
import {
  activeAfter,
  painted,
  preview,
  type LocalAction,
  type PendingAction,
  type ViewObject,
} from '../logic/pending';
import { ActionQueue, type QueueStatus } from '../logic/queue';
import { fromRuns, type Spans } from '../logic/spans';
import type { View } from '../logic/view';
import type { Api } from './api';

/** Masks kept for undo and redo beside those of the present state. */
const KEPT_MASKS = 200;

/** What an open picture needs from its surroundings. */
export interface PictureHost {
  api: Pick<Api, 'act'>;
  author(): string;
  sleep(milliseconds: number): Promise<void>;
  now(): number;
  /** An answer arrived; action: ours that led to it, null if it arrived otherwise. */
  arrived(picture: OpenPicture, before: PictureState, action: Action | null): void;
  refused(picture: OpenPicture, message: string): void;
}

export class OpenPicture {
  state: PictureState = $state.raw(undefined as unknown as PictureState);
  pending: readonly PendingAction[] = $state.raw([]);
  status: QueueStatus = $state('idle');
  problem = $state('');
  conflict: Conflict | null = $state.raw(null);
  /** The object that clicks go to; null: the next click makes a new one. */
  activeId: number | null = $state(null);
  view: View | null = $state.raw(null);
  /** When the last answer arrived; 0 once it was painted. */
  arrivedAt = 0;
  readonly document = $derived(preview(this.state.document, this.pending));
  readonly active: ViewObject | null = $derived(
    this.document.objects.find((object) => object.id === this.activeId) ?? null,
  );
  private readonly queue: ActionQueue;
  private readonly runs = new Map<string, RunsJson>();
  private readonly spans = new Map<string, Spans>();

  constructor(
    state: PictureState,
    private readonly host: PictureHost,
  ) {
    this.state = state;
    this.learn(state);
    this.queue = new ActionQueue(state, {
      act: (version, action, key) => this.send(version, action, key),
      sleep: (milliseconds) => host.sleep(milliseconds),
      maskOf: (sha) => this.maskOf(sha),
      arrived: (now, before, action) => this.arrived(now, before, action),
      changed: () => this.follow(),
      refused: (message) => host.refused(this, message),
    });
  }

  get id(): number {
    return this.state.picture.id;
  }

  get name(): string {
    return this.state.picture.name;
  }

  get readable(): boolean {
    return this.state.picture.width > 0 && !this.state.picture.problem;
  }

  add(action: LocalAction): number {
    return this.queue.add(action);
  }

  /** Resolves when everything is sent or the rest needs the person. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  /** Send the pending actions again after a conflict or an error of the store. */
  retry(): void {
    this.queue.retry();
  }

  /** Forget the pending actions. */
  discard(): void {
    this.queue.discard();
  }

  /** Take a newer state that did not come from an action. */
  refresh(state: PictureState): void {
    this.learn(state);
    this.queue.refresh(state);
    // A picture that was unreadable may have become readable, with the same version.
    if (state.picture.version === this.state.picture.version) this.state = state;
  }

  maskOf(sha: string): Spans | null {
    const known = this.spans.get(sha);
    if (known) return known;
    const runs = this.runs.get(sha);
    if (!runs) return null;
    const spans = fromRuns(runs);
    this.spans.set(sha, spans);
    return spans;
  }

  /** An object's mask with its pending strokes; null if it has no pixel. */
  visibleMask(object: ViewObject): Spans | null {
    const mask = object.mask ? this.maskOf(object.mask) : null;
    return object.strokes.length > 0 ? painted(mask, object.strokes) : mask;
  }

  /** The confirmed state with all masks of its objects. */
  full(): PictureState {
    const masks: Record<string, RunsJson> = {};
    for (const { mask } of this.state.document.objects) {
      const runs = mask ? this.runs.get(mask) : undefined;
      if (mask && runs) masks[mask] = runs;
    }
    return { ...this.state, masks };
  }

  private send(version: number, action: Action, key: string): Promise<PictureState> {
    const known = [...this.runs.keys()];
    const author = this.host.author();
    return this.host.api.act(this.id, { version, action, key, known, author });
  }

  /** Keep the masks of a state, and forget the oldest of those that no object has. */
  private learn(state: PictureState): void {
    for (const [sha, runs] of Object.entries(state.masks)) this.runs.set(sha, runs);
    const present = new Set(state.document.objects.map((object) => object.mask));
    for (const sha of this.runs.keys()) {
      if (this.runs.size <= present.size + KEPT_MASKS) break;
      if (present.has(sha)) continue;
      this.runs.delete(sha);
      this.spans.delete(sha);
    }
  }

  private arrived(now: PictureState, before: PictureState, action: Action | null): void {
    this.arrivedAt = this.host.now();
    this.learn(now);
    if (action?.type === 'undo' || action?.type === 'redo')
      this.activeId = activeAfter(before, now, this.activeId);
    this.state = now;
    this.host.arrived(this, before, action);
  }

  /** Follow the queue: it has other values now. */
  private follow(): void {
    const queue = this.queue;
    this.pending = queue.pending;
    this.status = queue.status;
    this.problem = queue.problem;
    this.conflict = queue.conflict;
    if (this.activeId === null) return;
    // A local id becomes a number with the first answer.
    this.activeId = queue.idNow(this.activeId);
    if (!this.document.objects.some((object) => object.id === this.activeId)) this.activeId = null;
  }
}
