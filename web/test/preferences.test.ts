// @vitest-environment happy-dom
// The preferences screen without a server: what it sends, what it says, what it asks.
import { html } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../elements/bell.define';
import '../elements/preferences.define';
import { Refused } from '../client/api';
import type { PreferenceRow, Preferences, PreferencesChange } from '../client/preferences';
import type { BellhopPreferences } from '../elements/preferences';
import {
  asEdited,
  changesBetween,
  faultAt,
  faultsOf,
  hourText,
  resetOf,
  typesText,
  withRow,
  withWeek,
} from '../elements/preferences_draft';
import { defaultText, isFor, lockText, outcomeText } from '../elements/preferences_words';
import { everyNight, weekOf } from '../elements/quiet_hours';
import { covers } from './covers';
import { mount, part, textOf, unmountAll } from './dom';
import { eventually } from './eventually';

const NOW = Date.parse('2026-11-20T09:05:00.000Z');

const row = (id: string, change: Partial<PreferenceRow> = {}): PreferenceRow => ({
  id,
  label: id[0]!.toUpperCase() + id.slice(1),
  choice: 'on',
  default: 'on',
  locked: false,
  alert_email: true,
  alert_email_locked: false,
  fallback_email: true,
  fallback_email_locked: false,
  ...change,
});

const preferences = (change: Partial<Preferences> = {}): Preferences => ({
  categories: [
    row('mention'),
    row('transfer', { choice: 'off', default: 'off' }),
    row('coverage', { choice: 'required', default: 'required', locked: true, alert_email_locked: true }),
  ],
  channels: { bell: true, desktop: true, email: true, sms: true, web_push: true },
  quiet_hours: null,
  do_not_disturb_until: null,
  email_frequency: 'instant',
  digest_hour: 8,
  email_types: null,
  high_priority_mentions_only: false,
  ...change,
});

const edited = (change: Partial<Preferences> = {}) => asEdited(preferences(change), NOW);

describe('what is sent', () => {
  it('is nothing while nothing differs', () => {
    expect(changesBetween(edited(), edited())).toEqual({ body: {}, words: [] });
    const there = withRow(edited(), 'transfer', { choice: 'on' });
    const back = withRow(there, 'transfer', { choice: 'off' });
    expect(changesBetween(edited(), back)).toEqual({ body: {}, words: [] });
  });

  it('is just what differs, each member in its own words', () => {
    covers('R-061', 'R-072', 'R-075', 'R-076', 'R-077');
    let draft = withRow(edited(), 'transfer', { choice: 'on' });
    draft = withRow(draft, 'mention', { fallback_email: false });
    draft = {
      ...draft,
      channels: { ...draft.channels, sms: false },
      email_frequency: 'daily',
      digest_hour: 17,
    };
    draft = { ...draft, email_types: ['assignment'], high_priority_mentions_only: true };
    expect(changesBetween(edited(), draft)).toEqual({
      body: {
        categories: { transfer: 'on' },
        fallback_email: { mention: false },
        channels: { sms: false },
        email_frequency: 'daily',
        digest_hour: 17,
        email_types: ['assignment'],
        high_priority_mentions_only: true,
      },
      words: [
        'Mention fallback email off',
        'Transfer on',
        'Text messages off',
        'Email once a day',
        `Digest at ${hourText(17)}`,
        'Emails: assignments only',
        'High priority mentions only on',
      ],
    });
  });

  it('holds the whole week of quiet hours, so that no default shines through', () => {
    const draft = { ...edited(), quiet_hours: withWeek(null, { ...weekOf(null), fri: everyNight().fri }) };
    const { body, words } = changesBetween(edited(), draft);
    expect(words).toEqual(['Quiet hours']);
    expect(body.quiet_hours).toMatchObject({ days: { mon: [], fri: [{ from: '22:00', to: '07:00' }] } });
    expect(changesBetween(draft, edited()).words).toEqual(['Quiet hours off']);
  });

  it('takes an end that has passed for none, and another order of types for the same', () => {
    expect(edited({ do_not_disturb_until: '2026-11-20T09:00:00Z' }).do_not_disturb_until).toBeNull();
    const [one, other] = [
      edited({ email_types: ['note', 'chat'] }),
      edited({ email_types: ['chat', 'note'] }),
    ];
    expect(changesBetween(one, other).words).toEqual([]);
  });

  it('is null for everything, to go back to the defaults', () => {
    expect(resetOf(preferences())).toMatchObject({
      categories: { mention: null, transfer: null, coverage: null },
      channels: { bell: null, web_push: null },
      quiet_hours: null,
      email_types: null,
    });
  });
});

