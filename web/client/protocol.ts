// The shapes that travel between the hub and a browser: notifications, frames in both directions, REST answers.
// Names are the wire's own (snake_case), so that what is logged, stored and typed is the same word.

import type { Preferences } from './preferences';

export type ActorKind = 'agent' | 'customer' | 'bot' | 'system';

export interface Actor {
  kind: ActorKind;
  id: string | null;
  name: string | null;
  avatar_url?: string | null;
}

export interface TicketRef {
  id: string;
  number?: string | null;
  subject?: string | null;
}

export interface Notification {
  id: string;
  seq: number;
  type: string;
  reason: string;
  category?: string | null;
  priority: string;
  title: string;
  body: string | null;
  url: string | null;
  actor: Actor | null;
  ticket: TicketRef | null;
  comment: string | { id: string } | null;
  created_at: string;
  changed_seq: number;
  read_at: string | null;
  cleared_at: string | null;
  snoozed_until: string | null;
  resolved: unknown;
  /** Stored without disturbing anyone (D-15): shown, never rung. */
  quiet?: boolean;
}

export interface Counts {
  unread: number;
  unseen: number;
}

/** What an act applies to. `up_to` is a position: entries that came later are not touched. */
export type Selector =
  | { ids: string[] }
  | { ticket: string }
  | { comment: string }
  | { all: true; up_to: number }
  | { status: string; up_to: number };

export type Act = 'read' | 'unread' | 'clear' | 'restore' | 'seen' | 'snooze';

export interface WelcomeFrame {
  type: 'welcome';
  session: string;
  epoch: string;
  seq: number;
  counts: Counts;
  ping_every_ms: number;
}
export interface SyncedFrame {
  type: 'synced';
  seq: number;
  counts: Counts;
}
export interface ResetFrame {
  type: 'reset';
  epoch: string;
  seq: number;
  counts: Counts;
}
export interface NotificationFrame {
  type: 'notification';
  seq: number;
  prev: number;
  counts: Counts;
  notification: Notification;
}
/** Entries that changed in the same way. A bulk act carries its selector in place of `ids`. */
export interface ChangedFrame {
  type: 'changed';
  seq: number;
  prev: number;
  counts: Counts;
  op: string;
  ids?: string[];
  ticket?: string;
  comment?: string;
  all?: boolean;
  status?: string;
  up_to?: number;
  until?: string | null;
  /** `resolve`: by whom and how. */
  resolved?: unknown;
  at?: string;
  ref?: string;
}
export interface PingFrame {
  type: 'ping';
  seq: number;
}
export interface DoneFrame {
  type: 'done';
  ref?: string;
  changed: number;
  seq: number;
}
export interface ErrorFrame {
  type: 'error';
  code: string;
  message: string;
  ref?: string;
}
export interface ByeFrame {
  type: 'bye';
  code: number;
  retry_in_ms?: number;
}

export type ServerFrame =
  | WelcomeFrame
  | SyncedFrame
  | ResetFrame
  | NotificationFrame
  | ChangedFrame
  | PingFrame
  | DoneFrame
  | ErrorFrame
  | ByeFrame;

export interface Activity {
  visible: boolean;
  idle: boolean;
  viewing: string | null;
}

export type ClientMessage =
  | { type: 'ack'; seq: number; active: boolean }
  | ({ type: 'activity' } & Activity)
  | { type: 'sync'; since: number }
  | { type: 'auth'; token: string }
  | { type: 'pong' };

export interface Page {
  items: Notification[];
  next: number | null;
  counts: Counts;
  seq: number;
}

export interface ChangesPage {
  frames: ServerFrame[];
  seq: number;
  epoch: string;
  more: boolean;
  counts: Counts;
  session: string;
}

export interface ActAnswer {
  changed: number;
  seq: number;
  counts: Counts;
}

export interface Agent {
  id: string;
  name: string;
  email?: string | null;
  role?: string;
  time_zone?: string | null;
  locale?: string | null;
  avatar_url?: string | null;
}

export interface Me {
  agent: Agent;
  counts: Counts;
  seq: number;
  epoch: string;
  preferences?: Preferences;
  /** Where emails to the agent go; null when nobody knows. */
  email?: { address: string; suppressed: boolean; reason: string | null } | null;
}

export function commentId(notification: Notification): string | null {
  const { comment } = notification;
  return typeof comment === 'string' ? comment : (comment?.id ?? null);
}
