// What a person does to entries, each with the way back: every deed answers with a function that undoes it.
import type { Acts } from './acts';
import type { Api } from './api';
import type { Inbox } from './inbox';
import type { Act, Notification, Selector } from './protocol';

export type Undo = () => void;

/** As many as the hub takes in one act. */
const MOST_IDS = 1_000;
const PAGE = 100;

export class Deeds {
  #api: Api;
  #inbox: Inbox;
  #acts: Acts;
  #now: () => number;

  constructor(api: Api, inbox: Inbox, acts: Acts, now: () => number) {
    this.#api = api;
    this.#inbox = inbox;
    this.#acts = acts;
    this.#now = now;
  }

  read(ids: string[]): Undo {
    const changed = this.#which(ids, ({ read_at }) => read_at === null);
    this.#add('read', ids);
    return () => this.#add('unread', changed);
  }

  unread(ids: string[]): Undo {
    const changed = this.#which(ids, ({ read_at }) => read_at !== null);
    this.#add('unread', ids);
    return () => this.#add('read', changed);
  }

  clear(ids: string[]): Undo {
    this.#add('clear', ids);
    return () => this.restore(ids);
  }

  restore(ids: string[]): Undo {
    this.#add('restore', ids);
    return () => this.#add('clear', ids);
  }

  /** `until`: an instant, or `reply`. */
  snooze(ids: string[], until: string): Undo {
    const wereRead = this.#which(ids, ({ read_at }) => read_at !== null);
    this.#add('snooze', ids, until);
    return () => {
      // Sleep that is over: the hub wakes it within a second.
      this.#inbox.expectWaking(ids);
      this.#add('snooze', ids, new Date(this.#now()).toISOString());
      this.#add('read', wereRead);
    };
  }

  /** Null for the way back where there are too many to name. */
  async readAll(): Promise<Undo | null> {
    const upTo = this.#inbox.held;
    const ids = await this.#all('unread', ({ read_at, resolved }) => read_at === null && !resolved);
    this.#acts.add('read', { all: true, up_to: upTo });
    return ids && (() => this.#add('unread', ids));
  }

  /** Clears what is read, and leaves the rest. */
  async clearRead(): Promise<Undo | null> {
    const upTo = this.#inbox.held;
    const ids = await this.#all('read', ({ read_at }) => read_at !== null);
    this.#acts.add('clear', { status: 'read', up_to: upTo });
    return ids && (() => this.restore(ids));
  }

  #add(act: Act, ids: string[], until?: string): void {
    if (ids.length > 0) this.#acts.add(act, { ids } satisfies Selector, until);
  }

  #which(ids: string[], isMeant: (entry: Notification) => boolean): string[] {
    return ids.filter((id) => {
      const entry = this.#inbox.get(id);
      return entry !== undefined && isMeant(entry);
    });
  }

  /** Ids of all that a bulk act will change, also of those that no page here shows. */
  async #all(status: 'read' | 'unread', isMeant: (entry: Notification) => boolean): Promise<string[] | null> {
    if (this.#inbox.next() === null) return this.#inbox.visible(this.#now(), isMeant).map(({ id }) => id);
    try {
      return await this.#fetch(status);
    } catch {
      // The act itself waits for the hub; the way back does not.
      return null;
    }
  }

  async #fetch(status: 'read' | 'unread'): Promise<string[] | null> {
    const ids: string[] = [];
    let before: number | undefined;
    do {
      const page = await this.#api.list({ status, limit: PAGE, before });
      ids.push(...page.items.map(({ id }) => id));
      before = page.next ?? undefined;
    } while (before !== undefined && ids.length < MOST_IDS);
    return before === undefined ? ids.slice(0, MOST_IDS) : null;
  }
}
