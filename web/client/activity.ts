// Presence as this page sees it: visible, idle after two minutes without input, and the ticket on screen.
// Reports each change once; the hub derives from it whether the person is there.
import type { Environment } from './environment';
import type { PageSignals } from './page';
import type { Activity as Report } from './protocol';

export interface ActivityHandlers {
  onOnline: () => void;
  onVisible: () => void;
  onLeave: () => void;
}

export class Activity {
  #environment: Environment;
  #page: PageSignals;
  #onChange: (report: Report) => void;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | null = null;
  #lastInputAt: number;
  #viewing: string | null = null;
  #reported = '';

  constructor(environment: Environment, page: PageSignals, onChange: (report: Report) => void) {
    this.#environment = environment;
    this.#page = page;
    this.#onChange = onChange;
    // Opening the page was an input.
    this.#lastInputAt = environment.now();
  }

  get current(): Report {
    return { visible: this.#page.isVisible(), idle: this.#isIdle, viewing: this.#viewing };
  }

  /** Somebody is in front of this page: only then does an ack mean that a person could see it. */
  get isActive(): boolean {
    return this.#page.isVisible() && !this.#isIdle;
  }

  start({ onOnline, onVisible, onLeave }: ActivityHandlers): void {
    this.stop();
    this.#unwatch = this.#page.watch({
      onInput: () => this.#onInput(),
      onOnline,
      onLeave,
      onVisibility: () => {
        if (this.#page.isVisible()) this.#onInput();
        this.#report();
        if (this.#page.isVisible()) onVisible();
      },
    });
    this.#armIdleTimer();
  }

  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    clearTimeout(this.#idleTimer);
  }

  view(ticket: string | null): void {
    this.#viewing = ticket;
    this.#report();
  }

  /** A new session knows nothing yet: the next report is sent whatever was said before. */
  repeat(): void {
    this.#reported = '';
    this.#report();
  }

  get #isIdle(): boolean {
    return this.#environment.now() - this.#lastInputAt >= this.#environment.timing.idleAfterMs;
  }

  #onInput(): void {
    const wasIdle = this.#isIdle;
    this.#lastInputAt = this.#environment.now();
    if (!wasIdle) return;
    this.#armIdleTimer();
    this.#report();
  }

  /** One timer that looks again, in place of one that every mouse movement restarts. */
  #armIdleTimer(): void {
    clearTimeout(this.#idleTimer);
    const left = this.#lastInputAt + this.#environment.timing.idleAfterMs - this.#environment.now();
    this.#idleTimer = setTimeout(
      () => (this.#isIdle ? this.#report() : this.#armIdleTimer()),
      Math.max(left, 50),
    );
  }

  #report(): void {
    const report = this.current;
    const said = JSON.stringify(report);
    if (said === this.#reported) return;
    this.#reported = said;
    this.#onChange(report);
  }
}
