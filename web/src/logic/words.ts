/** Words for people: numbers, times, states. */

import type { QueueStatus } from './queue';

export interface Situation {
  status: QueueStatus;
  pending: number;
  collected: number;
  online: boolean;
  /** Whether the network is not loaded yet. */
  loading: boolean;
}

/** The status line: always one short sentence. */
export function situation({ status, pending, collected, online, loading }: Situation): string {
  if (status === 'conflict')
    return `Changed by somebody else, ${plural(pending, 'action')} not saved`;
  if (status === 'stuck') return `Not saved: ${plural(pending, 'action')} waiting`;
  if (status === 'offline' || !online)
    return pending > 0 ? `Offline, ${plural(pending, 'action')} waiting` : 'Offline';
  if (collected > 0) return `${plural(collected, 'click')} collected, release Ctrl to predict`;
  if (status === 'busy' && loading) return 'Loading the network';
  if (status === 'busy') return pending > 1 ? `Thinking, ${pending - 1} more waiting` : 'Thinking';
  return 'All saved';
}

/** Why a picture's actions are not sent, in a few words. */
export function obstacle({ status, problem }: { status: QueueStatus; problem: string }): string {
  if (status === 'conflict') return 'changed by somebody else';
  if (status === 'stuck') return problem;
  return status === 'offline' ? 'the server does not answer' : 'on the way';
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** A count in at most five letters: 999, 52.3K, 2M. */
export function short(count: number): string {
  return Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(
    count,
  );
}

export function percent(scale: number): string {
  const value = scale * 100;
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)} %`;
}

/** Area in pixels, short. */
export function pixels(area: number): string {
  if (area < 10_000) return `${area} px`;
  return area < 1_000_000 ? `${Math.round(area / 1000)}k px` : `${(area / 1e6).toFixed(1)}M px`;
}

/** A path split into its folder and its last part. */
export function splitName(path: string): { folder: string; file: string } {
  const cut = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, cut), file: path.slice(cut) };
}

/** The states of a picture, as the page calls them. */
export const STATES = {
  new: 'New',
  work: 'In work',
  done: 'Done',
  doubtful: 'Doubtful',
  checked: 'Checked',
} as const;

/** Who marked a picture and when, as far as it is known: "by Ann, 3 May, 14:05". */
export function signed(author: string, time: number): string {
  const when = time
    ? new Date(time * 1000).toLocaleString([], {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
      })
    : '';
  return [author && `by ${author}`, when].filter(Boolean).join(', ');
}

export function clock(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

const LOSSES: Record<string, string> = {
  holes: 'holes in a mask',
  parts: 'a mask of several parts',
  overlap: 'overlap of objects',
};

/** What a format cannot hold, as a sentence. */
export function limits(cannotHold: readonly string[]): string {
  if (cannotHold.length === 0) return 'Holds every mask exactly.';
  const words = cannotHold.map((loss) => LOSSES[loss] ?? loss);
  return `Cannot hold ${words.length > 1 ? `${words.slice(0, -1).join(', ')} and ` : ''}${words.at(-1)}.`;
}
