// The second way: server-sent events, read by `fetch` so that the token travels in a header. What the client has
// to say goes by POST with the session that `welcome` named.
import { queryString, Refused } from './api';
import type { ClientMessage, ServerFrame } from './protocol';
import { postMessage } from './session_posts';
import { SseParser } from './sse_parser';
import { parseFrame, silenceLimitMs } from './transport';
import type { EndReason, Transport, TransportContext, TransportEvents } from './transport';
import { Watchdog } from './watchdog';

export class SseTransport implements Transport {
  readonly kind = 'sse';
  #context: TransportContext;
  #events: TransportEvents;
  #watchdog: Watchdog;
  #abort = new AbortController();
  #session: string | null = null;
  #pingEveryMs = 0;
  #ended = false;

  constructor(context: TransportContext, events: TransportEvents) {
    this.#context = context;
    this.#events = events;
    this.#watchdog = new Watchdog(() => this.#end(this.#session ? 'lost' : 'unopened', 'no answer'));
    this.#open();
  }

  send(message: ClientMessage): void {
    // A stream listens to nobody: what was missed, or a new token, means a new stream from where we are.
    if (message.type === 'sync' || message.type === 'auth') this.#reopen();
    else if (this.#session) postMessage(this.#context.api, this.#session, message);
  }

  probe(): void {
    if (this.#session) this.#reopen();
  }

  close(): void {
    this.#ended = true;
    this.#watchdog.stop();
    this.#abort.abort();
  }

  #reopen(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#open();
  }

  #open(): void {
    this.#watchdog.feed(this.#context.environment.timing.welcomeWithinMs);
    const { signal } = this.#abort;
    this.#read(signal).then(
      () => this.#broke(signal, 'the stream ended'),
      (error: unknown) => this.#broke(signal, error),
    );
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { since, epoch } = this.#context.position();
    const query = { since, epoch: epoch ?? undefined, device: this.#context.device, screen: true };
    const answer = await this.#context.api.request(
      'GET',
      `/api/v1/me/stream${queryString(query)}`,
      undefined,
      {
        signal,
        headers: { accept: 'text/event-stream' },
      },
    );
    if (!answer.body) throw new Error('the answer has no body');
    const parser = new SseParser(
      (data) => this.#onFrame(parseFrame(data), signal),
      // The heartbeat of a stream is a comment; it says that the hub is there, and nothing else.
      () => this.#onFrame({ type: 'ping', seq: this.#context.position().since }, signal),
    );
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  #onFrame(frame: ServerFrame | null, signal: AbortSignal): void {
    if (!frame || this.#ended || signal.aborted) return;
    this.#heard(frame);
    this.#events.onFrame(frame);
  }

  #heard(frame: ServerFrame): void {
    if (frame.type === 'welcome') {
      this.#session = frame.session;
      this.#pingEveryMs = frame.ping_every_ms;
    }
    if (this.#pingEveryMs > 0) this.#watchdog.feed(silenceLimitMs(this.#pingEveryMs));
  }

  #broke(signal: AbortSignal, error: unknown): void {
    if (signal.aborted) return;
    if (error instanceof Refused && error.isUnauthorized) this.#end('unauthorized', error.message);
    else
      this.#end(this.#session ? 'lost' : 'unopened', error instanceof Error ? error.message : String(error));
  }

  #end(reason: EndReason, detail: string): void {
    if (this.#ended) return;
    this.close();
    this.#events.onEnd(reason, detail);
  }
}
