// @vitest-environment happy-dom
// Sound and desktop notifications without loudspeakers and without a desktop: who is alerted, of what, and when not.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Alerts } from '../client/alerts';
import type { BellhopClient } from '../client/client';
import type { DesktopState } from '../client/desktop';
import { LocalChoices } from '../client/local_settings';
import type { Notification } from '../client/protocol';
import { isQuiet, mayDisturb } from '../client/quiet';
import { Sound } from '../client/sound';
import { covers } from './covers';
import { notification, preferences } from './samples';

const NOW = Date.parse('2026-11-20T21:30:00.000Z'); // a Friday

/** A client whose frames the test makes. */
class ScriptedClient extends EventTarget {
  server = 'https://hub.example';
  agent = { id: 'ana', name: 'Ana', time_zone: 'UTC' };
  me = { agent: this.agent, preferences: preferences() };
  leads = true;
  counts = { unread: 0, unseen: 0 };
  held = new Map<string, Notification>();
  inForce = preferences();
  api = { preferences: () => Promise.resolve(this.inForce) };
  find = (id: string) => this.held.get(id);

  ring(change: Partial<Notification> = {}): Notification {
    const seq = this.held.size + 1;
    const made = notification({ seq, changed_seq: seq, ...change });
    this.held.set(made.id, made);
    this.counts = { unread: this.counts.unread + 1, unseen: this.counts.unseen + 1 };
    this.dispatchEvent(new CustomEvent('notification', { detail: made }));
    return made;
  }
  change(): void {
    this.dispatchEvent(new Event('change'));
  }
}

let client: ScriptedClient;
let storage: Map<string, string>;
let now: number;
let state: DesktopState;
let answer: NotificationPermission;
let asked: number;
let shown: { title: string; tag?: string; body?: string; click: () => void; closed: boolean }[];
let notes: number[];
let unlock: () => void;
let pushOn: boolean;
let opened: (Notification | null)[];
let alerts: Alerts;

function audio(): AudioContext {
  const gain = {
    gain: { setValueAtTime: () => {}, exponentialRampToValueAtTime: () => {} },
    connect: () => {},
  };
  return {
    currentTime: 0,
    state: 'running',
    destination: {},
    close: () => Promise.resolve(),
    createGain: () => gain,
    createOscillator: () => ({
      frequency: {
        set value(hertz: number) {
          notes.push(hertz);
        },
      },
      connect: () => gain,
      start: () => {},
      stop: () => {},
    }),
  } as unknown as AudioContext;
}

function tab(): Alerts {
  const sound = new Sound({ makeContext: audio, onFirstAct: (it) => ((unlock = it), () => {}) });
  return new Alerts(client as unknown as BellhopClient, {
    words: { many: (count) => `${count} new`, afterQuiet: (count) => `${count} while quiet` },
    onOpen: (one) => opened.push(one),
    sound,
    desktop: {
      state: () => state,
      ask: () => {
        asked += 1;
        if (answer === 'granted') state = 'allowed';
        if (answer === 'denied') state = 'blocked';
        return Promise.resolve(answer);
      },
      show: (title, options, click) => {
        const one = { title, tag: options.tag, body: options.body, click, closed: false };
        shown.push(one);
        return { close: () => (one.closed = true) };
      },
    },
    storage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, text) => void storage.set(key, text),
    },
    isPushOn: () => pushOn,
    now: () => now,
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  client = new ScriptedClient();
  storage = new Map();
  [now, state, answer, asked, pushOn] = [NOW, 'allowed', 'granted', 0, false];
  [shown, notes, opened] = [[], [], []];
  alerts = tab();
  alerts.start();
  unlock();
  alerts.choices!.set({ desktop: 'on' });
});
afterEach(() => {
  alerts.stop();
  vi.useRealTimers();
});
const settle = () => vi.advanceTimersByTimeAsync(300);
const titles = () => shown.map(({ title }) => title);

describe('sound', () => {
  it('plays when something arrives, by its priority, and what comes together once', async () => {
    covers('R-230');
    client.ring();
    await settle();
    expect(notes).toEqual([880]);
    notes = [];
    client.ring({ priority: 'low' });
    client.ring({ priority: 'critical' });
    await settle();
    expect(notes).toEqual([932.33, 698.46, 932.33, 698.46]);
    notes = [];
    client.ring({ priority: 'low' });
    await settle();
    expect(notes).toEqual([]);
  });

  it('waits for the person’s first act in the page, and fails silently before', async () => {
    covers('R-231');
    alerts.stop();
    alerts = tab();
    alerts.start();
    client.ring();
    await settle();
    expect([notes, alerts.sound.isUnlocked, alerts.sound.failure]).toEqual([[], false, null]);
    unlock();
    client.ring();
    await settle();
    expect(notes).toEqual([880]);
  });

  it('does not throw where the browser has none', async () => {
    const sound = new Sound({
      makeContext: () => {
        throw new Error('no device');
      },
      onFirstAct: (it) => (it(), () => {}),
    });
    sound.start();
    expect([sound.play('ping', 1), sound.failure]).toEqual([false, 'no device']);
    await settle();
  });

  it('goes on until the bell is opened, where the person wants that', async () => {
    covers('R-232');
    const { choices } = alerts;
    choices!.set({ sound: { ...choices!.all.sound, loops: true } });
    client.ring();
    await settle();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(notes.length).toBeGreaterThanOrEqual(3);
    client.counts = { unread: 1, unseen: 0 };
    client.change();
    const heard = notes.length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect([notes.length, alerts.sound.isLooping]).toEqual([heard, false]);
  });

  it('is off where it is switched off, and in tabs that do not lead', async () => {
    client.leads = false;
    client.ring();
    await settle();
    client.leads = true;
    alerts.choices!.set({ sound: { ...alerts.choices!.all.sound, isOn: false } });
    client.ring();
    await settle();
    expect(notes).toEqual([]);
    expect(titles()).toEqual(['Ticket #2 assigned to you']);
  });

  it('is not heard again from the tab that takes over', async () => {
    const first = client.ring();
    await settle();
    const next = tab();
    next.start();
    unlock();
    client.dispatchEvent(new CustomEvent('notification', { detail: first }));
    await settle();
    expect([notes, titles()]).toEqual([[880], ['Ticket #1 assigned to you']]);
    next.stop();
  });

  it('is silent in quiet hours, but for what is critical, and sums up at their end', async () => {
    covers('D-12', 'R-080');
    client.inForce = preferences({
      quiet_hours: { days: { fri: [{ from: '21:00', to: '22:00' }] }, hold_critical: false, email: false },
    });
    client.ring();
    client.ring({ priority: 'critical' });
    await settle();
    expect(titles()).toEqual(['Ticket #2 assigned to you']);
    expect(notes).toHaveLength(4);
    now += 31 * 60_000;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(titles()).toEqual(['Ticket #2 assigned to you', '1 while quiet']);
  });
});

