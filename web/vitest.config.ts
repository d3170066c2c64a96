// Unit tests: the headless client against a scripted hub on a real socket, the elements in happy-dom.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 10_000,
  },
});
