// The last way: asking every 30 seconds. Each answer holds the frames that a stream would have sent.
import { Refused } from './api';
import type { ChangesPage, ClientMessage } from './protocol';
import { postMessage } from './session_posts';
import type { EndReason, Transport, TransportContext, TransportEvents } from './transport';

/** A polling session has no heartbeat; the number only fills the frame. */
const NO_PING_MS = 0;

export class PollingTransport implements Transport {
  readonly kind = 'polling';
  #context: TransportContext;
  #events: TransportEvents;
  #session: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;
  #askAgain = false;
  #ended = false;

  constructor(context: TransportContext, events: TransportEvents) {
    this.#context = context;
    this.#events = events;
    void this.#ask();
  }

  send(message: ClientMessage): void {
    if (message.type === 'sync' || message.type === 'auth') void this.#ask();
    else if (this.#session) postMessage(this.#context.api, this.#session, message);
  }

  probe(): void {
    void this.#ask();
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    this.#askAgain = this.#isAsking;
    if (this.#isAsking || this.#ended) return;
    this.#isAsking = true;
    clearTimeout(this.#timer);
    try {
      await this.#askForAll();
      this.#later();
    } catch (error) {
      this.#broke(error);
    } finally {
      this.#isAsking = false;
    }
    if (this.#askAgain) void this.#ask();
  }

  async #askForAll(): Promise<void> {
    let page: ChangesPage | null = null;
    do {
      const { since, epoch } = this.#context.position();
      page = await this.#context.api.changes({
        since: Math.max(since, page?.seq ?? 0),
        epoch: epoch ?? undefined,
        session: this.#session ?? undefined,
      });
      if (this.#ended) return;
      this.#deliver(page);
    } while (page.more);
  }

  #deliver(page: ChangesPage): void {
    const { seq, epoch, counts, session } = page;
    if (this.#session === null) {
      this.#events.onFrame({ type: 'welcome', session, epoch, seq, counts, ping_every_ms: NO_PING_MS });
    }
    this.#session = session;
    for (const frame of page.frames) this.#events.onFrame(frame);
    if (!page.more) this.#events.onFrame({ type: 'synced', seq, counts });
  }

  #later(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => void this.#ask(), this.#context.environment.timing.pollEveryMs);
  }

  #broke(error: unknown): void {
    if (this.#ended) return;
    const isUnauthorized = error instanceof Refused && error.isUnauthorized;
    const reason: EndReason = isUnauthorized ? 'unauthorized' : this.#session ? 'lost' : 'unopened';
    this.close();
    this.#events.onEnd(reason, error instanceof Error ? error.message : String(error));
  }
}
