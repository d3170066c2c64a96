// What a page asks and does, as reactive controllers: the newest question counts, nothing is done twice at a time, and
// whoever is signed out meanwhile is told of it where the console hears it (`signed-out`).
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Trouble, type Listed } from './api';

type Host = ReactiveControllerHost & HTMLElement;

/** Something that is read from the hub. */
export class Asked<T> implements ReactiveController {
  value: T | undefined;
  trouble: Trouble | null = null;
  isLoading = false;
  #host: Host;
  #question: (signal: AbortSignal) => Promise<T>;
  #current: AbortController | null = null;

  constructor(host: Host, question: (signal: AbortSignal) => Promise<T>) {
    this.#host = host;
    this.#question = question;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#current?.abort();
  }

  /** Asks (again). A former question that is still open is given up. */
  async load(): Promise<void> {
    this.#current?.abort();
    const mine = new AbortController();
    this.#current = mine;
    this.isLoading = true;
    this.#host.requestUpdate();
    try {
      const value = await this.#question(mine.signal);
      if (this.#current !== mine) return;
      this.value = value;
      this.trouble = null;
    } catch (error) {
      if (this.#current !== mine || mine.signal.aborted) return;
      this.trouble = asTrouble(this.#host, error);
    }
    this.isLoading = false;
    this.#host.requestUpdate();
  }

  /** Forgets what is there: the next answer is about something else. */
  reset(): void {
    this.value = undefined;
    this.trouble = null;
  }

  /** Changes what is shown without asking again. */
  set(value: T): void {
    this.value = value;
    this.#host.requestUpdate();
  }
}

/** A list that is read page by page: `load` begins anew, `more` adds the next page. */
export class Pages<T> {
  readonly asked: Asked<Listed<T>>;
  #ask: (after: string | null, signal: AbortSignal) => Promise<Listed<T>>;
  #after: string | null = null;

  constructor(host: Host, question: (after: string | null, signal: AbortSignal) => Promise<Listed<T>>) {
    this.#ask = question;
    this.asked = new Asked(host, async (signal) => {
      const before = this.#after === null ? [] : (this.asked.value?.items ?? []);
      const page = await this.#ask(this.#after, signal);
      return { items: [...before, ...page.items], next: page.next };
    });
  }

  get items(): T[] | undefined {
    return this.asked.value?.items;
  }

  get next(): string | null {
    return this.asked.value?.next ?? null;
  }

  load(): Promise<void> {
    this.#after = null;
    return this.asked.load();
  }

  more(): Promise<void> {
    this.#after = this.next;
    return this.asked.load();
  }
}

/** Something that changes the hub: one at a time, and how it ended. */
export class Doing implements ReactiveController {
  isBusy = false;
  trouble: Trouble | null = null;
  /** What was done, for the person. */
  said: string | null = null;
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.clear();
  }

  clear(): void {
    this.trouble = null;
    this.said = null;
    this.#host.requestUpdate();
  }

  /** Whether it was done; `act` answers what to say of it. */
  async run(act: () => Promise<string | null>): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    this.clear();
    try {
      this.said = await act();
      return true;
    } catch (error) {
      this.trouble = asTrouble(this.#host, error);
      return false;
    } finally {
      this.isBusy = false;
      this.#host.requestUpdate();
    }
  }
}

function asTrouble(host: HTMLElement, error: unknown): Trouble {
  if (!(error instanceof Trouble)) {
    console.error('bellhop admin:', error);
    return new Trouble('broken', `This page failed: ${String(error)}`);
  }
  if (error.kind === 'signed_out') {
    host.dispatchEvent(new CustomEvent('signed-out', { bubbles: true, composed: true }));
  }
  return error;
}
