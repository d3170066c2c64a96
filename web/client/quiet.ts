// Whether the agent wants to be left alone now: quiet hours by weekday in their time zone, and "do not disturb" (D-12).
// Pure, and the same as the hub decides for push and email.
import { WEEKDAYS, type Preferences, type QuietHours, type Span, type Weekday } from './preferences';

const DAY_MINUTES = 24 * 60;

export function isQuiet(preferences: Preferences, timeZone: string | null, now: number): boolean {
  const { do_not_disturb_until: until, quiet_hours: quiet } = preferences;
  if (until !== null && Date.parse(until) > now) return true;
  return quiet !== null && isInHours(quiet, timeZone, now);
}

/** Whether something of that priority may sound and pop up now. */
export function mayDisturb(
  preferences: Preferences,
  timeZone: string | null,
  priority: string,
  now: number,
): boolean {
  if (!isQuiet(preferences, timeZone, now)) return true;
  return priority === 'critical' && !preferences.quiet_hours?.hold_critical;
}

function isInHours({ days }: QuietHours, timeZone: string | null, now: number): boolean {
  const { day, minute } = clockIn(timeZone, now);
  const today = WEEKDAYS.indexOf(day);
  const yesterday = WEEKDAYS[(today + WEEKDAYS.length - 1) % WEEKDAYS.length]!;
  const isIn = (span: Span, at: number) => {
    const [from, to] = [minuteOf(span.from), minuteOf(span.to)];
    return at >= from && at < (to <= from ? to + DAY_MINUTES : to);
  };
  return (
    (days[day] ?? []).some((span) => isIn(span, minute)) ||
    (days[yesterday] ?? []).some((span) => isIn(span, minute + DAY_MINUTES))
  );
}

function clockIn(timeZone: string | null, now: number): { day: Weekday; minute: number } {
  const parts = formatter(timeZone).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    day: part('weekday').toLowerCase().slice(0, 3) as Weekday,
    minute: Number(part('hour')) * 60 + Number(part('minute')),
  };
}

/** UTC where the directory names none, or one that this browser does not know, as at the hub. */
function formatter(timeZone: string | null): Intl.DateTimeFormat {
  const format = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en', { ...format, timeZone: timeZone ?? 'UTC' });
  } catch {
    return new Intl.DateTimeFormat('en', { ...format, timeZone: 'UTC' });
  }
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
