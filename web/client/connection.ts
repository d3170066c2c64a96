// Keeps one way to the hub open, for ever: WebSocket, else server-sent events, else polling (D-01), chosen by
// itself; after a failed round a pause with jitter, and while on a fallback a look now and then whether the
// better way works again (made before the old one is broken).
import { retryDelayMs } from './environment';
import { PollingTransport } from './polling';
import type { ClientMessage, ServerFrame } from './protocol';
import { SseTransport } from './sse';
import type { EndReason, Transport, TransportContext, TransportEvents, TransportKind } from './transport';
import { WebSocketTransport } from './websocket';

export type ConnectionPhase = 'connecting' | 'live' | 'offline' | 'signed_out' | 'ended';

export interface ConnectionStatus {
  phase: ConnectionPhase;
  way: TransportKind | null;
  /** WebSocket failed where another way worked: a firewall or proxy is in between. */
  websocketBlocked: boolean;
  lastError: string | null;
}

export interface ConnectionEvents {
  onFrame: (frame: ServerFrame) => void;
  onStatus: (status: ConnectionStatus) => void;
}

const WAYS: ((context: TransportContext, events: TransportEvents) => Transport)[] = [
  (context, events) => new WebSocketTransport(context, events),
  (context, events) => new SseTransport(context, events),
  (context, events) => new PollingTransport(context, events),
];
const WEBSOCKET = 0;

/** From here on a `bye` means: do not come back. */
const FINAL_BYE = 4500;
/** "No valid token." */
const UNAUTHORIZED_BYE = 4501;

const BYES: Record<number, string> = {
  4500: 'another tab or device of yours took this connection over',
  4503: 'this account is not active',
};

interface Attempt {
  way: number;
  transport: Transport | null;
}

export class Connection {
  #context: TransportContext;
  #events: ConnectionEvents;
  #current: Attempt | null = null;
  #candidate: Attempt | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failedRounds = 0;
  #websocketWorked = false;
  #isStarted = false;
  #hasRenewed = false;
  #status: ConnectionStatus = { phase: 'connecting', way: null, websocketBlocked: false, lastError: null };

  constructor(context: TransportContext, events: ConnectionEvents) {
    this.#context = context;
    this.#events = events;
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  start(): void {
    this.#stopAll();
    this.#isStarted = true;
    this.#hasRenewed = false;
    this.#set({ phase: 'connecting', way: null });
    this.#try(WEBSOCKET);
  }

  stop(): void {
    this.#isStarted = false;
    this.#stopAll();
  }

  send(message: ClientMessage): void {
    this.#current?.transport?.send(message);
  }

  /** Something changed for the better, perhaps: the network is back, the page is looked at again. */
  wake(): void {
    if (!this.#isStarted || this.#status.phase === 'ended') return;
    if (!this.#current) {
      if (!this.#candidate) this.start();
      return;
    }
    this.#current.transport?.probe();
    if (this.#current.way !== WEBSOCKET && !this.#candidate) this.#try(WEBSOCKET);
  }

  #try(way: number): void {
    clearTimeout(this.#timer);
    const attempt: Attempt = { way, transport: null };
    this.#candidate = attempt;
    const events = {
      onFrame: (frame: ServerFrame) => this.#onFrame(attempt, frame),
      onEnd: (reason: EndReason, detail: string) => this.#onEnd(attempt, reason, detail),
    };
    try {
      attempt.transport = WAYS[way]!(this.#context, events);
    } catch (error) {
      this.#onEnd(attempt, 'unopened', String(error));
    }
  }

  #onFrame(attempt: Attempt, frame: ServerFrame): void {
    if (attempt !== this.#current && attempt !== this.#candidate) return;
    if (frame.type === 'bye') return this.#onBye(attempt, frame.code, frame.retry_in_ms ?? 0);
    if (frame.type === 'error') console.warn(`bellhop: ${frame.code}: ${frame.message}`);
    if (frame.type === 'welcome' && attempt === this.#candidate) this.#adopt(attempt);
    if (attempt === this.#current) this.#events.onFrame(frame);
  }

  #adopt(attempt: Attempt): void {
    this.#current?.transport?.close();
    this.#current = attempt;
    this.#candidate = null;
    this.#failedRounds = 0;
    this.#hasRenewed = false;
    if (attempt.way === WEBSOCKET) this.#websocketWorked = true;
    else this.#lookForBetterLater();
    const websocketBlocked = attempt.way !== WEBSOCKET;
    this.#set({ phase: 'live', way: attempt.transport?.kind ?? null, websocketBlocked });
  }

  #onEnd(attempt: Attempt, reason: EndReason, detail: string): void {
    if (attempt === this.#candidate) {
      this.#candidate = null;
      if (this.#current) this.#onBetterFailed(attempt.way);
      else this.#onWayFailed(attempt.way, reason, detail);
    } else if (attempt === this.#current) {
      this.#current = null;
      this.#set({ phase: 'connecting', way: null, lastError: detail });
      if (reason === 'unauthorized') this.#unauthorized(detail);
      else if (!this.#candidate) this.#retryIn(retryDelayMs(0, this.#context.environment));
    }
  }

  #onWayFailed(way: number, reason: EndReason, detail: string): void {
    this.#set({ lastError: detail });
    if (reason === 'unauthorized') return this.#unauthorized(detail);
    // A WebSocket that has worked is not blocked: the hub is away for a moment, and one question is enough.
    const mayDescend = !this.#websocketWorked || this.#failedRounds > 0;
    if (mayDescend && way + 1 < WAYS.length) return this.#try(way + 1);
    this.#set({ phase: 'offline' });
    this.#retryIn(retryDelayMs(this.#failedRounds++, this.#context.environment));
  }

  #onBetterFailed(way: number): void {
    if (way + 1 < this.#current!.way) this.#try(way + 1);
    else this.#lookForBetterLater();
  }

  #onBye(attempt: Attempt, code: number, retryInMs: number): void {
    attempt.transport?.close();
    if (attempt === this.#candidate) this.#candidate = null;
    if (attempt === this.#current) this.#current = null;
    if (this.#current) return this.#lookForBetterLater();
    const lastError = BYES[code] ?? `the hub ended the connection (${code})`;
    if (code === UNAUTHORIZED_BYE) return this.#unauthorized(lastError);
    if (code >= FINAL_BYE) return this.#set({ phase: 'ended', way: null, lastError });
    this.#set({ phase: 'connecting', way: null, lastError });
    this.#retryIn(retryInMs);
  }

  /** Once with a fresh token, where there is a way to get one; then the person is signed out. */
  #unauthorized(lastError: string): void {
    if (this.#context.credentials.canRenew && !this.#hasRenewed) {
      this.#hasRenewed = true;
      this.#context.credentials.forget();
      return this.#try(WEBSOCKET);
    }
    this.#stopAll();
    this.#set({ phase: 'signed_out', way: null, lastError });
  }

  #retryIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#try(WEBSOCKET), ms);
  }

  #lookForBetterLater(): void {
    clearTimeout(this.#timer);
    const { timing, random } = this.#context.environment;
    this.#timer = setTimeout(() => this.#try(WEBSOCKET), timing.upgradeEveryMs * (1 + random() / 2));
  }

  #stopAll(): void {
    clearTimeout(this.#timer);
    this.#candidate?.transport?.close();
    this.#current?.transport?.close();
    this.#candidate = this.#current = null;
  }

  #set(change: Partial<ConnectionStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#events.onStatus(this.#status);
  }
}
