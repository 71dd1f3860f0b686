/** Words for people: numbers, times, states. */

import type { Job } from '../api/types';
import type { QueueStatus } from './queue';
import type { Text } from '../language/en';
import { languageCode, plural, said, t } from '../language/language.svelte';

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
  const actions = plural(pending, 'action');
  if (status === 'conflict') return t('Changed by somebody else, {actions} not saved', { actions });
  if (status === 'stuck') return t('Not saved: {actions} waiting', { actions });
  if (status === 'offline' || !online)
    return pending > 0 ? t('Offline, {actions} waiting', { actions }) : t('Offline');
  if (collected > 0)
    return t('{clicks} collected, release Ctrl to predict', { clicks: plural(collected, 'click') });
  if (status === 'busy' && loading) return t('Loading the network');
  if (status === 'busy')
    return pending > 1
      ? t('Thinking, {count} more waiting', { count: pending - 1 })
      : t('Thinking');
  return t('All saved');
}

/** Why a picture's actions are not sent, in a few words. */
export function obstacle({ status, problem }: { status: QueueStatus; problem: string }): string {
  if (status === 'conflict') return t('changed by somebody else');
  if (status === 'stuck') return problem;
  return status === 'offline' ? t('the server does not answer') : t('on the way');
}

/** The stage of learning that counts seconds. */
const TRAINING = 'training';

/** How far long work is: its stage, and how much of it. */
export function stageOf({
  state,
  what,
  done,
  total,
}: Pick<Job, 'state' | 'what' | 'done' | 'total'>): string {
  if (state === 'queued') return t('Waiting for other work');
  if (!what) return t('Starting');
  const stage = said(what[0]!.toUpperCase() + what.slice(1));
  // In seconds: see LearningJob.
  if (what === TRAINING && total)
    return t('{stage}: about {minutes} min left', {
      stage,
      minutes: Math.ceil((total - done) / 60),
    });
  if (total) return t('{stage}: {done} of {total}', { stage, done, total });
  return done > 0 ? `${stage}: ${done}` : stage;
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
    ? new Date(time * 1000).toLocaleString(languageCode(), {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
      })
    : '';
  return [author && t('by {name}', { name: author }), when].filter(Boolean).join(', ');
}

/** A day, "2026-11-27", as people write it. */
export function dateOf(day: string): string {
  // In the middle of the day no clock shows another one.
  return new Date(`${day}T12:00:00`).toLocaleDateString(languageCode(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** A time at work: hours and minutes, "0:07", "12:30". */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

export function clock(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime())
    ? ''
    : date.toLocaleTimeString(languageCode(), { hour: '2-digit', minute: '2-digit' });
}

const LOSSES: Record<string, Text> = {
  holes: 'holes in a mask',
  parts: 'a mask of several parts',
  overlap: 'overlap of objects',
};

/** What of a mask was lost, in words. */
export function lossName(loss: string): string {
  const known = Object.hasOwn(LOSSES, loss) ? LOSSES[loss] : undefined;
  return known ? t(known) : loss;
}

/** What a format cannot hold, as a sentence. */
export function limits(cannotHold: readonly string[]): string {
  if (cannotHold.length === 0) return t('Holds every mask exactly.');
  const words = cannotHold.map(lossName);
  const losses = new Intl.ListFormat(languageCode(), { type: 'conjunction' }).format(words);
  return t('Cannot hold {losses}.', { losses });
}
