// The sounds, made of a few sine waves by the browser itself: no file has to be loaded, none can be missing. Browsers are
// silent until the person has clicked or typed somewhere in the page: until then nothing is tried.
import type { Tone } from './local_settings';

/** A note: frequency in Hz, begin and length in seconds. */
type Note = [frequency: number, at: number, length: number];

const TUNES: Record<Exclude<Tone, 'none'>, Note[]> = {
  ping: [[880, 0, 0.35]],
  chime: [
    [659.25, 0, 0.3],
    [987.77, 0.14, 0.5],
  ],
  knock: [
    [196, 0, 0.09],
    [174.6, 0.13, 0.12],
  ],
  alarm: [
    [932.33, 0, 0.16],
    [698.46, 0.18, 0.16],
    [932.33, 0.36, 0.16],
    [698.46, 0.54, 0.28],
  ],
};

/** Between two rounds of a sound that goes on until the bell is opened. */
const LOOP_EVERY_MS = 4_000;
const UNLOCKED_BY = ['pointerdown', 'keydown', 'touchend'] as const;

/** Of the browser; handed in, so that tests hear without loudspeakers. */
export interface SoundPlatform {
  makeContext: () => AudioContext;
  /** Calls back at the person's first act in the page; returns how to stop waiting. */
  onFirstAct: (unlock: () => void) => () => void;
}

export const browserSound: SoundPlatform = {
  makeContext: () => new AudioContext(),
  onFirstAct: (unlock) => {
    if (globalThis.navigator?.userActivation?.hasBeenActive) {
      unlock();
      return () => {};
    }
    const abort = new AbortController();
    const options = { signal: abort.signal, capture: true, passive: true };
    const once = () => {
      abort.abort();
      unlock();
    };
    for (const name of UNLOCKED_BY) window.addEventListener(name, once, options);
    return () => abort.abort();
  },
};

export class Sound {
  #platform: SoundPlatform;
  #context: AudioContext | null = null;
  #isUnlocked = false;
  #stopWaiting: (() => void) | null = null;
  #loop: ReturnType<typeof setInterval> | undefined;
  #failure: string | null = null;

  constructor(platform: SoundPlatform = browserSound) {
    this.#platform = platform;
  }

  /** Whether the browser lets this page sound. */
  get isUnlocked(): boolean {
    return this.#isUnlocked;
  }
  get isLooping(): boolean {
    return this.#loop !== undefined;
  }
  /** Why the last sound could not be made. */
  get failure(): string | null {
    return this.#failure;
  }

  start(): void {
    this.#stopWaiting ??= this.#platform.onFirstAct(() => (this.#isUnlocked = true));
  }

  stop(): void {
    this.silence();
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    void this.#context?.close().catch(() => undefined);
    this.#context = null;
  }

  /** Says whether there was a sound. Never throws: a bell without a sound still rings. */
  play(tone: Tone, volume: number): boolean {
    if (tone === 'none' || !this.#isUnlocked || volume <= 0) return false;
    try {
      const context = (this.#context ??= this.#platform.makeContext());
      if (context.state === 'suspended') void context.resume().catch(() => undefined);
      for (const note of TUNES[tone]) sing(context, note, volume);
      this.#failure = null;
      return true;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      return false;
    }
  }

  /** Plays it now and again until `silence`. */
  loop(tone: Tone, volume: number): boolean {
    const isHeard = this.play(tone, volume);
    clearInterval(this.#loop);
    this.#loop = isHeard ? setInterval(() => this.play(tone, volume), LOOP_EVERY_MS) : undefined;
    return isHeard;
  }

  silence(): void {
    clearInterval(this.#loop);
    this.#loop = undefined;
  }
}

/** Swells for a moment and fades, so that it neither clicks nor startles. */
function sing(context: AudioContext, [frequency, at, length]: Note, volume: number): void {
  const begin = context.currentTime + at;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = 'sine';
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0.0001, begin);
  gain.gain.exponentialRampToValueAtTime(Math.max(0.0002, volume * 0.4), begin + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(begin + length + 0.02);
}
