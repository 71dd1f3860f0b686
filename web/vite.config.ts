import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

/** What is built into the page, and whose licence must travel with it. */
const BUNDLED = ['svelte', 'konva', '@lucide/svelte'];

function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const parts = BUNDLED.map((name) => {
        const folder = new URL(`./node_modules/${name}/`, import.meta.url);
        const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
          version: string;
        };
        const text = ['LICENSE', 'LICENSE.md'].map((file) => {
          try {
            return readFileSync(new URL(file, folder), 'utf8').trim();
          } catch {
            return '';
          }
        });
        return `${name} ${version}\n\n${text.find(Boolean) ?? ''}\n`;
      });
      this.emitFile({
        type: 'asset',
        fileName: 'assets/licences.txt',
        source: parts.join('\n----\n\n'),
      });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), licences()],
  build: {
    outDir: '../fcfi/server/static',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/page.js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8017' } },
  test: { include: ['src/**/*.test.ts'], environment: './src/testing/environment.ts' },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
});
