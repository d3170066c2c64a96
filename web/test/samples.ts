// Sample values, and the world handed to a client under test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket as NodeWebSocket } from 'ws';
import { BellhopClient } from '../client/client';
import { browserEnvironment, type Environment, type Timing } from '../client/environment';
import type { PageHandlers, PageSignals } from '../client/page';
import type { Preferences } from '../client/preferences';
import type { Notification } from '../client/protocol';
import type { TabPlatform } from '../client/tabs';
import type { FakeHub } from './fake_hub';

export function notification(change: Partial<Notification> = {}): Notification {
  const seq = change.seq ?? 1;
  return {
    id: `n${seq}`,
    seq,
    type: 'assignment',
    reason: 'assigned',
    category: 'ticket_assigned',
    priority: 'normal',
    title: `Ticket #${seq} assigned to you`,
    body: 'Login Issue',
    url: `/tickets/${seq}`,
    actor: { kind: 'agent', id: 'jane', name: 'Jane Smith', avatar_url: null },
    ticket: { id: `HD-${seq}`, number: String(seq), subject: 'Login Issue' },
    comment: null,
    created_at: '2026-11-20T09:00:00.000Z',
    changed_seq: seq,
    read_at: null,
    cleared_at: null,
    snoozed_until: null,
    resolved: null,
    ...change,
  };
}

/** A page whose person the test plays. */
export class FakePage implements PageSignals {
  visible = true;
  #handlers = new Set<PageHandlers>();

  isVisible = (): boolean => this.visible;
  watch = (handlers: PageHandlers): (() => void) => {
    this.#handlers.add(handlers);
    return () => this.#handlers.delete(handlers);
  };

  show(visible: boolean): void {
    this.visible = visible;
    for (const handlers of this.#handlers) handlers.onVisibility();
  }
  input(): void {
    for (const handlers of this.#handlers) handlers.onInput();
  }
  leave(): void {
    for (const handlers of this.#handlers) handlers.onLeave();
  }
  comeOnline(): void {
    for (const handlers of this.#handlers) handlers.onOnline();
  }
}

/** Everything fast, so that a story takes milliseconds. */
export function testEnvironment(timing: Partial<Timing> = {}): Environment {
  const fast = { pollEveryMs: 60, ackGatherMs: 5, welcomeWithinMs: 500, upgradeEveryMs: 60_000 };
  return {
    ...browserEnvironment({ ...fast, retryBaseMs: 10, retryCapMs: 50, ...timing }),
    WebSocket: NodeWebSocket as unknown as Environment['WebSocket'],
  };
}

export function clientOf(
  hub: FakeHub,
  timing: Partial<Timing> = {},
  page = new FakePage(),
  tabs: TabPlatform | null = null,
): BellhopClient {
  const environment = testEnvironment(timing);
  return new BellhopClient({ server: hub.url, token: hub.token, environment, page, tabs });
}

/** Everything on, nothing quiet. */
export function preferences(change: Partial<Preferences> = {}): Preferences {
  return {
    categories: [],
    channels: { bell: true, desktop: true, web_push: true, email: true, sms: true },
    quiet_hours: null,
    do_not_disturb_until: null,
    email_frequency: 'instant',
    digest_hour: 8,
    email_types: null,
    high_priority_mentions_only: false,
    ...change,
  };
}

/** Labels of the preferences screen, as the hub says them (`domain/preferences.rs`). */
export const CATEGORY_LABELS = [
  ...readFileSync(join(import.meta.dirname, '../../src/domain/preferences.rs'), 'utf8').matchAll(
    /label: "([^"]+)"/g,
  ),
].map(([, label]) => label!);
