// Builds `bell.js`: a module under a fixed name, for a script tag in any helpdesk page, and beside it what only some
// people need: the preferences (`bell-preferences.js`) and the words of other languages (`bell-words_de.js`, …).
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** What every page with the bell loads. */
const MOST_BYTES = 35_000;

/** Indentation and comments in templates and styles are text to a minifier. To a browser they are nothing. */
const lean: Plugin = {
  name: 'lean-templates',
  transform(code, id) {
    if (!id.includes('/elements/')) return null;
    const isStyle = /styles|theme/.test(id);
    const bare = isStyle ? code.replace(/\/\*[^*]*\*\//g, '').replace(/([{};:,])\s+/g, '$1') : code;
    return { code: bare.replace(/\n\s+/g, '\n'), map: null };
  },
};

/** The bell's parts have no styles of their own to wait for, which is what Vite's helper around every `import()` is for. */
const bareImports: Plugin = {
  name: 'bare-imports',
  enforce: 'pre',
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : null),
};

/** Fails the build when the bell has become too heavy for somebody else's page. */
const budget: Plugin = {
  name: 'bell-budget',
  generateBundle(_, bundle) {
    const bell = bundle['bell.js'];
    if (bell?.type !== 'chunk') return this.error('there is no bell.js');
    if (bell.imports.length > 0) this.error(`bell.js loads ${bell.imports.join(', ')} at once`);
    const bytes = gzipSync(bell.code, { level: 9 }).length;
    if (bytes > MOST_BYTES)
      this.error(`bell.js has ${bytes} bytes gzipped, at most ${MOST_BYTES} are allowed`);
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [lean, bareImports, budget],
  build: {
    target: 'es2022',
    emptyOutDir: false,
    modulePreload: false,
    rollupOptions: {
      input: resolve(import.meta.dirname, 'elements/bell.define.ts'),
      // The parts that are loaded later take what they share from bell.js.
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: 'bell.js',
        chunkFileNames: ({ name }) => `bell-${name.replace(/\.define$/, '')}.js`,
      },
    },
  },
});
