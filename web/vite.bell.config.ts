// Builds `bell.js`: one self-contained module under a fixed name, for a script tag in any helpdesk page.
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    lib: { entry: 'elements/bell.define.ts', formats: ['es'], fileName: () => 'bell.js' },
  },
});
