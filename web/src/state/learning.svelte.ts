/** Learning from the finished objects: what is possible, how far a run is, and its result. */

import type { LearningStatus } from '../api/types';
import { plural, t } from '../language/language.svelte';
import type { Api } from './api';
import type { JobWatch } from './job-watch.svelte';
import type { NetworkWatch } from './network.svelte';
import { messageOf, type Notes } from './notes.svelte';
import type { Platform } from './platform';
import type { Settings } from './settings.svelte';

/** After the start of the page: by then the first picture is there. Milliseconds. */
const FIRST_LOOK = 10_000;
/** Finished objects or pictures between two looks whether there is enough to learn from. */
const EVERY = 10;

interface Parts {
  api: Pick<Api, 'learning' | 'startLearning' | 'useLearnt' | 'job' | 'health'>;
  /** Follows the run, also while the dialog is closed. */
  watch: JobWatch;
  network: Pick<NetworkWatch, 'watch'>;
  notes: Notes;
  settings: Settings;
  platform: Pick<Platform, 'later'>;
  /** Whether the dialog is open, which shows what happens. */
  isOpen: () => boolean;
  open: () => void;
}

export class Learning {
  status: LearningStatus | null = $state.raw(null);
  /** Why the last request or run failed, for the dialog. */
  problem = $state('');
  private finished = 0;

  constructor(private readonly parts: Parts) {}

  begin(): void {
    this.parts.platform.later(() => void this.offer(), FIRST_LOOK);
  }

  /** An object or a picture was finished. */
  noteFinish(): void {
    this.finished += 1;
    if (this.finished % EVERY === 0) void this.offer();
  }

  async load(): Promise<void> {
    this.status = await this.parts.api.learning();
    const { job } = this.status;
    // A run that this page did not begin, or had begun before it was loaded again.
    if (job && !this.parts.watch.now) void this.follow(() => this.parts.api.job(job));
  }

  start(minutes: number): Promise<void> {
    this.problem = '';
    return this.follow(() => this.parts.api.startLearning(minutes));
  }

  /** Use the network of a run, or the old network again. */
  async use(run: string | null): Promise<void> {
    this.status = await this.parts.api.useLearnt(run);
    void this.parts.network.watch((await this.parts.api.health()).network);
  }

  /** Follow a run to its end; where nobody sees it, say how it ended. */
  private async follow(begin: Parameters<JobWatch['run']>[0]): Promise<void> {
    const { watch, notes, isOpen } = this.parts;
    try {
      const result = await watch.run(begin);
      await this.load();
      if (result && !isOpen()) this.say(t('The network has learnt: look at the result.'));
    } catch (error) {
      this.problem = messageOf(error);
      if (!isOpen()) notes.error(error);
    }
  }

  /** Say once that there is enough to learn from. */
  private async offer(): Promise<void> {
    const { settings } = this.parts;
    if (settings.values.offered) return;
    try {
      await this.load();
    } catch {
      return; // asked again later
    }
    const { status } = this;
    if (!status || status.problem || status.job || status.result || status.used) return;
    settings.set('offered', true);
    const objects = plural(status.objects, 'object');
    this.say(t('{objects} are finished: the network can learn from them.', { objects }));
  }

  private say(text: string): void {
    this.parts.notes.add(text, 'info', { title: 'Look', run: this.parts.open });
  }
}
