// The headless client: one inbox, kept true over whatever way there is, with what a person can do to it. The tabs of one
// agent in one browser share the way.
// Elements listen to its events and read its getters:
// - `change`: something to show has changed;
// - `notification` (detail: Notification): one arrived just now, in every tab;
// - `refused` (detail: { act, message }): the hub did not accept an act;
// - `ended`: the person signed out, here or in another tab.
import { Acks } from './acks';
import { Activity } from './activity';
import { Acts } from './acts';
import { Api, Refused } from './api';
import type { ConnectionStatus } from './connection';
import { Credentials } from './credentials';
import { Deeds, type Undo } from './deeds';
import { deviceName } from './device';
import type { ClientOptions, ClientStatus } from './client_options';
import { browserEnvironment, retryDelayMs, type Environment } from './environment';
import { Inbox } from './inbox';
import { browserPage } from './page';
import type { Act, Agent, Counts, Me, Notification, ServerFrame } from './protocol';
import { Renewal } from './renewal';
import { onSessionNews } from './session_news';
import { SharedConnection } from './shared_connection';
import { browserTabs } from './tabs';
import { Views, type View } from './views';

export type { ClientOptions, ClientStatus };

export class BellhopClient extends EventTarget {
  readonly api: Api;
  /** The hub's origin; empty for the page's own. */
  readonly server: string;
  #environment: Environment;
  #inbox = new Inbox();
  #views: Views;
  #deeds: Deeds;
  #connection: SharedConnection;
  #activity: Activity;
  #acks: Acks;
  #acts: Acts;
  #credentials: Credentials;
  #me: Me | null = null;
  #lastSyncAt: number | null = null;
  #prelude: ConnectionStatus | null = null;
  #run = 0;
  #isLoading = false;
  #isSyncing = false;
  #seenUpTo: number | null = null;
  #renewal: Renewal;
  #unlisten: (() => void) | null = null;

