// Signing in and out with the session cookie concerns every tab of the browser at once: the cookie is theirs together.

export type SessionNews = 'began' | 'ended';

function name(hub: string): string {
  return `bellhop.session.1:${hub || globalThis.location?.origin}`;
}

/** Tells the other tabs. */
export function announceSession(news: SessionNews, hub = ''): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const channel = new BroadcastChannel(name(hub));
  channel.postMessage(news);
  channel.close();
}

/** Hears it from other tabs, until the returned function is called. */
export function onSessionNews(hub: string, onNews: (news: SessionNews) => void): () => void {
  if (typeof BroadcastChannel === 'undefined') return () => {};
  const channel = new BroadcastChannel(name(hub));
  channel.onmessage = ({ data }: MessageEvent<SessionNews>) => onNews(data);
  return () => channel.close();
}
