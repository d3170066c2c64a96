// The frames that the leading tab got last, without a gap, for a tab that missed some. Bounded; whoever is further behind
// lists anew.
import type { ChangedFrame, Counts, NotificationFrame, ServerFrame } from './protocol';

const MOST_KEPT = 500;

export class RecentFrames {
  #frames: (NotificationFrame | ChangedFrame)[] = [];
  #from = 0;
  #to = 0;
  #counts: Counts = { unread: 0, unseen: 0 };

  /** Up to here nothing is missing. */
  get to(): number {
    return this.#to;
  }

  start(at: number): void {
    this.#frames = [];
    this.#from = this.#to = at;
  }

  add(frame: ServerFrame): void {
    if ('counts' in frame) this.#counts = frame.counts;
    if (frame.type === 'reset') this.start(frame.seq);
    if (frame.type === 'synced') this.#to = Math.max(this.#to, frame.seq);
    if (frame.type !== 'notification' && frame.type !== 'changed') return;
    // After a gap the entries come again, in a row; so they do after a change of all that is read.
    if (frame.seq <= this.#to || frame.prev > this.#to || 'status' in frame) return;
    this.#frames.push(frame);
    this.#to = frame.seq;
    if (this.#frames.length > MOST_KEPT) this.#from = this.#frames.shift()!.seq;
  }

  /** What brings a tab that holds `since` up to date. */
  after(since: number, epoch: string): ServerFrame[] {
    const [seq, counts] = [this.#to, this.#counts];
    if (since < this.#from || since > seq) return [{ type: 'reset', epoch, seq, counts }];
    const missed = this.#frames.filter((frame) => frame.seq > since);
    return [...missed, { type: 'synced', seq, counts }];
  }
}
