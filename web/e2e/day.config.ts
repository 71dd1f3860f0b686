import { defineConfig } from 'vitest/config';

/** Not a test: a scripted person's day, measured (`npm run day`). */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['day.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 180_000,
  },
});
