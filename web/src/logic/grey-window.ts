/** Which values of a grey picture of more than 8 bits are shown as black and as white. Pure. */

import type { ValueRange } from '../api/types';

export interface GreyWindow {
  low: number;
  high: number;
}

/** Steps of a slider over values that are not whole numbers. */
const STEPS = 1000;

/** The parameter of an address. */
export const windowText = ({ low, high }: GreyWindow) => `${low},${high}`;

/** Whether two windows, or none, are the same. */
export const sameWindow = (one: GreyWindow | null, other: GreyWindow | null) =>
  one?.low === other?.low && one?.high === other?.high;

/** A window if it is one: two finite numbers, the lower one first; else null. */
export function wellFormedWindow(value: unknown): GreyWindow | null {
  const { low, high } = (value ?? {}) as Partial<Record<keyof GreyWindow, unknown>>;
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  return Number.isFinite(low) && Number.isFinite(high) && low < high ? { low, high } : null;
}

/** The step of sliders over a range of values. */
export function stepOf({ low, high, whole }: ValueRange): number {
  return whole || high <= low ? 1 : (high - low) / STEPS;
}

/** The window with one end moved by a slider, which the other end stops a step before. */
export function moved(
  window: GreyWindow,
  end: keyof GreyWindow,
  value: number,
  step: number,
): GreyWindow {
  return end === 'low'
    ? { ...window, low: Math.min(value, window.high - step) }
    : { ...window, high: Math.max(value, window.low + step) };
}
