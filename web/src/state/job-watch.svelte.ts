/** Long work of the server (a scan, an import, an export), followed to its end. */

import { Unreachable } from '../api/client';
import type { Job } from '../api/types';
import type { Api } from './api';
import type { Connection } from './connection.svelte';

/** Between two questions how far it is, milliseconds: short work is noticed at once. */
const FIRST_PAUSE = 50;
const LAST_PAUSE = 500;

export class JobWatch {
  /** The work under way, as it was when the server was last asked; null: none is. */
  now: Job | null = $state.raw(null);
  /** Somebody cancelled it; it ends at its next picture. */
  cancelling = $state(false);

  constructor(
    private readonly api: Pick<Api, 'job' | 'cancelJob'>,
    private readonly connection: Pick<Connection, 'lost' | 'restored' | 'sleep'>,
  ) {}

  /** The result of work that is begun here; null: it was cancelled. Throws what it fails with. */
  async run<Begun extends Job>(begin: () => Promise<Begun>): Promise<Begun['result']> {
    this.cancelling = false;
    try {
      let job: Job = await begin();
      for (let pause = FIRST_PAUSE; isUnderWay(job); pause = Math.min(2 * pause, LAST_PAUSE)) {
        this.now = job;
        await this.connection.sleep(pause);
        job = await this.ask(job);
      }
      if (job.state === 'failed') throw new Error(job.problem ?? 'The work has failed.');
      return job.result;
    } finally {
      this.now = null;
    }
  }

  async cancel(): Promise<void> {
    if (!this.now) return;
    this.cancelling = true;
    try {
      await this.api.cancelJob(this.now.id);
    } catch (error) {
      this.cancelling = false;
      throw error;
    }
  }

  /** The job as it is now; as it was, if the server does not answer: it may be back soon. */
  private async ask(job: Job): Promise<Job> {
    try {
      const found = await this.api.job(job.id);
      this.connection.restored();
      return found;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.connection.lost();
      return job;
    }
  }
}

const isUnderWay = (job: Job) => job.state === 'queued' || job.state === 'running';
