import { defineConfig } from 'vitest/config';

/** Only with Label Studio and `fcfi serve` running: `make peers` starts them and this. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['label-studio.ts'],
    testTimeout: 900_000,
    hookTimeout: 180_000,
  },
});
