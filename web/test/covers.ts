// Lets a test say which requirements it carries. The line is written only after the test has passed, and only
// where somebody collects them (`BELLHOP_COVERAGE_DIR`).
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function covers(...requirements: string[]): void {
  const directory = process.env.BELLHOP_COVERAGE_DIR;
  onTestFinished(({ task }) => {
    if (!directory || task.result?.state !== 'pass') return;
    mkdirSync(directory, { recursive: true });
    const lines = requirements.map((id) => `${id}\tweb: ${task.name.replace(/\s+/g, ' ')}\n`);
    appendFileSync(join(directory, `web-${process.pid}.tsv`), lines.join(''));
  });
}
