// The pretend helpdesk's memory: tickets with their threads, kept in the browser and shared by its tabs. What
// happens here is told to the hub as events; the hub never tells the desk anything but notifications.
import type { DeskAct } from './events';
import type { DeskTicket, Message, Ticket } from './types';

export class Desk extends EventTarget {
  #key: string;
  #storage: Storage;
  #tickets: DeskTicket[];
  #listening = new AbortController();

  /** `run` names this run of the demo: a new one starts with clean tickets. */
  constructor(run: string, tickets: Ticket[], storage: Storage = localStorage) {
    super();
    this.#key = `bellhop.demo.${run}`;
    this.#storage = storage;
    this.#forgetOtherRuns();
    this.#tickets = this.#stored() ?? tickets.map((ticket) => ({ ...ticket, thread: [opening(ticket)] }));
    globalThis.addEventListener?.(
      'storage',
      (event: Event) => {
        if ((event as StorageEvent).key === this.#key) this.#reload();
      },
      { signal: this.#listening.signal },
    );
  }

  get tickets(): DeskTicket[] {
    return this.#tickets;
  }

  find(id: string | null): DeskTicket | null {
    return this.#tickets.find((ticket) => ticket.id === id) ?? null;
  }

  /** Writes down what was done. */
  record({ ticket, message }: Pick<DeskAct, 'ticket' | 'message'>): void {
    this.#reload();
    this.#tickets = this.#tickets.map((held) =>
      held.id === ticket.id ? { ...held, ...ticket, thread: [...held.thread, message] } : held,
    );
    this.#storage.setItem(this.#key, JSON.stringify(this.#tickets));
    this.dispatchEvent(new Event('change'));
  }

  /** Adds what was said elsewhere, unless the thread has it. */
  remember(ticketId: string, message: Message): void {
    const ticket = this.find(ticketId);
    if (ticket && !ticket.thread.some(({ id }) => id === message.id)) this.record({ ticket, message });
  }

  close(): void {
    this.#listening.abort();
  }

  #reload(): void {
    this.#tickets = this.#stored() ?? this.#tickets;
    this.dispatchEvent(new Event('change'));
  }

  #stored(): DeskTicket[] | null {
    const text = this.#storage.getItem(this.#key);
    return text ? (JSON.parse(text) as DeskTicket[]) : null;
  }

  #forgetOtherRuns(): void {
    const keys = Array.from({ length: this.#storage.length }, (_, i) => this.#storage.key(i) ?? '');
    for (const key of keys) {
      if (key.startsWith('bellhop.demo.') && key !== this.#key) this.#storage.removeItem(key);
    }
  }
}

function opening(ticket: Ticket): Message {
  const author = ticket.customer?.name ?? 'Customer';
  const text = `Hello, I need help with this: “${ticket.subject}” Could you have a look, please?`;
  return { id: `${ticket.id}-opening`, kind: 'customer', author, text, at: Date.now() - 3_600_000 };
}
