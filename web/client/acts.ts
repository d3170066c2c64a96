// What the person does to the inbox: shown at once, sent in order, and sent again until the hub has answered.
// An act is the same said twice, so a lost answer costs nothing. A refusal takes the act back.
import { Refused, type Api } from './api';
import { retryDelayMs, type Environment } from './environment';
import type { Inbox } from './inbox';
import type { Act, ActAnswer, Selector } from './protocol';

interface PendingAct {
  act: Act;
  body: Selector & { until?: string };
  undo: () => void;
}

export interface ActEvents {
  onAnswer: (answer: ActAnswer) => void;
  onRefused: (act: Act, error: Refused) => void;
}

export class Acts {
  #api: Api;
  #inbox: Inbox;
  #environment: Environment;
  #events: ActEvents;
  #queue: PendingAct[] = [];
  #isSending = false;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, inbox: Inbox, environment: Environment, events: ActEvents) {
    this.#api = api;
    this.#inbox = inbox;
    this.#environment = environment;
    this.#events = events;
  }

  add(act: Act, selector: Selector, until?: string): void {
    const at = new Date(this.#environment.now()).toISOString();
    // Seen up to 9 says all that seen up to 8 does; the one that is on its way stays.
    if (act === 'seen' && this.#queue.length > Number(this.#isSending) && this.#queue.at(-1)!.act === act)
      this.#queue.pop();
    const undo = this.#inbox.anticipate(act, selector, at, asTime(until));
    this.#queue.push({ act, body: until === undefined ? selector : { ...selector, until }, undo });
    void this.flush();
  }

  /** Sends what waits; called again when the connection is back. */
  async flush(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#timer);
    try {
      for (let next = this.#queue[0]; next; next = this.#queue[0]) {
        await this.#send(next);
        this.#queue.shift();
        this.#attempt = 0;
      }
    } catch {
      this.#timer = setTimeout(() => void this.flush(), retryDelayMs(this.#attempt++, this.#environment));
    } finally {
      this.#isSending = false;
    }
  }

  /** The page is being left: what has not been sent yet goes out at once, and nobody waits for the answers. */
  sendAllNow(): void {
    for (const { act, body } of this.#queue.slice(this.#isSending ? 1 : 0)) {
      this.#api.act(act, body).catch(() => undefined);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue = [];
  }

  /** Throws only where trying again may help. */
  async #send(pending: PendingAct): Promise<void> {
    try {
      this.#events.onAnswer(await this.#api.act(pending.act, pending.body));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      pending.undo();
      this.#events.onRefused(pending.act, error);
    }
  }
}

/** As the hub keeps "until the customer replies". */
export const UNTIL_REPLY = '9999-12-31T23:59:59.999Z';

function asTime(until: string | undefined): string | null {
  return until === 'reply' ? UNTIL_REPLY : (until ?? null);
}
