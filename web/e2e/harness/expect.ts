// Short names for what the stories say most.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from '../../test/eventually';

/** Waits until asking gives this answer. */
export async function becomes<T>(ask: () => Promise<T>, expected: unknown, withinMs = 5_000): Promise<void> {
  await eventually(async () => expect(await ask()).toEqual(expected), withinMs);
}

/** Whether the keyboard is there, inside whatever shadow root that is. */
export function hasFocus(page: Page, selector: string): Promise<boolean> {
  return page
    .locator(selector)
    .evaluate((element) => (element.getRootNode() as ShadowRoot).activeElement === element);
}
