// Browser stories against the real server binary (`BELLHOP_BIN`), one file after the other: each file starts
// its own server and browser, and the machine that runs this may be small.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A small machine under load may miss a deadline once; the report names what it ran twice.
    retry: process.env.CI ? 1 : 0,
  },
});
