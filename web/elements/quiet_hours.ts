// Quiet hours as a person edits them. Pure: a week of spans comes in, a changed week and words go out. A week always
// has all seven days, because the hub keeps the days that a change leaves out.
import { clockText } from './until';
import { WEEKDAYS, type QuietHours, type Span, type Weekday } from '../client/preferences';
import { t } from './words';

export type Week = Record<Weekday, Span[]>;

export const NIGHT: Span = { from: '22:00', to: '07:00' };
/** The hub takes 24:00 for the day's end; a browser's time field knows 00:00 alone, which means the same there. */
const MIDNIGHT = '00:00';

export const DAY_NAMES: Record<Weekday, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

export function weekOf(quiet: QuietHours | null): Week {
  const day = (day: Weekday) => (quiet?.days[day] ?? []).map(({ from, to }) => ({ from, to: endOf(to) }));
  return weekBy(day);
}

function endOf(to: string): string {
  return to === '24:00' ? MIDNIGHT : to;
}

function weekBy(spans: (day: Weekday) => Span[]): Week {
  return Object.fromEntries(WEEKDAYS.map((day) => [day, spans(day)])) as Week;
}

/** Every night: where most people begin. */
export function everyNight(): Week {
  return weekBy(() => [{ ...NIGHT }]);
}

export function emptyWeek(): Week {
  return weekBy(() => []);
}

export function isEmpty(week: Week): boolean {
  return WEEKDAYS.every((day) => week[day].length === 0);
}

/** One more span: a night first, then the afternoon's rest, for somebody to set. */
export function withSpan(week: Week, day: Weekday): Week {
  const next = week[day].length === 0 ? { ...NIGHT } : { from: '12:00', to: '13:00' };
  return { ...week, [day]: [...week[day], next] };
}

export function withoutSpan(week: Week, day: Weekday, index: number): Week {
  return { ...week, [day]: week[day].filter((_, at) => at !== index) };
}

export function withTime(week: Week, day: Weekday, index: number, change: Partial<Span>): Week {
  return { ...week, [day]: week[day].map((span, at) => (at === index ? { ...span, ...change } : span)) };
}

/** The same hours on every day. */
export function likeDay(week: Week, day: Weekday): Week {
  return weekBy(() => week[day].map((span) => ({ ...span })));
}

/** Where a span ends, when that is not plain from its two times; empty when it is. */
export function spanNote({ from, to }: Span): string {
  if (from === '' || to === '') return '';
  if (from === MIDNIGHT && to === MIDNIGHT) return t('all day');
  return to <= from && to !== MIDNIGHT ? t('next day') : '';
}

/** "Mon–Fri 22:00–7:00; Sat, Sun all day". */
export function weekText(week: Week): string {
  const said: string[] = [];
  for (const day of WEEKDAYS) {
    const hours = week[day].map(spanText).join(', ');
    const first = WEEKDAYS.find((other) => week[other].map(spanText).join(', ') === hours)!;
    if (hours === '' || first !== day) continue;
    const alike = WEEKDAYS.filter((other) => week[other].map(spanText).join(', ') === hours);
    said.push(`${daysText(alike)} ${hours}`);
  }
  return said.join('; ');
}

function spanText({ from, to }: Span): string {
  return from === MIDNIGHT && to === MIDNIGHT ? t('all day') : `${clockText(from)}–${clockText(to)}`;
}

function daysText(days: Weekday[]): string {
  if (days.length === WEEKDAYS.length) return t('Every day');
  const short = (day: Weekday) => t(DAY_NAMES[day]).slice(0, 3);
  const [first, last] = [days[0]!, days.at(-1)!];
  const isRow = WEEKDAYS.indexOf(last) - WEEKDAYS.indexOf(first) === days.length - 1;
  return isRow && days.length > 2 ? `${short(first)}–${short(last)}` : days.map(short).join(', ');
}
