// The inbox as this client holds it: entries by id, the position up to which nothing is missing, and the counts.
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

export class Inbox {
  #entries = new Map<string, Notification>();
  #held = 0;
  #epoch: string | null = null;
  #counts: Counts = { unread: 0, unseen: 0 };
  #countsSeq = -1;
  /** Entries below this `seq` are on pages that were not loaded; null when the list is complete. */
  #next: number | null = null;
  #loaded = false;
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
  get isLoaded(): boolean {
    return this.#loaded;
  }
  get next(): number | null {
    return this.#next;
  }

  /**
   * What the list shows: neither cleared nor asleep, newest first. Entries below `next` are left out: they are on pages
   * that were not loaded, and between them may be others.
   */
  visible(
    now: number,
    isMeant: (entry: Notification) => boolean = () => true,
    next = this.#next,
  ): Notification[] {
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
    if (!this.#loaded) this.#next = page.next;
    this.#loaded = true;
    this.#merge(page);
  }

  /** Entries from elsewhere: a filtered page says nothing of how far the list is loaded. */
  include(page: Page): void {
    this.#merge(page);
  }

  /** An older page, asked for with `before = next`. */
  append(page: Page): void {
    this.#next = page.next;
    this.#merge(page);
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
    this.#next = null;
    this.#loaded = false;
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
    return { arrived: isNew ? [notification] : [], gap: this.#advance(frame), incomplete: false };
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
