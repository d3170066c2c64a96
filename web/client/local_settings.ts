// What an agent chose in this browser alone: sounds, and the answer to the question about desktop notifications. Kept
// under hub and agent, so that two agents at one browser do not share them.

export type Tone = 'chime' | 'ping' | 'knock' | 'alarm' | 'none';
export const TONES: Tone[] = ['chime', 'ping', 'knock', 'alarm', 'none'];

/** Priorities as the hub has them, the most urgent last. */
export const PRIORITIES = ['low', 'normal', 'high', 'critical'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface SoundSettings {
  isOn: boolean;
  /** 0 to 1. */
  volume: number;
  tones: Record<Priority, Tone>;
  /** Again and again until the bell is opened. */
  loops: boolean;
}

/** `asked`: said "not now"; `on`: said yes; null: was not asked yet. */
export type DesktopAnswer = 'on' | 'asked' | null;

export interface LocalSettings {
  sound: SoundSettings;
  desktop: DesktopAnswer;
  /** The newest entry that this browser has sounded for. */
  alertedSeq: number;
}

const DEFAULTS: LocalSettings = {
  sound: {
    isOn: true,
    volume: 0.6,
    tones: { low: 'none', normal: 'ping', high: 'chime', critical: 'alarm' },
    loops: false,
  },
  desktop: null,
  alertedSeq: 0,
};

export type Store = Pick<Storage, 'getItem' | 'setItem'>;

export class LocalChoices {
  #key: string;
  #storage: Store | null;
  /** Where there is no storage: for as long as the page lives. */
  #kept: string | null = null;

  constructor(hub: string, agent: string, storage: Store | null = browserStorage()) {
    this.#key = `bellhop.settings:${hub || (globalThis.location?.origin ?? '')}:${agent}`;
    this.#storage = storage;
  }

  /** Read anew each time: another tab may have changed them. */
  get all(): LocalSettings {
    const kept = this.#read();
    return { ...DEFAULTS, ...kept, sound: { ...DEFAULTS.sound, ...kept.sound } };
  }

  set(change: Partial<LocalSettings>): void {
    const text = JSON.stringify({ ...this.all, ...change });
    this.#kept = text;
    try {
      this.#storage?.setItem(this.#key, text);
    } catch {
      // Full, or not allowed: it counts until the page goes.
    }
  }

  #read(): Partial<LocalSettings> {
    try {
      const text = this.#storage?.getItem(this.#key) ?? this.#kept;
      return text ? (JSON.parse(text) as Partial<LocalSettings>) : {};
    } catch {
      return {};
    }
  }
}

function browserStorage(): Store | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
