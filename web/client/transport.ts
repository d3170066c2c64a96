// What the three ways to the hub have in common. A transport is opened once, delivers frames, and ends once;
// which way to take, and when to try again, is the connection's business.
import type { Api } from './api';
import type { Credentials } from './credentials';
import type { Environment } from './environment';
import type { ClientMessage, ServerFrame } from './protocol';

export type TransportKind = 'websocket' | 'sse' | 'polling';

export type EndReason =
  /** Never got as far as `welcome`: this way may be blocked. */
  | 'unopened'
  /** Was open and broke. */
  | 'lost'
  /** The hub does not accept the credentials. */
  | 'unauthorized';

export interface TransportEvents {
  onFrame: (frame: ServerFrame) => void;
  onEnd: (reason: EndReason, detail: string) => void;
}

/** Where to resume, asked for at each opening and each poll. */
export interface Position {
  since: number;
  epoch: string | null;
}

export interface TransportContext {
  server: string;
  device: string;
  api: Api;
  credentials: Credentials;
  environment: Environment;
  position: () => Position;
}

export interface Transport {
  readonly kind: TransportKind;
  send: (message: ClientMessage) => void;
  /** Asks the hub for a sign of life, soon: after sleep or a network change a dead connection looks open. */
  probe: () => void;
  /** Ends it without `onEnd`. */
  close: () => void;
}

export type OpenTransport = (context: TransportContext, events: TransportEvents) => Transport;

/** The frame in `text`, or null where it is none: a newer server's frame must not end an older client. */
export function parseFrame(text: string): ServerFrame | null {
  try {
    const frame = JSON.parse(text) as ServerFrame;
    return typeof frame?.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}

/** Two heartbeats and a little: a connection that has been silent for longer is dead. */
export function silenceLimitMs(pingEveryMs: number): number {
  return pingEveryMs * 2 + 5_000;
}
