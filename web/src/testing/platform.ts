/** A platform whose clock the test moves. */

import type { Platform } from '../state/platform';

export class FakePlatform implements Platform {
  mac = false;
  languages = ['en'];
  address = '';
  time = 0;
  readonly storage = memory();
  readonly session = memory();
  readonly darkScheme = { matches: false, addEventListener() {} };
  private timers: { at: number; callback: () => void }[] = [];

  hash(): string {
    return this.address;
  }

  setHash(hash: string): void {
    this.address = hash;
  }

  now(): number {
    return this.time;
  }

  later(callback: () => void, milliseconds: number): () => void {
    const timer = { at: this.time + milliseconds, callback };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  /** Let time pass; timers run in their order. */
  pass(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.time = due.at;
      due.callback();
    }
    this.time = end;
  }
}

function memory() {
  const stored = new Map<string, string>();
  return {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
}

/** Let everything that is under way finish, as far as it needs no timer. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}
