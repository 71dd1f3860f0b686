import { defineConfig } from 'vitest/config';

/** End to end: one browser at a time; slow machines are given time. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
});
