// The inbox as this client holds it: entries by id, the position up to which nothing is missing, how far down each view of
// it is loaded, and the counts.
// Frames and pages come in, in any order and any number of times; what it holds only ever moves forward.
// Counts are the server's, always: nothing here adds or subtracts.
import type { Act, ChangedFrame, Counts, Notification, Page, Selector } from './protocol';
import type { NotificationFrame, ResetFrame, ServerFrame } from './protocol';

export interface Applied {
  /** Entries that are new to this client and were just made, oldest first. */
  arrived: Notification[];
  /** A frame before this one is missing: ask for what changed since `held`. */
  gap: boolean;
  /** The frame spoke of entries that this client does not hold: list again. */
  incomplete: boolean;
}

const NOTHING: Applied = { arrived: [], gap: false, incomplete: false };

/** The view of everything. */
export const WHOLE = '';

/** A page that stays open all day keeps so many of those that came, and what somebody asked for; the rest is the hub's. */
const MOST_KEPT = 500;
/** So many more gather before they are let go together. */
const SURPLUS = 250;

export class Inbox {
  #entries = new Map<string, Notification>();
  #held = 0;
  #epoch: string | null = null;
  #counts: Counts = { unread: 0, unseen: 0 };
  #countsSeq = -1;
  /** By view: entries below this `seq` are on pages that were not loaded; null when the view is complete. */
  #next = new Map<string, number | null>();
  #room = MOST_KEPT;
  #wakingByHand = new Set<string>();

  /** Everything up to here is in this client. */
  get held(): number {
    return this.#held;
  }
  get epoch(): string | null {
    return this.#epoch;
  }
  get counts(): Counts {
    return this.#counts;
  }
  isLoaded(view = WHOLE): boolean {
    return this.#next.has(view);
  }
  /** Where the next page of a view begins; null when there is none, or when nothing of it was loaded. */
  next(view = WHOLE): number | null {
    return this.#next.get(view) ?? null;
  }

  /**
   * What the list shows: neither cleared nor asleep, newest first. Entries below the view's `next` are left out: they are
   * on pages that were not loaded, and between them may be others.
   */
  visible(now: number, isMeant: (entry: Notification) => boolean = () => true, view = WHOLE): Notification[] {
    const next = this.next(view);
    return [...this.#entries.values()]
      .filter((entry) => entry.cleared_at === null && !isAsleep(entry, now))
      .filter((entry) => (next === null || entry.seq >= next) && isMeant(entry))
      .sort((a, b) => b.seq - a.seq);
  }

  get(id: string): Notification | undefined {
    return this.#entries.get(id);
  }

  /** The first page before there is a connection: what changes after the position it was read at comes as frames. */
  begin(page: Page, epoch: string): void {
    this.#epoch = epoch;
    this.#held = page.seq;
    this.load(page);
  }

  /** The first page, read while frames come: they move the position, the page only brings entries. */
  load(page: Page): void {
    if (!this.isLoaded()) this.#next.set(WHOLE, page.next);
    this.#merge(page);
  }

  /** A page of a view that was asked for with `before = next`, or its first one. Where that moved on meanwhile, it is asked for
   *  again: between the two may be others. */
  append(page: Page, view = WHOLE, before: number | null = this.next(view)): void {
    this.#merge(page);
    if (before !== this.next(view)) return;
    this.#next.set(view, page.next);
    this.#room = Math.max(this.#room, this.#entries.size);
  }

  apply(frame: ServerFrame): Applied {
    switch (frame.type) {
      case 'welcome':
        return this.#welcome(frame.epoch);
      case 'synced':
        this.#held = Math.max(this.#held, frame.seq);
        this.#count(frame.counts, frame.seq);
        return NOTHING;
      case 'reset':
        return this.#reset(frame);
      case 'notification':
        return this.#notification(frame);
      case 'changed':
        return this.#changed(frame);
      case 'ping':
        return { ...NOTHING, gap: frame.seq > this.#held };
      default:
        return NOTHING;
    }
  }

  /** Shows an act before the server confirmed it; the counts wait for the server. Returns how to take it back. */
  anticipate(act: Act, selector: Selector, at: string, until: string | null = null): () => void {
    const guesses = this.#matching(selector, act).map((entry) => ({
      entry,
      guess: after(entry, act, at, until),
    }));
    for (const { entry, guess } of guesses) this.#entries.set(entry.id, guess);
    return () => {
      for (const { entry, guess } of guesses) {
        if (this.#entries.get(entry.id) === guess) this.#entries.set(entry.id, entry);
      }
    };
  }

