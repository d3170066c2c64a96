// Builds `bell.js`: one self-contained module under a fixed name, for a script tag in any helpdesk page.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: resolve(import.meta.dirname, 'elements/bell.define.ts'),
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: 'bell.js', inlineDynamicImports: true },
    },
  },
});
