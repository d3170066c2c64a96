// What a push says, as the browser's notification takes it. The hub writes Declarative Web Push; whatever else comes is
// shown too, as far as it can be read: a push that shows nothing costs the subscription (Safari).

export interface ShownOptions {
  body: string;
  tag: string;
  lang: string;
  dir: 'auto' | 'ltr' | 'rtl';
  silent: boolean;
  renotify: boolean;
  data: Clicked;
}

/** What a click needs. */
export interface Clicked {
  url: string;
  id: string | null;
}

export interface Shown {
  title: string;
  options: ShownOptions;
  /** The number on the app's icon; null leaves it as it is. */
  badge: number | null;
  /** Tags of notifications that were read elsewhere. */
  close: string[];
}

type Json = Record<string, unknown>;

/** Where a browser reads Declarative Web Push itself and asks the worker for its word, it has no text any more. */
export interface Proposal {
  notification: object;
  appBadge?: number | null;
}

/** `hub` is where Bellhop's own pages are. */
export function read(text: string | null, hub: string): Shown {
  return shown(parse(text), hub);
}

/** The same from what the browser would show if there were no worker. */
export function readProposal({ notification, appBadge }: Proposal, hub: string): Shown {
  return shown({ notification, app_badge: appBadge }, hub);
}

function shown(message: Json, hub: string): Shown {
  const notification = object(message.notification);
  const data = object(notification.data);
  const tag = string(notification.tag);
  const silent = notification.silent === true;
  const badge = message.app_badge;
  return {
    title: string(notification.title) || 'New notification',
    options: {
      body: string(notification.body),
      tag,
      lang: string(notification.lang),
      dir: 'auto',
      silent,
      // Browsers refuse both where there is no tag to renotify of, or no sound to make.
      renotify: data.renotify === true && tag !== '' && !silent,
      data: { url: page(notification.navigate, hub), id: string(data.id) || null },
    },
    badge: typeof badge === 'number' && badge >= 0 ? badge : null,
    close: Array.isArray(data.close) ? data.close.filter((one) => typeof one === 'string') : [],
  };
}

function parse(text: string | null): Json {
  try {
    return object(JSON.parse(text ?? ''));
  } catch {
    return {};
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** An http(s) page, else Bellhop's own. */
export function page(value: unknown, hub: string): string {
  const own = new URL('/notifications', hub).href;
  try {
    const url = new URL(string(value) || own, hub);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : own;
  } catch {
    return own;
  }
}
