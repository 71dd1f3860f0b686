/** How the queues of all open pictures stand together. Knows neither the page nor the network. */

import type { QueueStatus } from './queue';

export interface Standing {
  status: QueueStatus;
  waiting: readonly unknown[];
}

export interface Together {
  /** The gravest of all. */
  status: QueueStatus;
  /** Actions that are not saved. */
  waiting: number;
  /** Whether all is saved, more is on its way, or the rest cannot be sent as things stand. */
  outlook: 'saved' | 'sending' | 'blocked';
}

/** From harmless to grave. */
const GRAVITY: readonly QueueStatus[] = ['idle', 'busy', 'offline', 'stuck', 'conflict'];
const BLOCKED: ReadonlySet<QueueStatus> = new Set(['offline', 'stuck', 'conflict']);

export function together(queues: Iterable<Standing>): Together {
  const unsaved = [...queues].filter((one) => one.waiting.length > 0);
  const status = GRAVITY[Math.max(0, ...unsaved.map((one) => GRAVITY.indexOf(one.status)))]!;
  const waiting = unsaved.reduce((sum, one) => sum + one.waiting.length, 0);
  const blocked = unsaved.every((one) => BLOCKED.has(one.status));
  return { status, waiting, outlook: waiting === 0 ? 'saved' : blocked ? 'blocked' : 'sending' };
}

/** Whether a queue goes on only when the person has said what to do. */
export function needsPerson(queue: Standing): boolean {
  return queue.status === 'conflict' || queue.status === 'stuck';
}
