// What `GET /api/v1/figures` counts, made ready for the charts.
import type { Column } from './chart';

export interface Figures {
  at: string;
  hours: number;
  deliveries: { hour: string; channel: string; state: string; count: number }[];
  failures: { channel: string; why: string | null; count: number }[];
  waiting: { channel: string; state: string; count: number; first_due_at: string }[];
  webhooks_waiting: number;
  webhooks_failed: number;
}

/** From the bottom of a column to its top. */
export const LEGEND = [
  { tint: 'green', words: 'sent', states: ['sent'] },
  { tint: 'blue', words: 'waiting', states: ['planned', 'held', 'sending'] },
  { tint: 'red', words: 'failed', states: ['failed', 'expired'] },
  { tint: 'gray', words: 'not needed', states: ['skipped', 'cancelled'] },
] as const;

const HOUR_MS = 3_600_000;
const CHANNELS = ['web_push', 'email', 'sms'];

/** A column for each hour, those without deliveries too, the present hour last. */
export function columnsOf({ at, hours, deliveries }: Figures): Column[] {
  const last = Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS;
  const names = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
  return Array.from({ length: hours }, (_, index) => {
    const hour = last - (hours - 1 - index) * HOUR_MS;
    const within = deliveries.filter((each) => Date.parse(each.hour) === hour);
    const layers = LEGEND.map(({ tint, words, states }) => ({
      tint,
      words,
      count: count(within.filter(({ state }) => (states as readonly string[]).includes(state))),
    }));
    return { name: names.format(hour), layers: layers.filter((layer) => layer.count > 0) };
  });
}

export interface Totals {
  by: Record<string, number>;
  channels: { channel: string; sent: number; failed: number; other: number }[];
  words: string;
}

export function totalsOf({ deliveries }: Figures): Totals {
  const stateIn = (states: readonly string[]) => deliveries.filter(({ state }) => states.includes(state));
  const by = Object.fromEntries(LEGEND.map(({ tint, states }) => [tint, count(stateIn(states))]));
  const channels = CHANNELS.flatMap((channel) => {
    const theirs = deliveries.filter((each) => each.channel === channel);
    if (theirs.length === 0) return [];
    const of = (states: readonly string[]) => count(theirs.filter(({ state }) => states.includes(state)));
    const [sent, failed] = [of(LEGEND[0].states), of(LEGEND[2].states)];
    return [{ channel, sent, failed, other: count(theirs) - sent - failed }];
  });
  const words = LEGEND.map(({ tint, words: name }) => `${by[tint]} ${name}`).join(', ');
  return { by, channels, words };
}

function count(rows: { count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}
