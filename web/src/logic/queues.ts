/** The queues of all pictures in summary. Pure. */

import type { QueueStatus } from './queue';

export interface QueueView {
  status: QueueStatus;
  pending: readonly unknown[];
}

export interface Summary {
  /** The most serious of all. */
  status: QueueStatus;
  /** Number of actions that are not saved. */
  pending: number;
  /** Whether everything is saved, more is on its way, or the rest cannot be sent at present. */
  outlook: 'saved' | 'sending' | 'blocked';
}

/** From harmless to serious. */
const SEVERITY: readonly QueueStatus[] = ['idle', 'busy', 'offline', 'stuck', 'conflict'];
const BLOCKED: ReadonlySet<QueueStatus> = new Set(['offline', 'stuck', 'conflict']);

export function summarise(queues: Iterable<QueueView>): Summary {
  const unsaved = [...queues].filter((queue) => queue.pending.length > 0);
  const worst = Math.max(0, ...unsaved.map((queue) => SEVERITY.indexOf(queue.status)));
  const pending = unsaved.reduce((sum, queue) => sum + queue.pending.length, 0);
  const blocked = unsaved.every((queue) => BLOCKED.has(queue.status));
  const outlook = pending === 0 ? 'saved' : blocked ? 'blocked' : 'sending';
  return { status: SEVERITY[worst]!, pending, outlook };
}

/** Whether a queue resumes only after a decision of the person. */
export function needsPerson(queue: QueueView): boolean {
  return queue.status === 'conflict' || queue.status === 'stuck';
}
