// Sound and desktop notifications for what arrives: in the leading tab only, so that one event makes one alert in a browser
// however many tabs are open; not in quiet hours; not again for what this browser has sounded for. What comes together is
// one sound, and above three desktop notifications one that counts them (D-26).
import type { BellhopClient } from './client';
import { browserDesktop, tagOf, type DesktopPlatform, type DesktopState, type Shown } from './desktop';
import { LocalChoices, PRIORITIES, type Priority, type Store } from './local_settings';
import type { Notification } from './protocol';
import type { Preferences } from './preferences';
import { isPushOn } from './push';
import { isQuiet, mayDisturb } from './quiet';
import { Sound } from './sound';

const GATHER_MS = 250;
/** Preferences that are older are asked for anew before the next alert: they may have changed on another device. */
const PREFERENCES_FOR_MS = 60_000;
/** How often a held alert looks whether the quiet time is over. */
const LOOK_EVERY_MS = 30_000;
const MOST_SHOWN = 3;
/** Tag of one that stands for many. */
const MANY = 'bellhop:many';
/** For control characters, and for those that reorder what is around them. */
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g;

export interface AlertWords {
  /** Title of one alert for many: "5 new notifications". */
  many: (count: number) => string;
  /** The same when a quiet time is over. */
  afterQuiet: (count: number) => string;
}

export interface AlertOptions {
  words: AlertWords;
  /** A desktop notification was clicked; null: one that stands for many. */
  onOpen: (notification: Notification | null) => void;
  sound?: Sound;
  desktop?: DesktopPlatform;
  storage?: Store;
  isPushOn?: (agent: string) => boolean;
  now?: () => number;
}

export class Alerts extends EventTarget {
  readonly sound: Sound;
  readonly desktop: DesktopPlatform;
  #client: BellhopClient;
  #options: AlertOptions;
  #now: () => number;
  #listening = new AbortController();
  #waiting: Notification[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #held = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  /** By entry, or by tag where one stands for many. */
  #shown = new Map<string, { tag: string; shown: Shown }>();
  #preferences: { at: number; value: Preferences } | null = null;

  constructor(client: BellhopClient, options: AlertOptions) {
    super();
    this.#client = client;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.sound = options.sound ?? new Sound();
    this.desktop = options.desktop ?? browserDesktop;
  }

  /** What the agent chose in this browser; null while nobody is signed in. */
  get choices(): LocalChoices | null {
    const { agent, server } = this.#client;
    return agent && new LocalChoices(server, agent.id, this.#options.storage);
  }

  get isPushOn(): boolean {
    const { agent } = this.#client;
    return agent !== null && (this.#options.isPushOn ?? isPushOn)(agent.id);
  }

  /** The person has neither answered nor waved away the question here, and an answer could change something. */
  get isToBeAsked(): boolean {
    const { choices } = this;
    const state: DesktopState = this.desktop.state();
    if (!choices || choices.all.desktop !== null || this.isPushOn) return false;
    if (this.#client.me?.preferences?.channels?.desktop === false) return false;
    return state === 'undecided' || state === 'allowed';
  }

  /** Desktop notifications come in this browser. */
  get isDesktopOn(): boolean {
    return this.desktop.state() === 'allowed' && this.choices?.all.desktop === 'on' && !this.isPushOn;
  }

  start(): void {
    const { signal } = (this.#listening = new AbortController());
    this.sound.start();
    this.#client.addEventListener('notification', this.#onNotification as EventListener, { signal });
    this.#client.addEventListener('change', () => this.#onChange(), { signal });
    this.#client.addEventListener('ended', () => this.#forget(), { signal });
  }

  stop(): void {
    this.#listening.abort();
    this.#forget();
    this.sound.stop();
  }

  /** Only from a click: browsers refuse the question otherwise. */
  async allowDesktop(): Promise<DesktopState> {
    if (this.choices) await allowDesktop(this.desktop, this.choices);
    this.#changed();
    return this.desktop.state();
  }

  /** "Not now", or off again. */
  declineDesktop(): void {
    this.choices?.set({ desktop: 'asked' });
    this.#changed();
  }

  /** The preferences were saved in this tab. */
  takePreferences(value: Preferences): void {
    this.#preferences = { at: this.#now(), value };
  }

  #onNotification = (event: CustomEvent<Notification>): void => {
    if (!this.#client.leads) return;
    this.#waiting.push(event.detail);
    this.#timer ??= setTimeout(() => void this.#flush(), GATHER_MS);
  };

  async #flush(): Promise<void> {
    const { choices } = this;
    this.#timer = undefined;
    const arrived = this.#waiting.splice(0);
    const preferences = await this.#current();
    if (!choices || !preferences || !this.#client.leads) return;
    const { alertedSeq } = choices.all;
    const fresh = arrived.filter((one) => one.changed_seq > alertedSeq && this.#isOpen(one.id));
    if (arrived.length > 0)
      choices.set({ alertedSeq: Math.max(alertedSeq, ...arrived.map((one) => one.changed_seq)) });
    const zone = this.#client.agent?.time_zone ?? null;
    const now = this.#now();
    const loud = fresh.filter((one) => mayDisturb(preferences, zone, one.priority, now));
    this.#hold(fresh.length - loud.length);
    this.#alert(loud, preferences);
  }

  #alert(loud: Notification[], preferences: Preferences): void {
    if (loud.length === 0) return;
    this.#ring(loud);
    if (!this.isDesktopOn || preferences.channels.desktop === false) return;
    if (loud.length <= MOST_SHOWN) for (const one of loud) this.#show(one);
    else this.#showMany(this.#options.words.many(loud.length));
  }

  #ring(loud: Notification[]): void {
    const sound = this.choices?.all.sound;
    if (!sound?.isOn) return;
    const ranks = loud.map(({ priority }) => Math.max(0, PRIORITIES.indexOf(priority as Priority)));
    const tone = sound.tones[PRIORITIES[Math.max(...ranks)]!];
    if (sound.loops) this.sound.loop(tone, sound.volume);
    else this.sound.play(tone, sound.volume);
  }

  #show(one: Notification): void {
    const tag = tagOf(one);
    const options = { body: plain(one.body ?? ''), tag, dir: 'auto' as const };
    this.#display(tag, plain(one.title), options, one);
  }

  #showMany(title: string): void {
    this.#display(MANY, title, { tag: MANY }, null);
  }

  #display(tag: string, title: string, options: NotificationOptions, about: Notification | null): void {
    // One of the same ticket that stands there already would be replaced without anybody noticing.
    this.#close((other) => other === tag);
    try {
      // The sound is this page's own.
      const shown = this.desktop.show(title, { ...options, silent: true }, () => this.#options.onOpen(about));
      this.#shown.set(about?.id ?? tag, { tag, shown });
    } catch (error) {
      // The permission was taken back a moment ago, or the system has no room: the bell rings all the same.
      console.debug('bellhop: no desktop notification', error);
    }
  }

  /** Neither read nor settled meanwhile. */
  #isOpen(id: string): boolean {
    const now = this.#client.find(id);
    return Boolean(now && now.read_at === null && now.cleared_at === null && !now.resolved);
  }

