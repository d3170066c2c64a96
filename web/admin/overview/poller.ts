// Asks again every few seconds while somebody can see it; less often while it fails; and no more once nobody has touched
// the page for an hour, because a forgotten tab should not keep a hub busy.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const LONGEST_PAUSE_MS = 60_000;
const SIGNS_OF_LIFE = ['pointerdown', 'keydown'] as const;

export interface Rhythm {
  everyMs: number;
  /** Without any touch it stops after so long. */
  untilMs: number;
}

export class Poller implements ReactiveController {
  /** When an answer came last, epoch milliseconds. */
  lastAt: number | null = null;
  /** Since when there is none; null while all is well. */
  failingSince: number | null = null;
  /** Nobody touched the page for long. */
  isResting = false;
  #host: ReactiveControllerHost;
  #task: () => Promise<boolean>;
  #rhythm: Rhythm;
  #failures = 0;
  #touchedAt = Date.now();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isAsking = false;

  /** `task` asks once and says whether that went well. */
  constructor(host: ReactiveControllerHost, task: () => Promise<boolean>, rhythm: Rhythm) {
    this.#host = host;
    this.#task = task;
    this.#rhythm = rhythm;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#onVisible);
    window.addEventListener('online', this.now);
    for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, this.#onTouch);
    this.#touchedAt = Date.now();
    this.now();
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#onVisible);
    window.removeEventListener('online', this.now);
    for (const sign of SIGNS_OF_LIFE) document.removeEventListener(sign, this.#onTouch);
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Asks at once, and goes on from there. */
  now = (): void => {
    clearTimeout(this.#timer);
    this.isResting = false;
    void this.#askOnce();
  };

  async #askOnce(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const wentWell = await this.#task();
    this.#isAsking = false;
    this.#failures = wentWell ? 0 : this.#failures + 1;
    this.failingSince = wentWell ? null : (this.failingSince ?? Date.now());
    if (wentWell) this.lastAt = Date.now();
    this.#plan();
    this.#host.requestUpdate();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (document.visibilityState === 'hidden') return;
    this.isResting = Date.now() - this.#touchedAt >= this.#rhythm.untilMs;
    if (this.isResting) return;
    const pause = Math.min(LONGEST_PAUSE_MS, this.#rhythm.everyMs * 2 ** Math.min(this.#failures, 6));
    this.#timer = setTimeout(() => void this.#askOnce(), pause);
  }

  #onVisible = (): void => {
    if (document.visibilityState === 'visible') this.now();
    else clearTimeout(this.#timer);
  };

  #onTouch = (): void => {
    this.#touchedAt = Date.now();
    if (this.isResting) this.now();
  };
}
