/** Whether the server answers, and all waits for it. */

import { Unreachable } from '../api/client';
import type { Platform } from './platform';

/** Between two attempts to reach a server that does not answer, milliseconds. */
const PAUSE = 4000;

export class Connection {
  online = $state(true);
  private readonly sleepers = new Set<() => void>();

  /** probe: a request that any running server answers. */
  constructor(
    private readonly probe: () => Promise<unknown>,
    private readonly platform: Pick<Platform, 'later'>,
  ) {}

  /** No answer arrived: probe now and then until the server is back. */
  lost(): void {
    if (!this.online) return;
    this.online = false;
    this.platform.later(() => void this.look(), PAUSE);
  }

  /** An answer arrived. */
  restored(): void {
    this.online = true;
  }

  /** Resolves after so many milliseconds, or earlier when `wake` is called. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.sleepers.delete(done);
        resolve();
      };
      const cancel = this.platform.later(done, milliseconds);
      this.sleepers.add(done);
    });
  }

  /** End all sleeps: the server may be back. */
  wake(): void {
    for (const sleeper of [...this.sleepers]) sleeper();
  }

  private async look(): Promise<void> {
    try {
      await this.probe();
    } catch (error) {
      if (error instanceof Unreachable) {
        this.platform.later(() => void this.look(), PAUSE);
        return;
      }
    }
    this.restored();
    this.wake();
  }
}
