// What the person has set but not saved yet, and the request that saves it. Pure: two states come in, the difference
// goes out, as the hub takes it and in words.
import type { Fault } from '../client/api';
import {
  WEEKDAYS,
  type PreferenceRow,
  type Preferences,
  type PreferencesChange,
  type QuietHours,
} from '../client/preferences';
import { channelLabel, EMAIL_TYPES, FREQUENCIES } from './preferences_words';
import { isEmpty, weekOf, type Week } from './quiet_hours';
import { clockText } from './until';
import { t, within } from './words';

export interface Changes {
  /** What `PUT /api/v1/me/preferences` takes: nothing but the changes. */
  body: PreferencesChange;
  /** One line for each: "Transfer on". */
  words: string[];
}

/** As the screen works on it: all seven days, and no "do not disturb" that is over. */
export function asEdited(preferences: Preferences, now: number): Preferences {
  const { quiet_hours, do_not_disturb_until: until } = preferences;
  return {
    ...preferences,
    quiet_hours: withWeek(quiet_hours, weekOf(quiet_hours)),
    do_not_disturb_until: until !== null && Date.parse(until) > now ? until : null,
  };
}

export function withWeek(quiet: QuietHours | null, days: Week): QuietHours {
  return { hold_critical: quiet?.hold_critical ?? false, email: quiet?.email ?? false, days };
}

export function withRow(
  preferences: Preferences,
  id: string,
  change: Partial<Pick<PreferenceRow, 'choice' | 'alert_email' | 'fallback_email'>>,
): Preferences {
  const categories = preferences.categories.map((row) => (row.id === id ? { ...row, ...change } : row));
  return { ...preferences, categories };
}

export function changesBetween(saved: Preferences, draft: Preferences): Changes {
  const changes: Changes = { body: {}, words: [] };
  addRows(changes, saved, draft);
  addChannels(changes, saved, draft);
  addTimes(changes, saved, draft);
  addEmail(changes, saved, draft);
  return changes;
}

function addRows({ body, words }: Changes, saved: Preferences, draft: Preferences): void {
  for (const [index, now] of draft.categories.entries()) {
    const before = saved.categories[index]!;
    if (now.choice !== before.choice) {
      body.categories = { ...body.categories, [now.id]: now.choice };
      words.push(`${t(now.label)} ${t(now.choice)}`);
    }
    for (const [member, name] of [
      ['alert_email', 'alert email'],
      ['fallback_email', 'fallback email'],
    ] as const) {
      if (now[member] === before[member]) continue;
      body[member] = { ...body[member], [now.id]: now[member] };
      words.push(`${t(now.label)} ${t(name)} ${onOff(now[member])}`);
    }
  }
}

function addChannels({ body, words }: Changes, saved: Preferences, draft: Preferences): void {
  for (const [id, isOn] of Object.entries(draft.channels)) {
    if (isOn === saved.channels[id]) continue;
    body.channels = { ...body.channels, [id]: isOn };
    words.push(`${channelLabel(id)} ${onOff(isOn)}`);
  }
}

function addTimes({ body, words }: Changes, saved: Preferences, draft: Preferences): void {
  if (draft.do_not_disturb_until !== saved.do_not_disturb_until) {
    body.do_not_disturb_until = draft.do_not_disturb_until;
    words.push(`${t('Do not disturb')} ${onOff(draft.do_not_disturb_until !== null)}`);
  }
  // Sent as a whole: single days would lie over an installation's default that is none of the agent's.
  if (!isSameQuiet(draft.quiet_hours, saved.quiet_hours)) {
    body.quiet_hours = draft.quiet_hours;
    words.push(isEmpty(weekOf(draft.quiet_hours)) ? t('Quiet hours off') : t('Quiet hours'));
  }
}

function addEmail({ body, words }: Changes, saved: Preferences, draft: Preferences): void {
  if (draft.email_frequency !== saved.email_frequency) {
    body.email_frequency = draft.email_frequency;
    words.push(`${t('Email')} ${within(t(FREQUENCIES[draft.email_frequency]))}`);
  }
  if (draft.digest_hour !== saved.digest_hour) {
    body.digest_hour = draft.digest_hour;
    words.push(`${t('Digest at')} ${hourText(draft.digest_hour)}`);
  }
  if (!isSameList(draft.email_types, saved.email_types)) {
    body.email_types = draft.email_types;
    words.push(t('Emails: {types}', { types: typesText(draft.email_types) }));
  }
  if (draft.high_priority_mentions_only !== saved.high_priority_mentions_only) {
    body.high_priority_mentions_only = draft.high_priority_mentions_only;
    words.push(`${t('High priority mentions only')} ${onOff(draft.high_priority_mentions_only)}`);
  }
}

/** Everything back to what the installation sets. */
export function resetOf(preferences: Preferences): PreferencesChange {
  const none = (ids: string[]) => Object.fromEntries(ids.map((id) => [id, null]));
  const ids = preferences.categories.map(({ id }) => id);
  return {
    categories: none(ids),
    channels: none(Object.keys(preferences.channels)),
    alert_email: none(ids),
    fallback_email: none(ids),
    quiet_hours: null,
    do_not_disturb_until: null,
    email_frequency: null,
    digest_hour: null,
    email_types: null,
    high_priority_mentions_only: null,
  };
}

/** What the hub would refuse, or take for nothing, said in the person's words before it is asked. */
export function faultsOf(draft: Preferences, now: number): Fault[] {
  const faults: Fault[] = [];
  const week = weekOf(draft.quiet_hours);
  for (const day of WEEKDAYS) {
    for (const [index, { from, to }] of week[day].entries()) {
      const pointer = `/quiet_hours/days/${day}/${index}`;
      if (from === '' || to === '') faults.push({ pointer, message: t('Say from when to when.') });
    }
  }
  const until = draft.do_not_disturb_until;
  if (until !== null && Date.parse(until) <= now)
    faults.push({ pointer: '/do_not_disturb_until', message: t('That time has passed.') });
  if (draft.email_types?.length === 0)
    faults.push({ pointer: '/email_types', message: t('Choose one type at least, or switch email off.') });
  return faults;
}

/** What is wrong with a field: with itself or with something inside it. */
export function faultAt(faults: Fault[], pointer: string): string {
  const found = faults.find((fault) => fault.pointer === pointer || fault.pointer.startsWith(`${pointer}/`));
  return found?.message ?? '';
}

export function typesText(types: string[] | null): string {
  if (types === null) return t('all types');
  const [only] = types;
  if (types.length === 1 && only) return t('{type} only', { type: within(t(EMAIL_TYPES[only] ?? only)) });
  return t('{count} types', { count: types.length });
}

export function hourText(hour: number): string {
  return clockText(`${hour}:00`);
}

function onOff(isOn: boolean): string {
  return isOn ? t('on') : t('off');
}

function isSameQuiet(a: QuietHours | null, b: QuietHours | null): boolean {
  const [one, other] = [a, b].map((quiet) => JSON.stringify(withWeek(quiet, weekOf(quiet))));
  return one === other;
}

function isSameList(a: string[] | null, b: string[] | null): boolean {
  return (
    a === b || (a !== null && b !== null && a.length === b.length && a.every((type) => b.includes(type)))
  );
}
