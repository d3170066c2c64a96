// The service worker: shows pushes while no page is open, leads a click to the right tab, keeps the subscription alive,
// and has the notifications page at hand where there is no network. Where a helpdesk serves it on an origin of its own, `?hub=` says where Bellhop is.
import { page, read, readProposal, type Clicked, type Proposal, type Shown } from './payload';
import { keep, onFetch } from './shelf';

declare const self: ServiceWorkerGlobalScope;

const HUB = new URL(self.location.href).searchParams.get('hub') ?? self.location.origin;
const OWN_PAGES = ['/', '/notifications'];

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
// A helpdesk that loads this script into its own worker has other pages under these paths.
if (HUB === self.location.origin && self.location.pathname === '/sw.js')
  self.addEventListener('fetch', onFetch);
self.addEventListener('message', (event) => {
  const { keep: files } = (event.data ?? {}) as { keep?: string[] };
  if (files) event.waitUntil(keep(files));
});
self.addEventListener('push', (event) => event.waitUntil(show(saidBy(event))));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  // One that the browser showed by itself has the hub's data, and no address in it.
  const { url, id } = (event.notification.data ?? {}) as Partial<Clicked>;
  event.waitUntil(Promise.all([open(page(url, HUB)), id ? markRead(id) : undefined]));
});
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)));

/** Safari has read the push already, and proposes what it would show. */
function saidBy(event: PushEvent & Partial<Proposal>): Shown {
  const { notification, appBadge } = event;
  return notification ? readProposal({ notification, appBadge }, HUB) : read(event.data?.text() ?? null, HUB);
}

async function show({ title, options, badge, close }: Shown): Promise<void> {
  // Shown first, and in any case: the rest is courtesy.
  await self.registration
    .showNotification(title, options)
    .catch(() => self.registration.showNotification(title, { data: options.data }));
  await Promise.allSettled([closeStale(close.filter((tag) => tag !== options.tag)), setBadge(badge)]);
}

async function closeStale(tags: string[]): Promise<void> {
  for (const tag of tags) {
    for (const stale of await self.registration.getNotifications({ tag })) stale.close();
  }
}

async function setBadge(unread: number | null): Promise<void> {
  if (unread === null || !('setAppBadge' in self.navigator)) return;
  await (unread > 0 ? self.navigator.setAppBadge(unread) : self.navigator.clearAppBadge());
}

/** The tab that shows it already, else a page of Bellhop's that is open, else a new one. */
async function open(url: string): Promise<void> {
  const windows = (await self.clients.matchAll({
    type: 'window',
    includeUncontrolled: true,
  })) as WindowClient[];
  const there = windows.find((one) => one.url === url);
  if (there) return void (await there.focus());
  const isOurs = new URL(url).origin === self.location.origin;
  const nearby = windows.find((one) => withoutHash(one.url) === withoutHash(url)) ?? windows.find(isOwnPage);
  if (isOurs && nearby) {
    try {
      // In this order: the click allows one focus, and it is gone after a navigation.
      await (await nearby.focus()).navigate(url);
      return;
    } catch {
      // A page that this worker does not control cannot be led elsewhere.
    }
  }
  await self.clients.openWindow(url);
}

function isOwnPage(window: WindowClient): boolean {
  const { origin, pathname } = new URL(window.url);
  return origin === HUB && OWN_PAGES.includes(pathname);
}

function withoutHash(url: string): string {
  return url.split('#')[0]!;
}

/** By the session of Bellhop's own pages. On another origin there is none here: there the ticket's page says it. */
async function markRead(id: string): Promise<void> {
  if (HUB !== self.location.origin) return;
  await post('/api/v1/me/notifications/read', { ids: [id] }).catch(() => undefined);
}

/** The browser changed the subscription by itself: the hub has to know the new one. */
async function renew(event: PushSubscriptionChangeEvent): Promise<void> {
  const fresh = event.newSubscription ?? (await subscribeAnew());
  await post('/api/v1/me/push-subscriptions', {
    ...fresh.toJSON(),
    replaces: event.oldSubscription?.endpoint,
  });
}

async function subscribeAnew(): Promise<PushSubscription> {
  const answer = await fetch(new URL('/api/v1/push-key', HUB));
  const { public_key } = (await answer.json()) as { public_key: string };
  return self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
}

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(new URL(path, HUB), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status}`);
}
