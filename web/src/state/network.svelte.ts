/** The network that answers clicks: what it is, and whether it is loaded yet. */

import type { Network } from '../api/types';
import type { Api } from './api';
import type { Notes } from './notes.svelte';
import type { Platform } from './platform';

/** Between two questions whether it is loaded, milliseconds. */
const PAUSE = 700;

export class NetworkWatch {
  info: Network | null = $state.raw(null);

  constructor(
    private readonly api: Pick<Api, 'health'>,
    private readonly notes: Notes,
    private readonly platform: Pick<Platform, 'later'>,
  ) {}

  /** Follow a network that is loaded while the person already looks at pictures. */
  async watch(network: Network | null): Promise<void> {
    this.info = network;
    while (this.info?.state === 'loading') {
      await new Promise<void>((resolve) => this.platform.later(resolve, PAUSE));
      this.info = await this.api.health().then(
        (health) => health.network,
        () => this.info,
      );
    }
    if (this.info?.problem) this.notes.add(this.info.problem, 'warning');
  }
}
