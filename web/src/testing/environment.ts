/** A test environment without a DOM in which Svelte's runes work as they do in a browser. */

import type { Environment } from 'vitest/environments';

export default {
  name: 'runes',
  // Modules are compiled for the client: the server's compilation has no reactivity.
  viteEnvironment: 'client',
  setup: () => ({ teardown() {} }),
} satisfies Environment;
