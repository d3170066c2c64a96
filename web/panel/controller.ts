// What the demo desk does, apart from how it looks: who sits at this tab, which ticket is open, acts and watches.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Notification } from '../client/protocol';
import { Desk } from './desk';
import { viewed, type DeskAct } from './events';
import { epochOf, loadState, postEvent } from './hub_api';
import type { DemoAgent, DemoState, DeskTicket } from './types';

const AGENT_KEY = 'bellhop.demo.agent';
const LOG_LENGTH = 8;

/** One line of "what the hub was told". */
export interface LogLine {
  type: string;
  notified: string[];
  error: string | null;
  at: number;
}

export class DeskController implements ReactiveController {
  #host: ReactiveControllerHost;
  #state: DemoState | null = null;
  #desk: Desk | null = null;
  #agent: DemoAgent | null = null;
  #ticketId: string | null = null;
  #listening = new AbortController();
  log: LogLine[] = [];
  error: string | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get agents(): DemoAgent[] {
    return this.#state?.agents ?? [];
  }
  get agent(): DemoAgent | null {
    return this.#agent;
  }
  get tickets(): DeskTicket[] {
    return this.#desk?.tickets ?? [];
  }
  get ticket(): DeskTicket | null {
    return this.#desk?.find(this.#ticketId) ?? null;
  }
  get isReady(): boolean {
    return this.#desk !== null;
  }

  hostConnected(): void {
    const { signal } = (this.#listening = new AbortController());
    window.addEventListener('popstate', () => this.#readAddress(), { signal });
    void this.#start();
  }

  hostDisconnected(): void {
    this.#listening.abort();
    this.#desk?.close();
  }

  nameOf(id: string | null): string {
    return this.agents.find((agent) => agent.id === id)?.name ?? id ?? 'nobody';
  }

  /** Sits another agent down at this tab; other tabs keep theirs. */
  sitDown(agent: DemoAgent): void {
    sessionStorage.setItem(AGENT_KEY, agent.id);
    this.#agent = agent;
    this.#host.requestUpdate();
    this.#tellViewed();
  }

  open(ticketId: string | null): void {
    const address = ticketId === null ? '/panel' : `/panel?ticket=${encodeURIComponent(ticketId)}`;
    if (ticketId !== this.#ticketId) history.pushState(null, '', address);
    this.#show(ticketId);
  }

  /** Opens what a notification is about. A comment from before this desk was opened joins the thread. */
  openFrom({ ticket, comment, actor, body, created_at }: Notification): void {
    if (!ticket) return;
    const id = typeof comment === 'string' ? comment : comment?.id;
    if (id && body) {
      const kind = actor?.kind === 'customer' ? 'customer' : 'note';
      const message = {
        id,
        kind,
        author: actor?.name ?? 'System',
        text: body,
        at: Date.parse(created_at),
      } as const;
      this.#desk?.remember(ticket.id, message);
    }
    this.open(ticket.id);
  }

  /** Does it in the desk and tells the hub. */
  async act(act: DeskAct): Promise<void> {
    this.#desk?.record(act);
    await this.#post(act.event);
  }

  async #start(): Promise<void> {
    await this.#attempt(async () => {
      this.#state = await loadState();
      const kept = sessionStorage.getItem(AGENT_KEY);
      const agent = this.agents.find(({ id }) => id === kept) ?? this.agents[0];
      if (!agent) throw new Error('the demo has no agents');
      this.#desk = new Desk(await epochOf(agent), this.#state.tickets);
      this.#desk.addEventListener('change', () => this.#host.requestUpdate(), {
        signal: this.#listening.signal,
      });
      this.sitDown(agent);
      this.#readAddress();
    });
  }

  #readAddress(): void {
    this.#show(new URLSearchParams(location.search).get('ticket'));
  }

  #show(ticketId: string | null): void {
    this.#ticketId = this.#desk?.find(ticketId) ? ticketId : null;
    this.#tellViewed();
    this.#host.requestUpdate();
  }

  #tellViewed(): void {
    if (this.ticket && this.#agent) void this.#post(viewed(this.ticket, this.#agent));
  }

  async #post(event: DeskAct['event']): Promise<void> {
    const line: LogLine = { type: event.type, notified: [], error: null, at: Date.now() };
    try {
      line.notified = (await postEvent(this.#state?.api_key ?? '', event)).notified ?? [];
    } catch (error) {
      line.error = messageOf(error);
    }
    if (event.type !== 'ticket.viewed' || line.error) this.log = [line, ...this.log].slice(0, LOG_LENGTH);
    this.#host.requestUpdate();
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.error = null;
    } catch (error) {
      this.error = messageOf(error);
    }
    this.#host.requestUpdate();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
