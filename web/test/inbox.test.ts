// The inbox under frames in any order: it only moves forward, and counts are the server's.
import { describe, expect, it } from 'vitest';
import { Inbox } from '../client/inbox';
import type { Notification, ServerFrame } from '../client/protocol';
import { covers } from './covers';
import { notification } from './samples';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const counts = (unread: number, unseen = unread) => ({ unread, unseen });
const arrival = (entry: Notification, prev: number, unread = 1): ServerFrame => ({
  type: 'notification',
  seq: entry.changed_seq,
  prev,
  counts: counts(unread),
  notification: entry,
});
const changed = (change: object, seq: number): ServerFrame =>
  ({ type: 'changed', seq, prev: seq - 1, counts: counts(1), ...change }) as ServerFrame;

function inboxWith(...entries: Notification[]): Inbox {
  const inbox = new Inbox();
  const seq = Math.max(0, ...entries.map((entry) => entry.changed_seq));
  inbox.begin({ items: entries, next: null, counts: counts(entries.length), seq }, 'epoch-1');
  return inbox;
}

const ids = (inbox: Inbox) => inbox.visible(NOW).map((entry) => entry.id);

describe('inbox', () => {
  it('shows entries newest first, without the cleared and the sleeping', () => {
    covers('R-036');
    const inbox = inboxWith(
      notification({ seq: 1 }),
      notification({ seq: 3 }),
      notification({ seq: 2, cleared_at: '2026-11-20T09:00:00Z' }),
      notification({ seq: 4, snoozed_until: '2026-11-20T11:00:00Z' }),
      notification({ seq: 5, snoozed_until: '2026-11-20T09:30:00Z' }),
    );
    expect(ids(inbox)).toEqual(['n5', 'n3', 'n1']);
  });

  it('takes a frame twice as one', () => {
    covers('R-123');
    const inbox = inboxWith();
    const first = inbox.apply(arrival(notification({ seq: 1 }), 0));
    const again = inbox.apply(arrival(notification({ seq: 1 }), 0));
    expect(first.arrived).toHaveLength(1);
    expect(again.arrived).toHaveLength(0);
    expect(ids(inbox)).toEqual(['n1']);
  });

  it('notices that something is missing and does not move past it', () => {
    const inbox = inboxWith();
    const { gap } = inbox.apply(arrival(notification({ seq: 3 }), 2));
    expect(gap).toBe(true);
    expect(inbox.held).toBe(0);
    expect(inbox.apply({ type: 'ping', seq: 3 }).gap).toBe(true);
    inbox.apply({ type: 'synced', seq: 3, counts: counts(3) });
    expect(inbox.held).toBe(3);
    expect(inbox.apply({ type: 'ping', seq: 3 }).gap).toBe(false);
  });

  it('keeps the newer state and the newer counts when an older frame comes late', () => {
    const inbox = inboxWith(notification({ seq: 1 }));
    const read = notification({ seq: 1, changed_seq: 3, read_at: '2026-11-20T09:30:00Z' });
    inbox.apply(arrival(read, 1, 0));
    inbox.apply(arrival(notification({ seq: 1, changed_seq: 2 }), 1, 9));
    expect(inbox.get('n1')?.read_at).not.toBeNull();
    expect(inbox.counts.unread).toBe(0);
  });

  it('follows acts made elsewhere, by ids and by selector', () => {
    covers('R-048', 'R-111', 'R-116');
    const inbox = inboxWith(
      notification({ seq: 1 }),
      notification({ seq: 2, ticket: { id: 'T' } }),
      notification({ seq: 3, read_at: '2026-11-20T09:30:00Z' }),
    );
    inbox.apply(changed({ op: 'read', ids: ['n1'] }, 4));
    inbox.apply(changed({ op: 'read', ticket: 'T' }, 5));
    expect(inbox.visible(NOW).every((entry) => entry.read_at !== null)).toBe(true);
    inbox.apply(changed({ op: 'unread', ids: ['n1'] }, 6));
    inbox.apply(changed({ op: 'clear', status: 'read', up_to: 6 }, 7));
    expect(ids(inbox)).toEqual(['n1']);
    inbox.apply({ type: 'synced', seq: 7, counts: counts(1) });
    inbox.apply(changed({ op: 'restore', ids: ['n3'] }, 8));
    expect(ids(inbox)).toEqual(['n3', 'n1']);
    inbox.apply(changed({ op: 'snooze', ids: ['n3'], until: '9999-12-31T23:59:59.999Z' }, 9));
    expect(ids(inbox)).toEqual(['n1']);
    inbox.apply(changed({ op: 'wake', ids: ['n3'] }, 10));
    inbox.apply(changed({ op: 'resolve', ids: ['n1'] }, 11));
    expect(ids(inbox)).toEqual(['n3', 'n1']);
    expect(inbox.get('n1')?.resolved).toBeTruthy();
  });

  it('leaves alone what a bulk act of the hub leaves alone: the cleared, and the sleeping', () => {
    const inbox = inboxWith(
      notification({ seq: 1, cleared_at: '2026-11-20T09:00:00Z' }),
      notification({ seq: 2, snoozed_until: '2026-11-20T11:00:00Z' }),
      notification({ seq: 3 }),
    );
    inbox.apply(changed({ op: 'read', all: true, up_to: 3 }, 4));
    inbox.apply(changed({ op: 'clear', all: true, up_to: 3 }, 5));
    inbox.apply(changed({ op: 'restore', ids: ['n1'] }, 6));
    const later = Date.parse('2026-11-20T12:00:00Z');
    expect(inbox.visible(later).map(({ id, read_at }) => [id, read_at])).toEqual([
      ['n2', null],
      ['n1', null],
    ]);
  });

  it('asks to list again when an entry that it does not hold comes back', () => {
    const inbox = inboxWith();
    const frame = { type: 'changed', seq: 1, prev: 0, counts: counts(1), op: 'restore' } as const;
    expect(inbox.apply({ ...frame, ids: ['unknown'] }).incomplete).toBe(true);
    expect(inbox.apply({ ...frame, op: 'read', ids: ['unknown'] }).incomplete).toBe(false);
  });

  it('takes a change after a gap as a guess, until the entry itself comes', () => {
    const inbox = inboxWith(notification({ seq: 1 }));
    const frame: ServerFrame = {
      type: 'changed',
      op: 'clear',
      ids: ['n1'],
      seq: 3,
      prev: 2,
      counts: counts(0),
    };
    expect(inbox.apply(frame).gap).toBe(true);
    expect([ids(inbox), inbox.held]).toEqual([[], 1]);
    const now = notification({ seq: 1, changed_seq: 3, read_at: 'then', cleared_at: 'then' });
    inbox.apply(arrival(now, 1));
    expect([inbox.get('n1')?.read_at, inbox.held]).toEqual(['then', 3]);
    const bulk = {
      type: 'changed',
      op: 'clear',
      status: 'read',
      up_to: 3,
      seq: 4,
      prev: 3,
      counts: counts(0),
    } as const;
    expect(inbox.apply(bulk).gap).toBe(true);
    expect(inbox.held).toBe(3);
  });

  it('forgets on reset and goes on from where the server stands', () => {
    const inbox = inboxWith(notification({ seq: 41 }));
    const { incomplete } = inbox.apply({ type: 'reset', epoch: 'epoch-2', seq: 7, counts: counts(0) });
    expect(incomplete).toBe(true);
    expect([ids(inbox), inbox.held, inbox.epoch, inbox.isLoaded()]).toEqual([[], 7, 'epoch-2', false]);
    inbox.load({ items: [notification({ seq: 6 })], next: null, counts: counts(1), seq: 9 });
    expect([ids(inbox), inbox.held]).toEqual([['n6'], 7]);
    expect(inbox.counts.unread).toBe(1);
  });

  it('keeps entries of unloaded pages out of the list until their page is loaded', () => {
    const inbox = new Inbox();
    inbox.load({ items: [notification({ seq: 9 })], next: 9, counts: counts(2), seq: 9 });
    inbox.apply(arrival(notification({ seq: 2, changed_seq: 10, read_at: 'x' }), 9));
    expect(ids(inbox)).toEqual(['n9']);
    inbox.append({ items: [notification({ seq: 2 })], next: null, counts: counts(2), seq: 9 });
    expect(ids(inbox)).toEqual(['n9', 'n2']);
    expect(inbox.get('n2')?.read_at).toBe('x');
  });

  it('lets go of the oldest that came, and says from where on they have to be loaded again', () => {
    const inbox = inboxWith(notification({ seq: 1, snoozed_until: 'reply' }), notification({ seq: 2 }));
    inbox.append({ items: [], next: 2, counts: counts(2), seq: 2 }, 'mentions ', null);
    for (let seq = 3; seq <= 2_000; seq += 1) inbox.apply(arrival(notification({ seq }), seq - 1));
    const shown = inbox.visible(NOW).map(({ seq }) => seq);
    const oldest = inbox.next()!;
    expect(shown.length).toBeLessThan(1_000);
    expect(shown).toEqual(Array.from({ length: shown.length }, (_, index) => 2_000 - index));
    expect([oldest, inbox.next('mentions ')]).toEqual([shown.at(-1), oldest]);
    expect([inbox.get('n1')?.seq, inbox.get('n2'), inbox.held]).toEqual([1, undefined, 2_000]);

    const page = Array.from({ length: 50 }, (_, index) => notification({ seq: oldest - 1 - index }));
    inbox.append({ items: page, next: oldest - 50, counts: counts(2), seq: 2_000 });
    expect(inbox.visible(NOW).map(({ seq }) => seq)).toEqual([...shown, ...page.map(({ seq }) => seq)]);
  });

  it('keeps what somebody has loaded, however much came before it', () => {
    const inbox = new Inbox();
    inbox.load({ items: [], next: 5_000, counts: counts(2), seq: 5_000 });
    const items = Array.from({ length: 3_000 }, (_, index) => notification({ seq: 4_999 - index }));
    inbox.append({ items, next: 2_000, counts: counts(2), seq: 5_000 });
    for (let seq = 5_001; seq <= 5_200; seq += 1) inbox.apply(arrival(notification({ seq }), seq - 1));
    expect([ids(inbox).length, inbox.next()]).toEqual([3_200, 2_000]);
  });

  it('asks again for a page whose place moved while it was on its way', () => {
    const inbox = inboxWith(notification({ seq: 9 }));
    const before = 9;
    inbox.load({ items: [], next: before, counts: counts(1), seq: 9 });
    inbox.apply({ type: 'reset', epoch: 'epoch-2', seq: 20, counts: counts(0) });
    const late = { items: [notification({ seq: 8 })], next: 8, counts: counts(1), seq: 9 };
    inbox.append(late, '', before);
    expect([inbox.isLoaded(), inbox.next()]).toEqual([false, null]);
    inbox.load({ items: [notification({ seq: 20 })], next: 20, counts: counts(1), seq: 20 });
    inbox.append(late, '', before);
    expect([ids(inbox), inbox.next()]).toEqual([['n20'], 20]);
  });

  it('shows an act at once, without touching the counts, and can take it back', () => {
    const inbox = inboxWith(notification({ seq: 1 }));
    const undo = inbox.anticipate('clear', { ids: ['n1'] }, 'now');
    expect([ids(inbox), inbox.counts.unread]).toEqual([[], 1]);
    undo();
    expect(ids(inbox)).toEqual(['n1']);
  });
});
