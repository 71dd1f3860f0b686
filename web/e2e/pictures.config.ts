import { defineConfig } from 'vitest/config';

/** Not a test: makes the pictures of the README (`npm run pictures`). */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['pictures.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
});
