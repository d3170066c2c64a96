// "5 minutes ago", and the full time for the tooltip.
import { currentLocale, t } from './words';

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

interface Formats {
  locale: string;
  relative: Intl.RelativeTimeFormat;
  full: Intl.DateTimeFormat;
}

let formats: Formats | null = null;

/** Made once for a language: they are slow to make. */
function ofLocale(): Formats {
  const locale = currentLocale();
  if (formats?.locale === locale) return formats;
  formats = {
    locale,
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }),
    full: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' }),
  };
  return formats;
}

export function relativeTime(at: string | number, now: number): string {
  const then = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(then)) return '';
  const seconds = Math.round((then - now) / 1000);
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  // A clock that is a little behind the hub's must not say "in 2 minutes".
  if (!step || seconds > 0) return t('just now');
  return ofLocale().relative.format(Math.round(seconds / step[1]), step[0]);
}

export function fullTime(at: string): string {
  const then = Date.parse(at);
  return Number.isNaN(then) ? '' : ofLocale().full.format(then);
}
