// What the notifications page shows where there is no network: its own files, and the inbox as the page last kept it
// (`notifications/keeping.ts`). The network comes first for everything that changes; nothing else is touched.
declare const self: ServiceWorkerGlobalScope;

const PAGE = '/notifications';
/** Where the page's own sign leads. */
const HOME = '/';
const SHELL = 'bellhop-shell';
/** Somebody's inbox: gone when they sign out. */
const STATE = 'bellhop-state';
const STATE_PATHS = ['/api/v1/me', '/api/v1/me/notifications'];
const SESSION = '/session';
const UNAUTHORIZED = 401;
/** Of builds before this one, files that nothing asks for any more would stay for ever. */
const MOST_FILES = 80;

/** Answers what the shelf may answer, and leaves the rest to the browser. */
export function onFetch(event: FetchEvent): void {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname.startsWith(SESSION) && request.method !== 'GET') event.waitUntil(caches.delete(STATE));
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate' && url.pathname === PAGE) event.respondWith(page(request));
  else if (request.mode === 'navigate' && url.pathname === HOME) event.respondWith(home(request));
  else if (url.pathname.startsWith('/assets/')) event.respondWith(file(request));
  else if (STATE_PATHS.includes(url.pathname) && url.search === '') event.respondWith(state(request));
}

/** The page is there, and has these files: so that it can be there again. */
export async function keep(files: string[]): Promise<void> {
  const shell = await caches.open(SHELL);
  const kept = (await shell.keys()).map(({ url }) => url);
  const missing = files.filter((url) => !kept.includes(url));
  for (const url of kept.slice(0, Math.max(0, kept.length + missing.length - MOST_FILES)))
    await shell.delete(url);
  await shell.addAll([PAGE, ...missing]);
}

async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(SHELL)).put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    return kept(SHELL, PAGE, error);
  }
}

/** Without network there is the list at least. */
async function home(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (await caches.match(PAGE, { cacheName: SHELL })) return Response.redirect(PAGE);
    throw error;
  }
}

/** Their names carry a hash: what is kept is what would come. */
async function file(request: Request): Promise<Response> {
  const there = await caches.match(request.url, { cacheName: SHELL });
  return there ?? fetch(request);
}

async function state(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (answer.status === UNAUTHORIZED) await caches.delete(STATE);
    return answer;
  } catch (error) {
    return kept(STATE, new URL(request.url).pathname, error);
  }
}

async function kept(cacheName: string, path: string, error: unknown): Promise<Response> {
  const there = await caches.match(path, { cacheName });
  if (!there) throw error;
  return there;
}
