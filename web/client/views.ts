// What part of the inbox is looked at: all, or what a filter and a search leave. Each view is paged by itself, because
// what fits may lie far below what the list has loaded.
import type { Api, ListQuery } from './api';
import { WHOLE, type Inbox } from './inbox';
import type { Notification } from './protocol';

export type Filter = 'all' | 'unread' | 'mentions' | 'assigned';

export interface View {
  filter: Filter;
  /** Part of title, text, ticket number or subject; empty: everything. */
  search: string;
}

const QUERIES: Record<Filter, ListQuery> = {
  all: {},
  unread: { status: 'unread' },
  mentions: { type: 'mention' },
  assigned: { type: 'assignment' },
};

export class Views {
  #api: Api;
  #inbox: Inbox;
  #current: View = { filter: 'all', search: '' };

  constructor(api: Api, inbox: Inbox) {
    this.#api = api;
    this.#inbox = inbox;
  }

  get current(): View {
    return this.#current;
  }

  get isLoaded(): boolean {
    return this.#inbox.isLoaded() && this.#inbox.isLoaded(this.#key);
  }

  /** Where the next page begins; null when there is none. */
  get next(): number | null {
    return this.#inbox.next(this.#key);
  }

  entries(now: number): Notification[] {
    return this.#inbox.visible(now, (entry) => fits(entry, this.#current), this.#key);
  }

  set(view: View): void {
    this.#current = { ...view, search: view.search.trim() };
  }

  /** The first page of what a filter and a search leave; that of all is the client's to load. */
  async load(): Promise<void> {
    if (this.#key !== WHOLE && !this.#inbox.isLoaded(this.#key)) await this.#page();
  }

  async loadOlder(): Promise<void> {
    if (this.next !== null) await this.#page();
  }

  get #key(): string {
    const { filter, search } = this.#current;
    return filter === 'all' && search === '' ? WHOLE : `${filter} ${search}`;
  }

  async #page(): Promise<void> {
    const { filter, search } = this.#current;
    const [key, { next }] = [this.#key, this];
    const query = { ...QUERIES[filter], q: search || undefined, before: next ?? undefined };
    this.#inbox.append(await this.#api.list(query), key, next);
  }
}

/** As the hub decides it, so that what arrives appears where it belongs. */
export function fits(entry: Notification, { filter, search }: View): boolean {
  if (filter === 'unread' && (entry.read_at !== null || entry.resolved)) return false;
  if (filter === 'mentions' && entry.type !== 'mention') return false;
  if (filter === 'assigned' && entry.type !== 'assignment') return false;
  if (search === '') return true;
  const { title, body, ticket } = entry;
  const words = search.toLowerCase();
  return [title, body, ticket?.number, ticket?.subject].some((text) => text?.toLowerCase().includes(words));
}
