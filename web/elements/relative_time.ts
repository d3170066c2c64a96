// "5 minutes ago", and the full time for the tooltip.
const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' });

export function relativeTime(at: string | number, now: number): string {
  const then = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(then)) return '';
  const seconds = Math.round((then - now) / 1000);
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  // A clock that is a little behind the hub's must not say "in 2 minutes".
  if (!step || seconds > 0) return 'just now';
  return relative.format(Math.round(seconds / step[1]), step[0]);
}

export function fullTime(at: string): string {
  const then = Date.parse(at);
  return Number.isNaN(then) ? '' : full.format(then);
}
