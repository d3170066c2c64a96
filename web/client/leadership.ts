// Which tab speaks for the browser: the one that holds a Web Lock. The lock goes with its tab, however that ends, and the
// next in line has it at once; a tab that somebody looks at may take it from one that nobody looks at.

export interface LeadershipEvents {
  onWon: () => void;
  /** Another tab took it. */
  onLost: () => void;
}

/** What of `navigator.locks` is needed. */
export type Locks = Pick<LockManager, 'request'>;

export class Leadership {
  #locks: Locks;
  #name: string;
  #events: LeadershipEvents;
  #waiting: AbortController | null = null;
  #release: (() => void) | null = null;

  constructor(locks: Locks, name: string, events: LeadershipEvents) {
    this.#locks = locks;
    this.#name = name;
    this.#events = events;
  }

  get isHeld(): boolean {
    return this.#release !== null;
  }

  /** Stands in line. */
  seek(): void {
    if (this.#waiting || this.#release) return;
    const waiting = (this.#waiting = new AbortController());
    this.#ask({ signal: waiting.signal }, waiting);
  }

  /** Takes it from whoever has it. */
  steal(): void {
    if (this.#release) return;
    this.#waiting?.abort();
    const waiting = (this.#waiting = new AbortController());
    this.#ask({ steal: true }, waiting);
  }

  leave(): void {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#release?.();
    this.#release = null;
  }

  #ask(options: LockOptions, waiting: AbortController): void {
    let release: (() => void) | null = null;
    const hold = () => {
      // Left while the lock was on its way.
      if (waiting.signal.aborted) return;
      this.#waiting = null;
      const held = new Promise<void>((resolve) => (release = resolve));
      this.#release = release;
      this.#events.onWon();
      return held;
    };
    this.#locks.request(this.#name, options, hold).catch(() => {
      if (release === null || release !== this.#release) return;
      this.#release = null;
      this.#events.onLost();
    });
  }
}

/** Holds a lock of one's own until the page goes, for others to notice that. Returns how to give it back. */
export function holdWhileAlive(locks: Locks, name: string): () => void {
  const abort = new AbortController();
  let release = () => {};
  const hold = () => new Promise<void>((resolve) => (release = resolve));
  locks.request(name, { signal: abort.signal }, hold).catch(() => undefined);
  return () => {
    abort.abort();
    release();
  };
}

/** Calls back when nobody holds that lock any more. Returns how to stop waiting. */
export function whenGone(locks: Locks, name: string, onGone: () => void): () => void {
  const abort = new AbortController();
  locks.request(name, { signal: abort.signal }, onGone).catch(() => undefined);
  return () => abort.abort();
}
