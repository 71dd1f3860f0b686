import { defineConfig } from 'vitest/config';

/** End to end: one browser at a time; slow machines are given time. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
