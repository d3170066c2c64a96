// Short names for what the stories say most.
import { expect } from 'vitest';
import { eventually } from '../../test/eventually';

/** Waits until asking gives this answer. */
export async function becomes<T>(ask: () => Promise<T>, expected: unknown, withinMs = 5_000): Promise<void> {
  await eventually(async () => expect(await ask()).toEqual(expected), withinMs);
}
