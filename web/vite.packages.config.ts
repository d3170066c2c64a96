// Builds one of the packages for npm, named by the mode: `client` or `elements`. lit stays outside:
// a page has one copy of it.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: `dist-packages/${mode}`,
    minify: false,
    lib: { entry: resolve(import.meta.dirname, `${mode}/index.ts`), formats: ['es'], fileName: 'index' },
    rollupOptions: { external: [/^lit(\/|$)/], output: { chunkFileNames: '[name].js' } },
  },
}));
