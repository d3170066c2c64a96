// The inbox as it was last shown, in the browser's own storage, where the service worker finds it when there is no network
// (`worker/shelf.ts`). Somebody's texts: they go when that person signs out.
const STATE = 'bellhop-state';
const SHOWN_AT = 'x-shown-at';

/** Pages that are not served over https have no such storage, and are never without network either. */
const storage = (): CacheStorage | undefined => globalThis.caches;

export async function keepState(answers: Record<string, unknown>, at: number): Promise<void> {
  const cache = await storage()?.open(STATE);
  const headers = { 'content-type': 'application/json', [SHOWN_AT]: String(at) };
  for (const [path, answer] of Object.entries(answers))
    await cache?.put(path, new Response(JSON.stringify(answer), { headers }));
}

/** When what is kept was true; null where nothing is kept. */
export async function keptAt(): Promise<number | null> {
  const [one] = (await (await storage()?.open(STATE))?.matchAll()) ?? [];
  return one ? Number(one.headers.get(SHOWN_AT)) : null;
}

export async function forgetKept(): Promise<void> {
  await storage()?.delete(STATE);
}