  constructor(options: ClientOptions = {}) {
    super();
    const environment = (this.#environment = options.environment ?? browserEnvironment());
    const server = (this.server = (options.server ?? '').replace(/\/+$/, ''));
    const credentials = (this.#credentials = new Credentials(options, environment));
    const api = (this.api = new Api(server, credentials, environment));
    this.#acts = new Acts(api, this.#inbox, environment, {
      onAnswer: ({ counts, seq }) => {
        this.#inbox.count(counts, seq);
        this.#changed();
        // Without a live way the frames of one's own act come with the next poll: ask now.
        if (this.status.way === 'polling') this.#sync();
      },
      onRefused: (act, error) => this.#refused(act, error),
    });
    this.#renewal = new Renewal(credentials, (token) => this.#connection.send({ type: 'auth', token }));
    this.#views = new Views(api, this.#inbox);
    this.#deeds = new Deeds(api, this.#inbox, this.#acts, environment.now);
    this.#activity = new Activity(environment, options.page ?? browserPage, (report) =>
      this.#connection.send({ type: 'activity', ...report }),
    );
    this.#acks = new Acks(
      environment,
      () => this.#connection.isActive,
      (message) => this.#connection.send(message),
    );
    const position = () => ({ since: this.#inbox.held, epoch: this.#inbox.epoch });
    this.#connection = new SharedConnection(
      { server, device: deviceName(), api, credentials, environment, position },
      {
        onFrame: (frame) => this.#onFrame(frame),
        onStatus: () => this.#changed(),
        onActivity: () => this.#acks.onActivity(),
        onEnded: () => this.#onEnded(),
      },
      options.tabs === undefined ? browserTabs() : options.tabs,
    );
  }

  get agent(): Agent | null {
    return this.#me?.agent ?? null;
  }
  /** As of the start of this run. */
  get me(): Me | null {
    return this.#me;
  }
  get counts(): Counts {
    return this.#inbox.counts;
  }
  /** What the view shows, newest first. */
  get notifications(): Notification[] {
    return this.#views.entries(this.#environment.now());
  }
  /** Whatever is held of that id, shown or not. */
  find(id: string): Notification | undefined {
    return this.#inbox.get(id);
  }
  get view(): View {
    return this.#views.current;
  }
  get isLoaded(): boolean {
    return this.#views.isLoaded;
  }
  get hasOlder(): boolean {
    return this.#views.next !== null;
  }
  get isLoadingOlder(): boolean {
    return this.#isLoading;
  }
  /** Whether this tab speaks for the browser: it alone sounds and shows desktop notifications. */
  get leads(): boolean {
    return this.#connection.leads;
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
    this.#unlisten?.();
    this.#unlisten = this.#credentials.isCookie
      ? onSessionNews(this.server, (news) => (news === 'ended' ? this.#onEnded() : this.#restart()))
      : null;
    void this.#begin(run);
  }

  stop(): void {
    this.#run += 1;
    this.#renewal.stop();
    this.#unlisten?.();
    this.#unlisten = null;
    this.#activity.stop();
    this.#acks.stop();
    this.#acts.stop();
    this.#connection.stop();
  }

  /** Ends it in all tabs of this agent in this browser. A cookie or a token stays: that is the page's business. */
  signOut(): void {
    this.#connection.end();
    this.#onEnded();
  }

  read(ids: string[]): Undo {
    return this.#did(this.#deeds.read(ids));
  }
  unread(ids: string[]): Undo {
    return this.#did(this.#deeds.unread(ids));
  }
  clear(ids: string[]): Undo {
    return this.#did(this.#deeds.clear(ids));
  }
  restore(ids: string[]): Undo {
    return this.#did(this.#deeds.restore(ids));
  }
  /** `until`: an instant (RFC 3339), or `reply`: until the customer replies. */
  snooze(ids: string[], until: string): Undo {
    return this.#did(this.#deeds.snooze(ids, until));
  }
  /** Answers with the way back; null where there are too many to name. */
  async readAll(): Promise<Undo | null> {
    const undo = await this.#deeds.readAll();
    return undo && this.#did(undo);
  }
  /** Clears what is read, and leaves the rest. */
  async clearRead(): Promise<Undo | null> {
    const undo = await this.#deeds.clearRead();
    return undo && this.#did(undo);
  }
  /** The panel was opened: the red indicator goes, the badge stays. Said once for each position. */
  seen(): void {
    const { held } = this.#inbox;
    if (this.counts.unseen === 0 || held === this.#seenUpTo) return;
    this.#seenUpTo = held;
    this.#acts.add('seen', { all: true, up_to: held });
    this.#changed();
  }
  /** The ticket on screen, or null: what arrives for it while somebody looks is read. */
  viewing(ticket: string | null): void {
    this.#activity.view(ticket);
  }

  /** Another part of the inbox is looked at. */
  show(view: View): void {
    this.#views.set(view);
    this.#changed();
    void this.#load(() => this.#views.load());
  }

  async loadOlder(): Promise<void> {
    if (!this.#isLoading) await this.#load(() => this.#views.loadOlder());
  }

  async #load(work: () => Promise<void>): Promise<void> {
    this.#isLoading = true;
    this.#changed();
    try {
      await work();
    } catch (error) {
      this.dispatchEvent(new CustomEvent('refused', { detail: { act: 'load', message: messageOf(error) } }));
    } finally {
      this.#isLoading = false;
      this.#changed();
    }
  }

  #did(undo: Undo): Undo {
    this.#changed();
    return () => {
      undo();
      this.#changed();
    };
  }

  /** Lists, then connects from where the list stood; tries until it works or this run is over. */
  async #begin(run: number): Promise<void> {
    for (let attempt = 0; run === this.#run; attempt += 1) {
      try {
        if (!this.#me || !this.#inbox.isLoaded()) await this.#loadFirst(run);
        if (run !== this.#run || !this.#me) return;
        this.#prelude = null;
        return this.#connection.start(this.#me.agent.id);
      } catch (error) {
        if (run !== this.#run) return;
        const phase = error instanceof Refused ? 'signed_out' : 'offline';
        this.#prelude = { ...this.#connection.status, phase, lastError: messageOf(error) };
        this.#changed();
        if (error instanceof Refused) return;
        await pause(retryDelayMs(attempt, this.#environment));
      }
    }
  }

  async #loadFirst(run: number): Promise<void> {
    const [me, page] = await Promise.all([this.api.me(), this.api.list()]);
    if (run !== this.#run) return;
    this.#me = me;
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
    this.#renewal.start();
  }

  /** After a `reset`, or when an entry came back that is not held: the first page again. */
  async #reload(run: number): Promise<void> {
    for (let attempt = 0; run === this.#run; attempt += 1) {
      try {
        const page = await this.api.list();
        if (run !== this.#run) return;
        this.#inbox.load(page);
        await this.#views.load();
        return this.#changed();
      } catch (error) {
        if (error instanceof Refused) return;
        await pause(retryDelayMs(attempt, this.#environment));
      }
    }
  }

  #sync(): void {
    this.#isSyncing = true;
    this.#connection.send({ type: 'sync', since: this.#inbox.held });
  }

  #wake(): void {
    if (this.#prelude) this.start();
    else if (this.#inbox.isLoaded()) this.#connection.wake();
  }

  /** The person signed out: nothing of theirs stays on the screen. */
  #onEnded(): void {
    this.stop();
    this.#forget();
    this.#prelude = { ...this.#connection.status, phase: 'signed_out', way: null, lastError: null };
    this.#changed();
    this.dispatchEvent(new Event('ended'));
    // A cookie may come back, and then this tab is to know.
    if (this.#credentials.isCookie)
      this.#unlisten = onSessionNews(this.server, (news) => news === 'began' && this.#restart());
  }

  /** Perhaps somebody else signed in. */
  #restart(): void {
    this.stop();
    this.#forget();
    this.start();
  }

  #forget(): void {
    this.#me = null;
    this.#inbox.clear();
    this.#lastSyncAt = null;
  }

  #refused(act: Act, error: Refused): void {
    this.#changed();
    this.dispatchEvent(new CustomEvent('refused', { detail: { act, message: error.message } }));
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
