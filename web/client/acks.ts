// Tells the hub up to where this device holds the inbox: gathered for a moment, and said again when the person
// turns active, because only an active session's word counts as "delivered".
import type { Environment } from './environment';
import type { ClientMessage } from './protocol';

export class Acks {
  #environment: Environment;
  #isActive: () => boolean;
  #send: (message: ClientMessage) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seq = 0;
  #sentSeq = 0;
  #sentActive = false;

  constructor(environment: Environment, isActive: () => boolean, send: (message: ClientMessage) => void) {
    this.#environment = environment;
    this.#isActive = isActive;
    this.#send = send;
  }

  /** The client now holds everything up to `seq`. */
  hold(seq: number): void {
    this.#seq = seq;
    this.#timer ??= setTimeout(() => this.#flush(), this.#environment.timing.ackGatherMs);
  }

  /** A new session has confirmed nothing yet. */
  startSession(): void {
    this.#sentSeq = 0;
    this.#sentActive = false;
  }

  onActivity(): void {
    if (this.#isActive() && !this.#sentActive && this.#seq > 0) this.hold(this.#seq);
    if (!this.#isActive()) this.#sentActive = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    const active = this.#isActive();
    if (this.#seq <= this.#sentSeq && active === this.#sentActive) return;
    this.#sentSeq = this.#seq;
    this.#sentActive = active;
    this.#send({ type: 'ack', seq: this.#seq, active });
  }
}
