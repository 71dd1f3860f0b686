/** The work on one picture: its confirmed state, what waits, what is open. Outlives the picture's time on screen. */

import * as api from '../api/client';
import type { Action, PictureState, RunsJson } from '../api/types';
import { openAfter, painted, preview, type LocalAction, type ViewObject, type Waiting } from '../logic/local';
import { ActionQueue, type QueueStatus } from '../logic/queue';
import { fromRuns, type Spans } from '../logic/spans';
import type { View } from '../logic/view';

/** Masks kept for undo and redo beside those of the present state. */
const KEPT = 200;

export interface WorkRim {
  author(): string;
  /** An answer came; action: ours that led to it, null if it came otherwise. */
  arrived(work: Work, before: PictureState, action: Action | null): void;
  refused(message: string): void;
}

const sleepers = new Set<() => void>();

/** Ends all waits for the connection. */
export function wake(): void {
  for (const sleeper of [...sleepers]) sleeper();
}

export class Work {
  state: PictureState = $state.raw(undefined as unknown as PictureState);
  waiting: readonly Waiting[] = $state.raw([]);
  status: QueueStatus = $state('idle');
  problem = $state('');
  conflict: api.Conflict | null = $state.raw(null);
  /** The object that clicks go to; null: the next click makes a new one. */
  open: number | null = $state(null);
  view: View | null = $state.raw(null);
  /** When the last answer came, as performance.now() tells; 0 once it was painted. */
  arrivedAt = 0;
  readonly document = $derived(preview(this.state.document, this.waiting));
  readonly openObject: ViewObject | null = $derived(
    this.document.objects.find((one) => one.id === this.open) ?? null,
  );
  private readonly queue: ActionQueue;
  private readonly runs = new Map<string, RunsJson>();
  private readonly spans = new Map<string, Spans>();

  constructor(
    state: PictureState,
    private readonly rim: WorkRim,
  ) {
    this.state = state;
    this.learn(state);
    this.queue = new ActionQueue(state, {
      act: (version, action, key) =>
        api.act(this.id, { version, action, key, known: this.known(), author: rim.author() }),
      wait: (milliseconds) => sleep(milliseconds),
      maskOf: (sha) => this.maskOf(sha),
      arrived: (now, before, action) => this.arrived(now, before, action),
      changed: () => this.changed(),
      refused: (message) => rim.refused(message),
    });
  }

  get id(): number {
    return this.state.picture.id;
  }

  get name(): string {
    return this.state.picture.name;
  }

  add(action: LocalAction): number {
    return this.queue.add(action);
  }

  idle(): Promise<void> {
    return this.queue.idle();
  }

  again(): void {
    this.queue.again();
  }

  drop(): void {
    this.queue.drop();
  }

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

  /** An object's mask with the strokes that wait; null if it has no pixel. */
  seen(object: ViewObject): Spans | null {
    const mask = object.mask ? this.maskOf(object.mask) : null;
    return object.strokes.length > 0 ? painted(mask, object.strokes) : mask;
  }

  /** The confirmed state with all masks of its objects. */
  full(): PictureState {
    const shas = this.state.document.objects.flatMap((one) => (one.mask ? [one.mask] : []));
    const masks = Object.fromEntries(
      shas.flatMap((sha) => (this.runs.has(sha) ? [[sha, this.runs.get(sha)!]] : [])),
    );
    return { ...this.state, masks };
  }

  private known(): string[] {
    return [...this.runs.keys()];
  }

  private learn(state: PictureState): void {
    for (const [sha, runs] of Object.entries(state.masks)) this.runs.set(sha, runs);
    const present = new Set(state.document.objects.map((one) => one.mask));
    for (const sha of this.runs.keys()) {
      if (this.runs.size <= present.size + KEPT) break;
      if (present.has(sha)) continue;
      this.runs.delete(sha);
      this.spans.delete(sha);
    }
  }

  private arrived(now: PictureState, before: PictureState, action: Action | null): void {
    this.arrivedAt = performance.now();
    this.learn(now);
    if (action?.type === 'undo' || action?.type === 'redo') this.open = openAfter(before, now, this.open);
    this.state = now;
    this.rim.arrived(this, before, action);
  }

  private changed(): void {
    const queue = this.queue;
    this.waiting = queue.waiting;
    this.status = queue.status;
    this.problem = queue.problem;
    this.conflict = queue.conflict;
    if (this.open === null) return;
    if (this.open < 0) this.open = queue.names.get(this.open) ?? this.open;
    if (!this.document.objects.some((one) => one.id === this.open)) this.open = null;
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      sleepers.delete(done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    sleepers.add(done);
  });
}
