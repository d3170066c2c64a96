// One connection for all tabs of an agent in one browser. The leading tab has the real one and passes on what it hears;
// the others follow, and take over from where they stand when the leader goes. Without Web Locks or BroadcastChannel each
// tab has a connection of its own.
import { Connection, type ConnectionEvents, type ConnectionStatus } from './connection';
import { GatheredActivity } from './gathered_activity';
import { holdWhileAlive, Leadership, whenGone } from './leadership';
import type { Activity, ClientMessage, Counts, ServerFrame } from './protocol';
import { RecentFrames } from './recent_frames';
import { tabsName, type Channel, type TabMessage, type TabPlatform } from './tabs';
import type { TransportContext } from './transport';

/** A leader that has not answered by then hangs, or is frozen: whoever asked takes over. */
const ANSWER_WITHIN_MS = 1_000;

export interface SharedEvents extends ConnectionEvents {
  /** What all tabs together say of the person has changed. */
  onActivity: () => void;
  /** The person signed out in another tab. */
  onEnded: () => void;
}

const NOTHING_KNOWN: Activity = { visible: false, idle: true, viewing: null };
const NO_COUNTS: Counts = { unread: 0, unseen: 0 };

export class SharedConnection {
  #context: TransportContext;
  #events: SharedEvents;
  #platform: TabPlatform | null;
  #id = globalThis.crypto?.randomUUID?.() ?? `tab-${Math.random().toString(36).slice(2)}`;
  #connection: Connection;
  #leadership: Leadership | null = null;
  #channel: Channel | null = null;
  #name = '';
  #leads = false;
  /** The hub refused what this tab has to show: it does not try to lead with that again. */
  #isRefused = false;
  #followedStatus: ConnectionStatus | null = null;
  #recent = new RecentFrames();
  #gathered = new GatheredActivity();
  #own: Activity = NOTHING_KNOWN;
  #followers = new Map<string, () => void>();
  #letGo: (() => void) | null = null;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(context: TransportContext, events: SharedEvents, platform: TabPlatform | null) {
    this.#context = context;
    this.#events = events;
    this.#platform = platform;
    this.#connection = new Connection(context, {
      onFrame: (frame) => this.#onServerFrame(frame),
      onStatus: (status) => this.#onServerStatus(status),
    });
  }

  /** Whether this tab is the one that speaks to the hub, and sounds. */
  get leads(): boolean {
    return this.#leads;
  }

  /** How many tabs the leader knows of, itself included. */
  get tabs(): number {
    return this.#followers.size + 1;
  }

  get status(): ConnectionStatus {
    return this.#leads ? this.#connection.status : (this.#followedStatus ?? this.#connection.status);
  }

  get isActive(): boolean {
    return this.#gathered.isActive;
  }

  start(agent: string): void {
    const retries = this.#channel !== null;
    this.stop();
    this.#isRefused = false;
    if (!this.#platform) return this.#lead();
    const { locks, open } = this.#platform;
    this.#name = tabsName(this.#hub, agent);
    this.#channel = open(this.#name);
    this.#channel.onmessage = ({ data }) => this.#onMessage(data);
    this.#letGo = holdWhileAlive(locks, this.#lockOf(this.#id));
    this.#leadership = new Leadership(locks, this.#name, {
      onWon: () => this.#lead(),
      onLost: () => this.#follow(),
    });
    this.#leadership.seek();
    if (retries) this.#post({ kind: 'retry', from: this.#id });
    this.#call();
  }

  stop(): void {
    clearTimeout(this.#answerTimer);
    this.#connection.stop();
    this.#leadership?.leave();
    this.#forgetFollowers();
    this.#letGo?.();
    if (this.#channel) this.#channel.onmessage = null;
    this.#channel?.close();
    this.#leadership = this.#channel = this.#letGo = this.#followedStatus = null;
    this.#leads = false;
  }

  /** Tells the other tabs that the person signed out. */
  end(): void {
    this.#post({ kind: 'ended' });
  }

  send(message: ClientMessage): void {
    if (message.type === 'activity') return this.#onOwnActivity(message);
    if (this.#leads) return this.#connection.send(message);
    if (message.type === 'sync') this.#post({ kind: 'sync', from: this.#id, since: message.since });
  }

  wake(): void {
    if (this.#leads) this.#connection.wake();
    else this.#call();
  }

  get #hub(): string {
    return this.#context.server || globalThis.location?.origin || '';
  }

  get #epoch(): string {
    return this.#context.position().epoch ?? '';
  }

  #lockOf(tab: string): string {
    return `${this.#name}:tab:${tab}`;
  }

  #lead(): void {
    clearTimeout(this.#answerTimer);
    this.#leads = true;
    this.#followedStatus = null;
    this.#recent.start(this.#context.position().since);
    this.#gathered.report(this.#id, this.#own);
    this.#connection.start();
  }

  /** Another tab leads from now on. */
  #follow(): void {
    this.#leads = false;
    this.#followedStatus = this.#connection.status;
    this.#connection.stop();
    this.#forgetFollowers();
    this.#leadership?.seek();
    this.#call();
  }

  /** Says to the leader that this tab is there, and looks whether it answers. */
  #call(): void {
    this.#post({ kind: 'join', from: this.#id, activity: this.#own });
    if (this.#own.visible) this.#post({ kind: 'want', from: this.#id });
    clearTimeout(this.#answerTimer);
    if (!this.#channel || this.#isRefused) return;
    this.#answerTimer = setTimeout(() => {
      if (!this.#leads) this.#leadership?.steal();
    }, ANSWER_WITHIN_MS);
  }

  #onServerFrame(frame: ServerFrame): void {
    this.#recent.add(frame);
    if (frame.type === 'notification' || frame.type === 'changed' || frame.type === 'reset')
      this.#post({ kind: 'frames', frames: [frame] });
    this.#events.onFrame(frame);
    if (frame.type === 'welcome') this.#announce();
    if (frame.type === 'synced' || frame.type === 'ping')
      this.#post({ kind: 'frames', frames: [this.#head] });
  }

  /** Where the leader stands, as a heartbeat: who holds less asks. */
  get #head(): ServerFrame {
    return { type: 'ping', seq: this.#recent.to };
  }

  #onServerStatus(status: ConnectionStatus): void {
    if (!this.#leads) return;
    this.#post({ kind: 'status', status });
    if (status.phase === 'signed_out' && this.#platform) this.#giveUp(status);
    this.#events.onStatus(status);
  }

  /** What this tab has to show is not accepted: perhaps another tab's is. */
  #giveUp(status: ConnectionStatus): void {
    this.#isRefused = true;
    this.#leads = false;
    this.#followedStatus = status;
    this.#forgetFollowers();
    this.#leadership?.leave();
  }

  #announce(to?: string): void {
    this.#post({ kind: 'leading', to, status: this.status, epoch: this.#epoch, seq: this.#recent.to });
  }

  #onMessage(message: TabMessage): void {
    if ('to' in message && message.to !== undefined && message.to !== this.#id) return;
    if (message.kind === 'ended') return this.#events.onEnded();
    if (this.#leads) this.#onFollower(message);
    else this.#onLeader(message);
  }

  #onFollower(message: TabMessage): void {
    switch (message.kind) {
      case 'join':
        this.#welcome(message.from);
        return this.#onActivityOf(message.from, message.activity);
      case 'activity':
        return this.#onActivityOf(message.from, message.activity);
      case 'sync':
        // Nothing is known yet of what happened before this tab led: the hub's answer goes to all.
        if (this.#connection.status.phase !== 'live') return;
        if (this.#connection.status.way === 'polling')
          this.#connection.send({ type: 'sync', since: this.#recent.to });
        return this.#post({
          kind: 'frames',
          to: message.from,
          frames: this.#recent.after(message.since, this.#epoch),
        });
      case 'retry':
        if (this.#connection.status.phase !== 'live') this.#connection.start();
        return;
      case 'want':
        if (!this.#own.visible) this.#post({ kind: 'yield', to: message.from });
        return;
    }
  }

  #onLeader(message: TabMessage): void {
    switch (message.kind) {
      case 'leading':
        clearTimeout(this.#answerTimer);
        this.#setStatus(message.status);
        if (message.status.phase !== 'live') return;
        this.#hear({
          type: 'welcome',
          session: '',
          epoch: message.epoch,
          seq: message.seq,
          counts: NO_COUNTS,
          ping_every_ms: 0,
        });
        return this.#hear({ type: 'ping', seq: message.seq });
      case 'status':
        return this.#setStatus(message.status);
      case 'frames':
        for (const frame of message.frames) this.#hear(frame);
        return;
      case 'yield':
        if (!this.#isRefused && this.#own.visible) this.#leadership?.steal();
        return;
    }
  }

  #hear(frame: ServerFrame): void {
    this.#events.onFrame(frame);
  }

  #setStatus(status: ConnectionStatus): void {
    this.#followedStatus = status;
    this.#events.onStatus(status);
  }

  #welcome(tab: string): void {
    if (!this.#followers.has(tab) && this.#platform) {
      const gone = () => this.#onGone(tab);
      this.#followers.set(tab, whenGone(this.#platform.locks, this.#lockOf(tab), gone));
    }
    // Nobody could be heard so far: somebody new may try again at once.
    if (this.#connection.status.phase === 'ended') this.#connection.start();
    this.#announce(tab);
  }

  #onGone(tab: string): void {
    this.#followers.delete(tab);
    this.#gathered.forget(tab);
    this.#tellActivity();
  }

  #onOwnActivity({ visible, idle, viewing }: Activity): void {
    const wasVisible = this.#own.visible;
    this.#own = { visible, idle, viewing };
    this.#gathered.report(this.#id, this.#own);
    if (this.#leads) return this.#tellActivity();
    this.#post({ kind: 'activity', from: this.#id, activity: this.#own });
    if (visible && !wasVisible) this.#post({ kind: 'want', from: this.#id });
    this.#events.onActivity();
  }

  #onActivityOf(tab: string, activity: Activity): void {
    this.#gathered.report(tab, activity);
    this.#tellActivity();
  }

  #tellActivity(): void {
    if (!this.#leads) return;
    this.#connection.send({ type: 'activity', ...this.#gathered.current });
    this.#events.onActivity();
  }

  #forgetFollowers(): void {
    for (const stopWaiting of this.#followers.values()) stopWaiting();
    this.#followers.clear();
    this.#gathered.keepOnly(this.#id);
  }

  #post(message: TabMessage): void {
    this.#channel?.postMessage(message);
  }
}
