// What axe finds wrong with a page, for people who use a keyboard, a screen reader or a dim screen.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function complaintsOfAxe(page: Page): Promise<string[]> {
  // Not a script tag: the pages' content security policy refuses those.
  await page.evaluate(SOURCE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
    );
    interface Violation {
      id: string;
      nodes: { html: string }[];
    }
  });
}