describe('quiet hours in the browser', () => {
  const hours = (days: object, hold_critical = false) =>
    preferences({ quiet_hours: { days, hold_critical, email: false } });

  it('are those of the agent’s time zone, over midnight too', () => {
    const night = hours({ fri: [{ from: '22:00', to: '07:00' }] });
    expect(isQuiet(night, 'UTC', NOW)).toBe(false);
    expect(isQuiet(night, 'Europe/Berlin', NOW)).toBe(true);
    expect(isQuiet(night, 'Europe/Berlin', NOW + 8 * 3_600_000)).toBe(true);
    expect(isQuiet(night, 'Europe/Berlin', NOW + 9 * 3_600_000)).toBe(false);
    expect(isQuiet(hours({ fri: [{ from: '00:00', to: '24:00' }] }), 'Nowhere/Land', NOW)).toBe(true);
  });

  it('let critical ones through unless the person holds them, and "do not disturb" counts too', () => {
    const all = { fri: [{ from: '00:00', to: '00:00' }] };
    expect(mayDisturb(hours(all), null, 'critical', NOW)).toBe(true);
    expect(mayDisturb(hours(all, true), null, 'critical', NOW)).toBe(false);
    expect(mayDisturb(hours(all), null, 'high', NOW)).toBe(false);
    const later = new Date(NOW + 60_000).toISOString();
    expect(mayDisturb(preferences({ do_not_disturb_until: later }), null, 'normal', NOW)).toBe(false);
  });
});

describe('desktop notifications', () => {
  it('are shown with what happened, lead to it by a click, and go when it is read elsewhere', async () => {
    covers('R-010', 'R-014', 'R-017', 'R-018');
    const one = client.ring({ title: 'Ticket #1 \u202eassigned', body: 'Login' });
    await settle();
    expect(shown[0]).toMatchObject({ title: 'Ticket #1 assigned', body: 'Login', tag: 'ticket:HD-1' });
    shown[0]!.click();
    expect(opened).toEqual([one]);
    client.held.set(one.id, { ...one, read_at: '2026-11-20T21:31:00Z' });
    client.change();
    expect(shown[0]!.closed).toBe(true);
  });

  it('are one that counts where many come at once', async () => {
    covers('D-26');
    for (let i = 0; i < 5; i += 1) client.ring();
    await settle();
    expect(titles()).toEqual(['5 new']);
  });

  it('are asked for once, by a click, and not again after an answer', async () => {
    covers('R-011', 'R-012', 'R-013');
    state = 'undecided';
    storage.clear();
    expect([alerts.isToBeAsked, asked]).toEqual([true, 0]);
    await alerts.allowDesktop();
    expect([asked, alerts.isDesktopOn, alerts.isToBeAsked]).toEqual([1, true, false]);
    storage.clear();
    state = 'undecided';
    alerts.declineDesktop();
    expect([alerts.isToBeAsked, alerts.isDesktopOn]).toEqual([false, false]);
    // In the same browser somebody else is asked.
    expect(
      new LocalChoices('https://hub.example', 'ben', {
        getItem: (key) => storage.get(key) ?? null,
        setItem: () => {},
      }).all.desktop,
    ).toBeNull();
  });

  it.each(['insecure', 'ios', 'unsupported', 'blocked'] as const)(
    'are not asked for where they cannot be (%s)',
    (where) => {
      state = where;
      storage.clear();
      expect(alerts.isToBeAsked).toBe(false);
    },
  );

  it('give way to push', async () => {
    covers('R-022', 'D-11');
    pushOn = true;
    client.ring();
    await settle();
    expect([titles(), alerts.isDesktopOn]).toEqual([[], false]);
    storage.clear();
    expect(alerts.isToBeAsked).toBe(false);
  });

  it('stop when the permission or the channel is taken away, without an error', async () => {
    covers('R-019');
    state = 'blocked';
    client.ring();
    await settle();
    state = 'allowed';
    alerts.takePreferences(preferences({ channels: { bell: true, desktop: false } }));
    client.ring();
    await settle();
    expect(titles()).toEqual([]);
  });
});
