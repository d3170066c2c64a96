// Waits for something to become true, by asking again until a limit; fails with the last reason.
const EVERY_MS = 10;

export async function eventually<T>(probe: () => T | Promise<T>, withinMs = 5_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
}
