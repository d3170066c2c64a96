// A timer that is fed: it fires once when it was not fed for the given time. Half-open connections deliver
// nothing, not even an error; only silence shows them.
export class Watchdog {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onSilence: () => void;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  feed(forMs: number): void {
    this.stop();
    this.#timer = setTimeout(() => this.#onSilence(), forMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