describe('faults', () => {
  it('are found before the hub is asked', () => {
    const week = { ...weekOf(null), tue: [{ from: '22:00', to: '' }] };
    const draft = {
      ...edited(),
      quiet_hours: withWeek(null, week),
      do_not_disturb_until: '2026-11-20T09:00:00Z',
      email_types: [],
    };
    expect(faultsOf(draft, NOW).map(({ pointer }) => pointer)).toEqual([
      '/quiet_hours/days/tue/0',
      '/do_not_disturb_until',
      '/email_types',
    ]);
    expect(faultsOf(edited(), NOW)).toEqual([]);
  });

  it('belong to the field that they point to or into, and to no other', () => {
    const faults = [{ pointer: '/quiet_hours/days/tue/0/from', message: 'no time' }];
    expect(faultAt(faults, '/quiet_hours/days/tue/0')).toBe('no time');
    expect(faultAt(faults, '/quiet_hours')).toBe('no time');
    expect(faultAt(faults, '/quiet_hours/days/tue/01')).toBe('');
    expect(faultAt(faults, '/quiet')).toBe('');
  });
});

describe('words', () => {
  it('name the default where the choice is another, and locks', () => {
    covers('R-067');
    expect(defaultText(row('transfer', { choice: 'on', default: 'off' }))).toBe('default: off');
    expect(defaultText(row('mention'))).toBe('');
    const locked = row('coverage', { choice: 'required', default: 'required', locked: true });
    expect([defaultText(locked), lockText(locked)]).toEqual(['', 'Always on, set by your administrator']);
    expect(lockText(row('emoji_reaction', { default: 'off', choice: 'off' }))).toMatch(/administrator/);
    expect(lockText(row('mention'))).toBe('');
  });

  it('keep the reviews for project managers', () => {
    covers('R-070', 'D-18');
    expect([isFor('pm', row('doc_review')), isFor('agent', row('doc_review'))]).toEqual([true, false]);
    expect(isFor('agent', row('mention'))).toBe(true);
  });

  it('say what became of a test on each channel', () => {
    covers('R-166');
    const said = (channel: Parameters<typeof outcomeText>[0]) => outcomeText(channel, (at) => `<${at}>`);
    expect(said({ outcome: 'now', sessions: 2 })).toEqual({
      tone: 'reached',
      text: 'reached 2 open pages of yours',
    });
    expect(said({ outcome: 'now', sessions: 0 }).text).toMatch(/no page of yours is connected/);
    expect(said({ outcome: 'if_unacknowledged', after_ms: 10_000 }).text).toMatch(/within 10 s/);
    expect(said({ outcome: 'held', until: 'T' }).text).toBe('held until <T>');
    expect(said({ outcome: 'skipped', why: 'channel_off' }).text).toBe('not sent: you switched it off');
    expect(said({ outcome: 'skipped', why: 'of_a_newer_hub' }).text).toBe('not sent: of a newer hub');
    expect([typesText(null), typesText(['assignment']), typesText(['a', 'b'])]).toEqual([
      'all types',
      'assignments only',
      '2 types',
    ]);
  });
});

/** A hub that keeps what it is told, or refuses it. */
class ScriptedApi {
  held = preferences();
  sent: PreferencesChange[] = [];
  refusal: Refused | null = null;

