import { describe, expect, it } from 'vitest';
import { markerAt } from './markers';
import {
  dateOf,
  duration,
  limits,
  obstacle,
  percent,
  pixels,
  situation,
  splitName,
  stageOf,
} from './words';
import { short } from '../language/language.svelte';

const QUIET = { status: 'idle' as const, pending: 0, collected: 0, online: true, loading: false };

describe('words', () => {
  it('say how things stand', () => {
    expect(situation(QUIET)).toBe('All saved');
    expect(situation({ ...QUIET, status: 'busy', pending: 1 })).toBe('Thinking');
    expect(situation({ ...QUIET, status: 'busy', pending: 3 })).toBe('Thinking, 2 more waiting');
    expect(situation({ ...QUIET, status: 'offline', pending: 1 })).toBe(
      'Offline, 1 action waiting',
    );
    expect(situation({ ...QUIET, status: 'busy', pending: 1, loading: true })).toBe(
      'Loading the network',
    );
    expect(situation({ ...QUIET, collected: 2 })).toBe(
      '2 clicks collected, release Ctrl to predict',
    );
  });

  it('say how far long work is', () => {
    const job = { state: 'running' as const, what: 'reading back', done: 3, total: 5 };
    expect(stageOf({ ...job, state: 'queued' })).toBe('Waiting for other work');
    expect(stageOf({ ...job, what: '' })).toBe('Starting');
    expect(stageOf(job)).toBe('Reading back: 3 of 5');
    expect(stageOf({ ...job, total: null })).toBe('Reading back: 3');
    expect(stageOf({ ...job, done: 0, total: null })).toBe('Reading back');
    const training = { ...job, what: 'training', done: 125, total: 600 };
    expect(stageOf(training)).toBe('Training: about 8 min left');
  });

  it('never call a conflict or a stuck queue saved', () => {
    expect(situation({ ...QUIET, status: 'conflict', pending: 2 })).toBe(
      'Changed by somebody else, 2 actions not saved',
    );
    expect(situation({ ...QUIET, status: 'stuck', pending: 1 })).toBe(
      'Not saved: 1 action waiting',
    );
    expect(obstacle({ status: 'conflict', problem: '' })).toBe('changed by somebody else');
    expect(obstacle({ status: 'stuck', problem: 'The disk is full.' })).toBe('The disk is full.');
    expect(obstacle({ status: 'offline', problem: '' })).toBe('the server does not answer');
  });

  it('write numbers short', () => {
    expect([short(7), short(1234), short(52_340), short(2_000_000)]).toEqual([
      '7',
      '1.23K',
      '52.3K',
      '2M',
    ]);
    expect([percent(1), percent(0.0512), percent(12)]).toEqual(['100 %', '5.1 %', '1200 %']);
    expect([pixels(950), pixels(12_345), pixels(2_340_000)]).toEqual([
      '950 px',
      '12k px',
      '2.3M px',
    ]);
    expect(splitName('a/b/c.jpg')).toEqual({ folder: 'a/b/', file: 'c.jpg' });
  });

  it('say what a format cannot hold', () => {
    expect(limits([])).toBe('Holds every mask exactly.');
    expect(limits(['holes', 'parts'])).toBe(
      'Cannot hold holes in a mask and a mask of several parts.',
    );
  });
});

describe('days and times at work', () => {
  it('are those of the calendar, in hours and minutes', () => {
    expect(dateOf('2026-11-27')).toBe('Fri, Nov 27, 2026');
    expect([0, 29, 31, 3600, 45_030].map(duration)).toEqual([
      '0:00',
      '0:00',
      '0:01',
      '1:00',
      '12:31',
    ]);
  });
});

describe('markerAt', () => {
  const view = { scale: 2, x: 10, y: 10 };
  const clicks = [
    { x: 0, y: 0 },
    { x: 10, y: 0 },
  ];

  it('meets the nearest marker within its radius', () => {
    expect(markerAt(clicks, { x: 12, y: 12 }, view, 8)).toBe(0);
    expect(markerAt(clicks, { x: 26, y: 11 }, view, 20)).toBe(1);
    expect(markerAt(clicks, { x: 80, y: 80 }, view, 8)).toBeNull();
  });
});
