// Fetches a fresh token before the old one ends, and hands it on, so that a session never notices.
import type { Credentials } from './credentials';

/** The longest that a timer of a browser can wait. */
const LONGEST_MS = 2 ** 31 - 1;

export class Renewal {
  #credentials: Credentials;
  #onToken: (token: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(credentials: Credentials, onToken: (token: string) => void) {
    this.#credentials = credentials;
    this.#onToken = onToken;
  }

  start(): void {
    this.stop();
    const inMs = this.#credentials.renewInMs();
    if (inMs !== null) this.#timer = setTimeout(() => void this.#renew(), Math.min(inMs, LONGEST_MS));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    try {
      const token = await this.#credentials.renew();
      if (token) this.#onToken(token);
      this.start();
    } catch (error) {
      // The old token still holds for a minute, and the next connection asks again.
      console.warn('bellhop: the token could not be renewed', error);
    }
  }
}
