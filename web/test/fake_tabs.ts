// Tabs of one browser without a browser: locks with a queue and stealing, as the Web Locks interface has them, and
// channels between tabs. A tab can be killed: what it held is free at once, and it says nothing more.
import type { Locks } from '../client/leadership';
import type { Channel, TabMessage, TabPlatform } from '../client/tabs';

interface Request {
  tab: FakeTab;
  run: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export class FakeBrowser {
  readonly said: TabMessage[] = [];
  readonly names = new Set<string>();
  #held = new Map<string, Request>();
  #queues = new Map<string, Request[]>();
  #channels = new Set<{ name: string; tab: FakeTab; channel: Channel }>();

  tab(): FakeTab {
    return new FakeTab(this);
  }

  request(tab: FakeTab, name: string, options: LockOptions, run: () => unknown): Promise<unknown> {
    this.names.add(name);
    return new Promise((resolve, reject) => {
      const request: Request = { tab, run, resolve, reject };
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      options.signal?.addEventListener('abort', () => {
        if (!queue.includes(request)) return;
        queue.splice(queue.indexOf(request), 1);
        reject(new Error('AbortError'));
      });
      if (options.steal) {
        const holder = this.#held.get(name);
        this.#held.delete(name);
        queueMicrotask(() => holder?.reject(new Error('AbortError')));
        queue.unshift(request);
      } else queue.push(request);
      this.#grant(name);
    });
  }

  open(tab: FakeTab, name: string): Channel {
    this.names.add(name);
    const entry = {
      name,
      tab,
      channel: {
        onmessage: null,
        postMessage: (message: TabMessage) => this.#deliver(entry, message),
        close: () => this.#channels.delete(entry),
      } as Channel,
    };
    this.#channels.add(entry);
    return entry.channel;
  }

  kill(tab: FakeTab): void {
    for (const entry of [...this.#channels]) if (entry.tab === tab) this.#channels.delete(entry);
    for (const [name, queue] of this.#queues) {
      this.#queues.set(
        name,
        queue.filter((request) => request.tab !== tab),
      );
      if (this.#held.get(name)?.tab === tab) this.#held.delete(name);
      this.#grant(name);
    }
  }

  #deliver(from: { name: string; tab: FakeTab }, message: TabMessage): void {
    if (from.tab.isDead) return;
    this.said.push(message);
    const copy = structuredClone(message);
    for (const { name, tab, channel } of [...this.#channels]) {
      if (name !== from.name || tab === from.tab) continue;
      queueMicrotask(() => channel.onmessage?.({ data: copy } as MessageEvent<TabMessage>));
    }
  }

  #grant(name: string): void {
    if (this.#held.has(name)) return;
    const next = this.#queues.get(name)?.shift();
    if (!next) return;
    this.#held.set(name, next);
    queueMicrotask(() => {
      const free = () => {
        if (this.#held.get(name) !== next) return;
        this.#held.delete(name);
        this.#grant(name);
      };
      Promise.resolve(next.run()).then((value) => {
        next.resolve(value);
        free();
      }, next.reject);
    });
  }
}

export class FakeTab implements TabPlatform {
  isDead = false;
  #browser: FakeBrowser;

  constructor(browser: FakeBrowser) {
    this.#browser = browser;
  }

  locks = {
    request: (name: string, options: LockOptions, run: () => unknown) =>
      this.#browser.request(this, name, options, run),
  } as unknown as Locks;

  open = (name: string): Channel => this.#browser.open(this, name);

  /** As a crash does it. */
  kill(): void {
    this.isDead = true;
    this.#browser.kill(this);
  }
}