  /** Read anywhere clears everywhere; and a panel that was opened has been heard. */
  #onChange(): void {
    if (this.sound.isLooping && (this.#client.counts.unseen === 0 || !this.#client.leads))
      this.sound.silence();
    this.#close((tag, id) => (tag === MANY ? this.#client.counts.unread === 0 : !this.#isOpen(id)));
  }

  #close(isMeant: (tag: string, id: string) => boolean): void {
    for (const [id, { tag, shown }] of this.#shown) {
      if (!isMeant(tag, id)) continue;
      shown.close();
      this.#shown.delete(id);
    }
  }

  /** What came in a quiet time is summed up when that is over. */
  #hold(count: number): void {
    if (count === 0) return;
    this.#held += count;
    this.#looking ??= setInterval(() => void this.#lookAgain(), LOOK_EVERY_MS);
  }

  async #lookAgain(): Promise<void> {
    const preferences = await this.#current();
    if (!preferences || isQuiet(preferences, this.#client.agent?.time_zone ?? null, this.#now())) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
    const held = Math.min(this.#held, this.#client.counts.unread);
    this.#held = 0;
    if (held === 0 || !this.#client.leads) return;
    const sound = this.choices?.all.sound;
    if (sound?.isOn) this.sound.play(sound.tones.normal, sound.volume);
    if (this.isDesktopOn && preferences.channels.desktop !== false)
      this.#showMany(this.#options.words.afterQuiet(held));
  }

  async #current(): Promise<Preferences | null> {
    const known = this.#preferences;
    if (known && this.#now() - known.at < PREFERENCES_FOR_MS) return known.value;
    try {
      this.takePreferences(await this.#client.api.preferences());
    } catch {
      // The hub is away: what was known last counts.
    }
    return this.#preferences?.value ?? this.#client.me?.preferences ?? null;
  }

  #forget(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#looking);
    this.#timer = this.#looking = undefined;
    this.#waiting = [];
    this.#held = 0;
    this.#preferences = null;
    this.sound.silence();
    this.#close(() => true);
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** The browser's question, and what was answered. */
export async function allowDesktop(desktop: DesktopPlatform, choices: LocalChoices): Promise<void> {
  const answer = await desktop.ask();
  choices.set({ desktop: answer === 'granted' ? 'on' : 'asked' });
}

function plain(text: string): string {
  return text.replace(UNSEEN, '');
}
