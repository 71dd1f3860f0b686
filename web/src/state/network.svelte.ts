/** The network that answers clicks: what it is, and whether it is loaded yet. */

import type { DrawnObject, Network } from '../api/types';
import { madeByOther } from '../logic/answer-notes';
import { t } from '../language/language.svelte';
import type { Api } from './api';
import type { Notes } from './notes.svelte';
import type { Platform } from './platform';

/** Between two questions whether it is loaded, milliseconds. */
const PAUSE = 700;

export class NetworkWatch {
  info: Network | null = $state.raw(null);
  /** The unknown network that the server was asked about last. */
  private asked: string | null = null;

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

  /** Objects have changed: if an unknown network made one, somebody has chosen another network. */
  async meet(changed: readonly DrawnObject[]): Promise<void> {
    const made = changed.find((object) => madeByOther(object, this.info));
    if (!made || made.network === this.asked) return;
    this.asked = made.network;
    const { network } = await this.api.health().catch(() => ({ network: null }));
    if (!network || network.identity === this.info?.identity) return;
    this.notes.add(t('Another network answers now: {name}', { name: network.name }), 'info');
    await this.watch(network);
  }
}