  /** These wake because the person wants them back: no news. */
  expectWaking(ids: string[]): void {
    for (const id of ids) this.#wakingByHand.add(id);
  }

  /** Takes the counts of a REST answer, unless newer ones are known. */
  count(counts: Counts, seq: number): void {
    this.#count(counts, seq);
  }

  /** Nobody's any more: as before the first page. */
  clear(): void {
    this.forget();
    this.#held = 0;
    this.#epoch = null;
    this.#counts = { unread: 0, unseen: 0 };
    this.#countsSeq = -1;
  }

  /** Drops what is held, so that the next page starts afresh. */
  forget(): void {
    this.#entries.clear();
    this.#next.clear();
    this.#room = MOST_KEPT;
  }

  #welcome(epoch: string): Applied {
    if (this.#epoch === null) this.#epoch = epoch;
    return NOTHING;
  }

  #reset(frame: ResetFrame): Applied {
    this.forget();
    this.#epoch = frame.epoch;
    this.#held = frame.seq;
    this.#countsSeq = -1;
    this.#count(frame.counts, frame.seq);
    return { ...NOTHING, incomplete: true };
  }

  #notification(frame: NotificationFrame): Applied {
    const { notification } = frame;
    const known = this.#entries.get(notification.id);
    const isNews = this.#put(notification);
    const isFresh = !known && notification.seq === notification.changed_seq;
    const woke = this.#isWaking(known, notification);
    const isNew = isNews && !notification.quiet && (isFresh || woke);
    this.#count(frame.counts, frame.seq);
    this.#letGo();
    return { arrived: isNew ? [notification] : [], gap: this.#advance(frame), incomplete: false };
  }

  /** Of those that nobody looks at the oldest, but not those that sleep: their waking is news. They can be loaded again. */
  #letGo(): void {
    if (this.#entries.size <= this.#room + SURPLUS) return;
    const newest = [...this.#entries.values()].sort((a, b) => b.seq - a.seq);
    const end = newest[this.#room - 1]!.seq;
    for (const { id, seq, snoozed_until } of newest)
      if (seq < end && !snoozed_until) this.#entries.delete(id);
    for (const [view, next] of this.#next) this.#next.set(view, Math.max(next ?? 0, end));
  }

  /** What was put off calls for attention again, unless the person just took the putting off back. */
  #isWaking(before: Notification | undefined, now: Notification): boolean {
    const woke = Boolean(before?.snoozed_until) && now.snoozed_until === null && now.read_at === null;
    return woke && !this.#wakingByHand.delete(now.id);
  }

  #changed(frame: ChangedFrame): Applied {
    const selector = selectorOf(frame);
    const isKnown = (id: string) => this.#entries.has(id);
    const bringsBack = frame.op === 'restore' || frame.op === 'wake';
    const incomplete = bringsBack && !('ids' in selector && selector.ids.every(isKnown));
    // "All that is read" depends on what this client believes is read: only the hub's own list is sure.
    const gap = 'status' in selector || this.#advance(frame);
    const at = frame.at ?? new Date().toISOString();
    for (const entry of this.#matching(selector, frame.op)) {
      if (entry.changed_seq >= frame.seq) continue;
      const changed = after(entry, frame.op, at, frame.until ?? null, frame.resolved);
      if (changed === entry) continue;
      // After a gap the entries themselves come again, and must count as newer than what is shown until then.
      this.#entries.set(entry.id, gap ? changed : { ...changed, changed_seq: frame.seq });
    }
    this.#count(frame.counts, frame.seq);
    return { arrived: [], gap, incomplete };
  }

  /** Moves the position if nothing is missing before this frame; says whether something is. */
  #advance(frame: { seq: number; prev: number }): boolean {
    if (frame.prev > this.#held) return true;
    this.#held = Math.max(this.#held, frame.seq);
    return false;
  }

  #merge(page: Page): void {
    for (const entry of page.items) this.#put(entry);
    this.#count(page.counts, page.seq);
  }

  /** Replaces by id unless what is held is as new; says whether it did. */
  #put(entry: Notification): boolean {
    const held = this.#entries.get(entry.id);
    if (held && held.changed_seq >= entry.changed_seq) return false;
    this.#entries.set(entry.id, entry);
    return true;
  }

  #count(counts: Counts, seq: number): void {
    if (seq < this.#countsSeq) return;
    this.#countsSeq = seq;
    this.#counts = counts;
  }

  #matching(selector: Selector, act: string): Notification[] {
    if ('ids' in selector) return selector.ids.flatMap((id) => this.#entries.get(id) ?? []);
    return [...this.#entries.values()].filter(
      (entry) => matches(entry, selector) && isMeant(entry, selector, act),
    );
  }
}

