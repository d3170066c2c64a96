// A point in time to be left alone until, on the clock of the browser. Pure; instants are RFC 3339 in UTC.
import { currentLocale, t } from './words';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The browser's own choice of 12 or 24 hours, whatever the language. */
const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

/** Full minutes: what a person reads is what counts. */
export function inOneHour(now: number): string {
  return new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS + HOUR_MS).toISOString();
}

export function tomorrowAt(hour: number, now: number): string {
  const at = new Date(now);
  at.setDate(at.getDate() + 1);
  at.setHours(hour, 0, 0, 0);
  return at.toISOString();
}

/** `22:00` as the browser's own time fields show it: "10:00 PM", "22:00". */
export function clockText(time: string): string {
  const [hours, minutes] = time.split(':').map(Number);
  if (hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)) return time;
  return clock.format(new Date(2000, 0, 1, hours, minutes));
}

/** For `<input type="datetime-local">`. */
export function toLocalInput(instant: string | null): string {
  if (instant === null) return '';
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Null for an emptied field. */
export function fromLocalInput(value: string): string | null {
  const at = new Date(value);
  return value === '' || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** "today 15:40", "tomorrow 8:00", "Tuesday 24 November, 18:00". */
export function untilText(instant: string, now: number): string {
  const at = new Date(instant);
  const days = Math.round((midnightOf(at) - midnightOf(new Date(now))) / (24 * HOUR_MS));
  const time = clock.format(at);
  if (days === 0) return t('today {time}', { time });
  if (days === 1) return t('tomorrow {time}', { time });
  return `${at.toLocaleDateString(currentLocale(), { weekday: 'long', day: 'numeric', month: 'long' })}, ${time}`;
}

function midnightOf(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
