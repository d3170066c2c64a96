// Builds the bundled pages. The server maps `/`, `/notifications`, `/docs`, `/admin`, `/panel` and `/mailbox` to these files.
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const page = (name: string) => resolve(import.meta.dirname, `${name}.html`);

export default defineConfig({
  build: {
    target: 'es2022',
    // The pages run under a strict CSP: no inline polyfill, no data: scripts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        index: page('index'),
        notifications: page('notifications'),
        panel: page('panel'),
        docs: page('docs'),
        mailbox: page('mailbox'),
        admin: page('admin'),
      },
    },
  },
});
