// The first way: one WebSocket with the subprotocol `bellhop.v1`. The token goes in the first frame.
import { TokenRefused } from './credentials';
import type { ClientMessage, ServerFrame } from './protocol';
import { parseFrame, silenceLimitMs } from './transport';
import type { EndReason, Transport, TransportContext, TransportEvents } from './transport';
import { Watchdog } from './watchdog';

/** The line is gone, and nobody said why (RFC 6455 §7.4.1). */
const NO_WORD = 1006;
const OPEN = 1;

export class WebSocketTransport implements Transport {
  readonly kind = 'websocket';
  #context: TransportContext;
  #events: TransportEvents;
  #socket: WebSocket;
  #watchdog: Watchdog;
  #pingEveryMs = 0;
  #ended = false;

  constructor(context: TransportContext, events: TransportEvents) {
    this.#context = context;
    this.#events = events;
    this.#watchdog = new Watchdog(() => this.#onSilence());
    this.#watchdog.feed(context.environment.timing.welcomeWithinMs);
    this.#socket = new context.environment.WebSocket(socketUrl(context.server), ['bellhop.v1']);
    this.#socket.onopen = () => void this.#hello();
    this.#socket.onmessage = (event: MessageEvent) => this.#onText(String(event.data));
    this.#socket.onclose = ({ code }) =>
      this.#end(this.#wasOpen ? 'lost' : 'unopened', code === NO_WORD ? '' : `closed (${code})`);
    this.#socket.onerror = () => undefined;
  }

  get #wasOpen(): boolean {
    return this.#pingEveryMs > 0;
  }

  send(message: ClientMessage): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  probe(): void {
    if (!this.#wasOpen) return;
    this.send({ type: 'sync', since: this.#context.position().since });
    this.#watchdog.feed(this.#context.environment.timing.welcomeWithinMs);
  }

  close(): void {
    this.#ended = true;
    this.#watchdog.stop();
    this.#socket.close(1000);
  }

  async #hello(): Promise<void> {
    try {
      const token = await this.#context.credentials.current();
      const { since, epoch } = this.#context.position();
      const hello = {
        type: 'hello',
        since,
        epoch: epoch ?? undefined,
        device: this.#context.device,
        screen: true,
      };
      if (this.#socket.readyState !== OPEN) return;
      this.#socket.send(JSON.stringify(token ? { ...hello, token } : hello));
    } catch (error) {
      const isRefused = error instanceof TokenRefused && error.status < 500;
      this.#end(isRefused ? 'unauthorized' : 'unopened', String(error));
    }
  }

  #onText(text: string): void {
    if (this.#ended) return;
    const frame = parseFrame(text);
    if (!frame) return;
    this.#heard(frame);
    this.#events.onFrame(frame);
  }

  #heard(frame: ServerFrame): void {
    if (frame.type === 'welcome') this.#pingEveryMs = frame.ping_every_ms;
    if (frame.type === 'ping') this.send({ type: 'pong' });
    if (this.#wasOpen) this.#watchdog.feed(silenceLimitMs(this.#pingEveryMs));
  }

  #onSilence(): void {
    this.#end(this.#wasOpen ? 'lost' : 'unopened', 'no answer');
  }

  #end(reason: EndReason, detail: string): void {
    if (this.#ended) return;
    this.close();
    this.#events.onEnd(reason, detail);
  }
}

function socketUrl(server: string): string {
  const url = new URL(`${server}/ws`, globalThis.location?.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