function matches(entry: Notification, selector: Exclude<Selector, { ids: string[] }>): boolean {
  if ('ticket' in selector) return entry.ticket?.id === selector.ticket;
  if ('comment' in selector) {
    return (typeof entry.comment === 'string' ? entry.comment : entry.comment?.id) === selector.comment;
  }
  if ('status' in selector && selector.status === 'read' && entry.read_at === null) return false;
  if ('status' in selector && selector.status === 'unread' && entry.read_at !== null) return false;
  return entry.seq <= selector.up_to;
}

/** Which of the entries that a selector covers the hub's bulk acts leave alone: what the list does not show. */
function isMeant(entry: Notification, selector: Selector, act: string): boolean {
  const cleared = entry.cleared_at !== null;
  const asleep = entry.snoozed_until !== null;
  if (act === 'restore') return cleared;
  if (cleared) return false;
  if (!('all' in selector || 'status' in selector)) return true;
  if (act === 'read') return !asleep && entry.resolved === null;
  if (act === 'clear') return !asleep;
  return true;
}

function selectorOf(frame: ChangedFrame): Selector {
  if (frame.ids) return { ids: frame.ids };
  if (frame.ticket !== undefined) return { ticket: frame.ticket };
  if (frame.comment !== undefined) return { comment: frame.comment };
  const upTo = frame.up_to ?? frame.seq;
  return frame.status === undefined ? { all: true, up_to: upTo } : { status: frame.status, up_to: upTo };
}

/** The entry as the act leaves it. `seen` and acts of a newer server change no entry here. */
function after(
  entry: Notification,
  act: string,
  at: string,
  until: string | null,
  resolved?: unknown,
): Notification {
  switch (act) {
    case 'read':
      return { ...entry, read_at: entry.read_at ?? at };
    case 'unread':
      return { ...entry, read_at: null };
    case 'clear':
      return { ...entry, cleared_at: entry.cleared_at ?? at };
    case 'restore':
      return { ...entry, cleared_at: null };
    case 'snooze':
      // What is put off comes back as something to be done, read before or not.
      return { ...entry, snoozed_until: until ?? entry.snoozed_until, read_at: null };
    case 'wake':
      return { ...entry, snoozed_until: null };
    case 'resolve':
      // What is settled does not wake any more.
      return { ...entry, resolved: entry.resolved ?? resolved ?? { at }, snoozed_until: null };
    default:
      return entry;
  }
}

function isAsleep(entry: Notification, now: number): boolean {
  if (entry.snoozed_until === null) return false;
  const wakesAt = Date.parse(entry.snoozed_until);
  // "reply": asleep until someone writes; the hub wakes it.
  return Number.isNaN(wakesAt) || wakesAt > now;
}