  me = () =>
    Promise.resolve({ agent: { id: 'ana', name: 'Ana', role: 'agent', time_zone: 'Europe/Lisbon' } });
  preferences = () => Promise.resolve(structuredClone(this.held));
  changePreferences = (change: PreferencesChange) => {
    this.sent.push(change);
    if (this.refusal) return Promise.reject(this.refusal);
    for (const [id, choice] of Object.entries(change.categories ?? {})) {
      const known = this.held.categories.find((one) => one.id === id)!;
      known.choice = choice ?? known.default;
    }
    return this.preferences();
  };
  pushDevices = () => Promise.resolve([]);
  sendTest = () => Promise.resolve({ id: 't', channels: { bell: { outcome: 'now', sessions: 1 } } });
}

describe('the screen', () => {
  let api: ScriptedApi;
  let screen: BellhopPreferences;
  const field = (pointer: string) => part<HTMLInputElement>(screen, `[data-field="${pointer}"] input`);
  const press = async (selector: string) => (await part(screen, selector)).click();
  const flip = async (pointer: string) => {
    const input = await field(pointer);
    input.checked = !input.checked;
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await screen.updateComplete;
  };

  beforeEach(async () => {
    api = new ScriptedApi();
    screen = await mount<BellhopPreferences>(html`<bellhop-preferences .api=${api}></bellhop-preferences>`);
    await part(screen, '.save');
  });
  afterEach(unmountAll);

  it('saves only what changed, and can be pressed only then', async () => {
    covers('R-061');
    const save = await part<HTMLButtonElement>(screen, '.save');
    expect(save.disabled).toBe(true);
    await flip('/categories/transfer');
    expect(save.disabled).toBe(false);
    expect(textOf(await part(screen, '[data-field="/categories/transfer"] .aside'))).toBe('default: off');
    save.click();
    await eventually(async () => expect(textOf(await part(screen, '.said'))).toBe('Saved: Transfer on.'));
    expect([api.sent, save.disabled]).toEqual([[{ categories: { transfer: 'on' } }], true]);
  });

  it('locks what an administrator locked', async () => {
    expect((await field('/categories/coverage')).disabled).toBe(true);
    expect(textOf(await part(screen, '[data-field="/categories/coverage"] .lock'))).toMatch(/Always on/);
    expect((await part<HTMLInputElement>(screen, 'input[data-field="/alert_email/coverage"]')).disabled).toBe(
      true,
    );
    expect((await part<HTMLInputElement>(screen, 'input[data-field="/alert_email/mention"]')).disabled).toBe(
      false,
    );
  });

  it('shows the hub’s complaint at its field and keeps what was set', async () => {
    const message = 'an administrator requires this category';
    api.refusal = new Refused(422, 'preferences.invalid', message, [
      { pointer: '/categories/mention', message },
    ]);
    await flip('/categories/mention');
    await press('.save');
    expect(textOf(await part(screen, '[data-field="/categories/mention"] .fault'))).toBe(message);
    expect((await field('/categories/mention')).checked).toBe(false);
    expect(screen.isChanged).toBe(true);
  });

  it('asks before it throws something away', async () => {
    const left = vi.fn();
    screen.addEventListener('preferences-back', left);
    await flip('/categories/transfer');
    await press('.back');
    expect(textOf(await part(screen, '#question'))).toBe('Not saved: Transfer on.');
    await press('.stay');
    await part(screen, '.save');
    expect([left.mock.calls.length, (await field('/categories/transfer')).checked]).toEqual([0, true]);
    screen.escape();
    await press('.go');
    expect([left.mock.calls.length, api.sent, screen.isChanged]).toEqual([1, [], false]);
    await press('.back');
    expect(left).toHaveBeenCalledTimes(2);
  });

  it('has no row for watching', async () => {
    covers('R-059');
    await field('/categories/mention');
    const labels = [...screen.shadowRoot!.querySelectorAll('.label')].map(textOf);
    expect(labels.filter((label) => /watch/i.test(label))).toEqual([]);
  });
});
