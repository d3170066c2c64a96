// The headless client: one inbox, kept true over whatever way there is, with what a person can do to it.
// Elements listen to its events and read its getters:
// - `change`: something to show has changed;
// - `notification` (detail: Notification): one arrived just now;
// - `refused` (detail: { act, message }): the hub did not accept an act.
import { Acks } from './acks';
import { Activity } from './activity';
import { Acts } from './acts';
import { Api, Refused } from './api';
import { Connection, type ConnectionStatus } from './connection';
import { Credentials } from './credentials';
import { deviceName } from './device';
import { browserEnvironment, retryDelayMs, type Environment } from './environment';
import { Inbox } from './inbox';
import { browserPage, type PageSignals } from './page';
import type { Act, Agent, Counts, Notification, Selector, ServerFrame } from './protocol';

export interface ClientOptions {
  /** The hub's origin; empty for the page's own. */
  server?: string;
  token?: string | null;
  tokenUrl?: string | null;
  environment?: Environment;
  page?: PageSignals;
}

export interface ClientStatus extends ConnectionStatus {
  /** When the hub was last heard, epoch ms. */
  lastSyncAt: number | null;
}

export class BellhopClient extends EventTarget {
  readonly api: Api;
  #environment: Environment;
  #inbox = new Inbox();
  #connection: Connection;
  #activity: Activity;
  #acks: Acks;
  #acts: Acts;
  #credentials: Credentials;
  #agent: Agent | null = null;
  #lastSyncAt: number | null = null;
  #prelude: ConnectionStatus | null = null;
  #run = 0;
  #isLoadingOlder = false;
  #isSyncing = false;
  #seenUpTo: number | null = null;
  #renewTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ClientOptions = {}) {
    super();
    const environment = (this.#environment = options.environment ?? browserEnvironment());
    const server = (options.server ?? '').replace(/\/+$/, '');
    this.#credentials = new Credentials(options, environment);
    this.api = new Api(server, this.#credentials, environment);
    this.#acts = new Acts(this.api, this.#inbox, environment, {
      onAnswer: ({ counts, seq }) => {
        this.#inbox.count(counts, seq);
        this.#changed();
        // Without a live way the frames of one's own act come with the next poll: ask now.
        if (this.status.way === 'polling') this.#sync();
      },
      onRefused: (act, error) => this.#refused(act, error),
    });
    this.#activity = new Activity(environment, options.page ?? browserPage, (report) => {
      this.#connection.send({ type: 'activity', ...report });
      this.#acks.onActivity();
    });
    this.#acks = new Acks(
      environment,
      () => this.#activity.isActive,
      (message) => this.#connection.send(message),
    );
    this.#connection = new Connection(
      {
        server,
        device: deviceName(),
        api: this.api,
        credentials: this.#credentials,
        environment,
        position: () => ({ since: this.#inbox.held, epoch: this.#inbox.epoch }),
      },
      { onFrame: (frame) => this.#onFrame(frame), onStatus: () => this.#changed() },
    );
  }

  get agent(): Agent | null {
    return this.#agent;
  }
  get counts(): Counts {
    return this.#inbox.counts;
  }
  get notifications(): Notification[] {
    return this.#inbox.visible(this.#environment.now());
  }
  get isLoaded(): boolean {
    return this.#inbox.isLoaded;
  }
  get hasOlder(): boolean {
    return this.#inbox.next !== null;
  }
  get isLoadingOlder(): boolean {
    return this.#isLoadingOlder;
  }
  get status(): ClientStatus {
    return { ...(this.#prelude ?? this.#connection.status), lastSyncAt: this.#lastSyncAt };
  }

  start(): void {
    const run = ++this.#run;
    this.#activity.start({
      onOnline: () => this.#wake(),
      onVisible: () => this.#wake(),
      onLeave: () => this.#acts.sendAllNow(),
    });
    void this.#begin(run);
  }

  stop(): void {
    this.#run += 1;
    clearTimeout(this.#renewTimer);
    this.#activity.stop();
    this.#acks.stop();
    this.#acts.stop();
    this.#connection.stop();
  }

  read(ids: string[]): void {
    this.#act('read', { ids });
  }
  unread(ids: string[]): void {
    this.#act('unread', { ids });
  }
  clear(ids: string[]): void {
    this.#act('clear', { ids });
  }
  restore(ids: string[]): void {
    this.#act('restore', { ids });
  }
  readAll(): void {
    this.#act('read', { all: true, up_to: this.#inbox.held });
  }
  readTicket(ticket: string): void {
    this.#act('read', { ticket });
  }
  /** Clears what is read, and leaves the rest. */
  clearRead(): void {
    this.#act('clear', { status: 'read', up_to: this.#inbox.held });
  }
  /** The panel was opened: the red indicator goes, the badge stays. Said once for each position. */
  seen(): void {
    const { held } = this.#inbox;
    if (this.counts.unseen === 0 || held === this.#seenUpTo) return;
    this.#seenUpTo = held;
    this.#act('seen', { all: true, up_to: held });
  }
  /** The ticket on screen, or null: what arrives for it while somebody looks is read. */
  view(ticket: string | null): void {
    this.#activity.view(ticket);
  }

  async loadOlder(): Promise<void> {
    const before = this.#inbox.next;
    if (before === null || this.#isLoadingOlder) return;
    this.#isLoadingOlder = true;
    this.#changed();
    try {
      this.#inbox.append(await this.api.list({ before }));
    } catch (error) {
      this.dispatchEvent(new CustomEvent('refused', { detail: { act: 'load', message: messageOf(error) } }));
    } finally {
      this.#isLoadingOlder = false;
      this.#changed();
    }
  }

  #act(act: Act, selector: Selector): void {
    this.#acts.add(act, selector);
    this.#changed();
  }

  /** Lists, then connects from where the list stood; tries until it works or this run is over. */
  async #begin(run: number): Promise<void> {
    for (let attempt = 0; run === this.#run; attempt += 1) {
      try {
        if (!this.#inbox.isLoaded) await this.#load(run);
        if (run !== this.#run) return;
        this.#prelude = null;
        return this.#connection.start();
      } catch (error) {
        if (run !== this.#run) return;
        const phase = error instanceof Refused ? 'signed_out' : 'offline';
        this.#prelude = { ...this.#connection.status, phase, lastError: messageOf(error) };
        this.#changed();
        if (error instanceof Refused) return;
        await this.#pause(retryDelayMs(attempt, this.#environment));
      }
    }
  }

  async #load(run: number): Promise<void> {
    const [me, page] = await Promise.all([this.api.me(), this.api.list()]);
    if (run !== this.#run) return;
    this.#agent = me.agent;
    this.#inbox.begin(page, me.epoch);
    this.#lastSyncAt = this.#environment.now();
    this.#changed();
  }

  #onFrame(frame: ServerFrame): void {
    this.#lastSyncAt = this.#environment.now();
    const { arrived, gap, incomplete } = this.#inbox.apply(frame);
    if (frame.type === 'synced' || frame.type === 'reset') this.#isSyncing = false;
    if (frame.type === 'welcome') this.#onWelcome();
    if (gap && !this.#isSyncing) this.#sync();
    if (incomplete) void this.#reload(this.#run);
    this.#acks.hold(this.#inbox.held);
    this.#changed();
    for (const notification of arrived) {
      this.dispatchEvent(new CustomEvent('notification', { detail: notification }));
    }
  }

  #onWelcome(): void {
    this.#isSyncing = false;
    this.#seenUpTo = null;
    this.#acks.startSession();
    this.#activity.repeat();
    void this.#acts.flush();
    this.#renewTokenInTime();
  }

  /** After a `reset`, or when an entry came back that is not held: the first page again. */
  async #reload(run: number): Promise<void> {
    for (let attempt = 0; run === this.#run; attempt += 1) {
      try {
        const page = await this.api.list();
        if (run !== this.#run) return;
        this.#inbox.load(page);
        return this.#changed();
      } catch (error) {
        if (error instanceof Refused) return;
        await this.#pause(retryDelayMs(attempt, this.#environment));
      }
    }
  }

  #sync(): void {
    this.#isSyncing = true;
    this.#connection.send({ type: 'sync', since: this.#inbox.held });
  }

  #wake(): void {
    if (this.#prelude) this.start();
    else if (this.#inbox.isLoaded) this.#connection.wake();
  }

  #renewTokenInTime(): void {
    clearTimeout(this.#renewTimer);
    const inMs = this.#credentials.renewInMs();
    if (inMs === null) return;
    this.#renewTimer = setTimeout(() => void this.#renewToken(), Math.min(inMs, 2 ** 31 - 1));
  }

  async #renewToken(): Promise<void> {
    try {
      const token = await this.#credentials.renew();
      if (token) this.#connection.send({ type: 'auth', token });
      this.#renewTokenInTime();
    } catch (error) {
      // The old token still holds for a minute, and the next connection asks again.
      console.warn('bellhop: the token could not be renewed', error);
    }
  }

  #refused(act: Act, error: Refused): void {
    this.#changed();
    this.dispatchEvent(new CustomEvent('refused', { detail: { act, message: error.message } }));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
