// Builds `sw.js`: one self-contained script under a fixed name, because a service worker's scope is where it lies.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: resolve(import.meta.dirname, 'worker/sw.ts'),
      output: { entryFileNames: 'sw.js', inlineDynamicImports: true },
    },
  },
});
