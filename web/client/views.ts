// What part of the inbox is looked at: all, or what a filter and a search leave. Each view is paged by itself, because
// what fits may lie far below what the list has loaded.
import type { Api, ListQuery } from './api';
import type { Inbox } from './inbox';
import type { Notification, Page } from './protocol';

export type Filter = 'all' | 'unread' | 'mentions' | 'assigned';

export interface View {
  filter: Filter;
  /** Part of title, text, ticket number or subject; empty: everything. */
  search: string;
}

interface Loaded {
  next: number | null;
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
  #loaded = new Map<string, Loaded>();

  constructor(api: Api, inbox: Inbox) {
    this.#api = api;
    this.#inbox = inbox;
  }

  get current(): View {
    return this.#current;
  }

  get isLoaded(): boolean {
    return this.#isWhole ? this.#inbox.isLoaded : this.#inbox.isLoaded && this.#loaded.has(this.#key);
  }

  /** Where the next page begins; null when there is none. */
  get next(): number | null {
    return this.#isWhole ? this.#inbox.next : (this.#loaded.get(this.#key)?.next ?? null);
  }

  entries(now: number): Notification[] {
    if (this.#isWhole) return this.#inbox.visible(now);
    return this.#inbox.visible(now, (entry) => fits(entry, this.#current), this.next);
  }

  set(view: View): void {
    this.#current = { ...view, search: view.search.trim() };
  }

  /** The list was forgotten: so is what was found in it. */
  forget(): void {
    this.#loaded.clear();
  }

  async load(): Promise<void> {
    if (this.#isWhole || this.#loaded.has(this.#key)) return;
    await this.#page({});
  }

  async loadOlder(): Promise<void> {
    const { next } = this;
    if (next === null) return;
    if (this.#isWhole) this.#inbox.append(await this.#api.list({ before: next }));
    else await this.#page({ before: next });
  }

  get #isWhole(): boolean {
    return this.#current.filter === 'all' && this.#current.search === '';
  }

  get #key(): string {
    return `${this.#current.filter} ${this.#current.search}`;
  }

  async #page(from: ListQuery): Promise<void> {
    const { filter, search } = this.#current;
    const key = this.#key;
    const page: Page = await this.#api.list({ ...QUERIES[filter], q: search || undefined, ...from });
    this.#inbox.include(page);
    this.#loaded.set(key, { next: page.next });
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
