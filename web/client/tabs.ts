// What the tabs of one agent in one browser say to each other, and under which names. Agent and hub are part of every
// name: two agents in one browser never hear each other.
import type { ConnectionStatus } from './connection';
import type { Locks } from './leadership';
import type { Activity, ServerFrame } from './protocol';

export type TabMessage =
  /** A follower is there; the leader answers `leading`. */
  | { kind: 'join'; from: string; activity: Activity }
  | { kind: 'activity'; from: string; activity: Activity }
  /** What changed after `since`? Answered with frames and `synced`, or `reset`. */
  | { kind: 'sync'; from: string; since: number }
  /** Connect again: the person asked for it. */
  | { kind: 'retry'; from: string }
  /** Somebody looks at this tab: may it lead? */
  | { kind: 'want'; from: string }
  | { kind: 'yield'; to: string }
  | { kind: 'leading'; to?: string; status: ConnectionStatus; epoch: string; seq: number }
  | { kind: 'status'; status: ConnectionStatus }
  | { kind: 'frames'; to?: string; frames: ServerFrame[] }
  /** The person signed out. */
  | { kind: 'ended' };

/** What of `BroadcastChannel` is needed. */
export interface Channel {
  postMessage: (message: TabMessage) => void;
  onmessage: ((event: MessageEvent<TabMessage>) => void) | null;
  close: () => void;
}

/** The two interfaces that tabs share a connection by; handed in, so that tests have tabs without a browser. */
export interface TabPlatform {
  locks: Locks;
  open: (name: string) => Channel;
}

/** Null where the browser lacks one of them, or keeps it from this page: each tab is alone then. */
export function browserTabs(): TabPlatform | null {
  const locks = globalThis.navigator?.locks;
  if (!locks || typeof BroadcastChannel === 'undefined' || globalThis.isSecureContext === false) return null;
  return { locks, open: (name) => new BroadcastChannel(name) };
}

/** The version comes first: tabs of another version of this script do not understand these messages. */
export function tabsName(hub: string, agent: string): string {
  return `bellhop.tabs.1:${encodeURIComponent(hub)}:${encodeURIComponent(agent)}`;
}
