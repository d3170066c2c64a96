// What `/metrics` says, as numbers: Prometheus' text format read, counters turned into what happened in between, and
// quantiles out of histograms as Prometheus itself works them out (linear within a bucket).
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Upper bounds in seconds, ascending, the last one Infinity; how many were at or below each. */
export type Buckets = [bound: number, count: number][];

/** One node at one moment. */
export interface Reading {
  /** Epoch milliseconds, by this browser's clock. */
  at: number;
  sessions: Record<string, number>;
  events: number;
  notifications: number;
  toFrame: Buckets;
  toAck: Buckets;
  isBusUp: boolean;
  authFailures: number;
  serverErrors: number;
}

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const parts = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/.exec(line);
    if (!parts || line.startsWith('#')) return [];
    const value = parts[3] === '+Inf' ? Infinity : Number(parts[3]);
    return Number.isNaN(value) ? [] : [{ name: parts[1]!, labels: labelsOf(parts[2] ?? ''), value }];
  });
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g);
  return Object.fromEntries(
    [...pairs].map(([, name, value]) => [
      name!,
      value!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c)),
    ]),
  );
}

export function readingOf(samples: Sample[], at: number): Reading {
  const all = (name: string) => samples.filter((sample) => sample.name === `bellhop_${name}`);
  const sum = (name: string, fits: (sample: Sample) => boolean = () => true) =>
    all(name)
      .filter(fits)
      .reduce((total, { value }) => total + value, 0);
  return {
    at,
    sessions: Object.fromEntries(all('sessions').map(({ labels, value }) => [labels.transport ?? '', value])),
    events: sum('events_total', ({ labels }) => labels.status === 'accepted'),
    notifications: sum('notifications_total'),
    toFrame: bucketsOf(all('accept_to_frame_seconds_bucket')),
    toAck: bucketsOf(all('accept_to_ack_seconds_bucket')),
    isBusUp: sum('bus_up') > 0,
    authFailures: sum('auth_failures_total'),
    serverErrors: sum('http_responses_total', ({ labels }) => labels.class === '5xx'),
  };
}

function bucketsOf(samples: Sample[]): Buckets {
  const buckets = samples.map(({ labels, value }): [number, number] => [
    labels.le === '+Inf' ? Infinity : Number(labels.le),
    value,
  ]);
  return buckets.sort(([a], [b]) => a - b);
}

/** How much a counter grew; a node that started anew counts from zero. */
export function growth(before: number, after: number): number {
  return after >= before ? after - before : after;
}

/** What came to a histogram in between. */
export function bucketGrowth(before: Buckets, after: Buckets): Buckets {
  const restarted = (after.at(-1)?.[1] ?? 0) < (before.at(-1)?.[1] ?? 0);
  if (restarted) return after;
  return after.map(([bound, count], index) => [bound, count - (before[index]?.[1] ?? 0)]);
}

/** Seconds; null where nothing was measured; Infinity where it lies beyond the last bound. */
export function quantile(buckets: Buckets, share: number): number | null {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return null;
  const rank = share * total;
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [bound, count] = buckets[index]!;
  if (bound === Infinity) return Infinity;
  const [lower, below] = index === 0 ? [0, 0] : buckets[index - 1]!;
  return count === below ? bound : lower + ((bound - lower) * (rank - below)) / (count - below);
}

/** `840 µs`, `3.2 ms`, `1.5 s`. */
export function durationWords(seconds: number | null, beyond = '30 s'): string {
  if (seconds === null) return '–';
  if (seconds === Infinity) return `over ${beyond}`;
  if (seconds < 0.001) return `${Math.round(seconds * 1_000_000)} µs`;
  if (seconds < 1) return `${round(seconds * 1_000)} ms`;
  return `${round(seconds)} s`;
}

function round(value: number): string {
  return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

/** Readings of a few minutes, and what happened between each two. */
export class Trail {
  #readings: Reading[] = [];
  #keep: number;

  constructor(keep: number) {
    this.#keep = keep;
  }

  get last(): Reading | undefined {
    return this.#readings.at(-1);
  }

  get minutes(): number {
    const [first] = this.#readings;
    return first && this.last ? (this.last.at - first.at) / 60_000 : 0;
  }

  add(reading: Reading): void {
    this.#readings = [...this.#readings, reading].slice(-this.#keep);
  }

  /** Of a counter, a second; one value fewer than there are readings. */
  rates(of: (reading: Reading) => number): number[] {
    return this.#readings.slice(1).map((reading, index) => {
      const before = this.#readings[index]!;
      const seconds = Math.max(0.001, (reading.at - before.at) / 1_000);
      return growth(of(before), of(reading)) / seconds;
    });
  }

  values(of: (reading: Reading) => number): number[] {
    return this.#readings.map(of);
  }

  /** What came to a histogram since the first reading; everything since the node's start where that was nothing. */
  recent(of: (reading: Reading) => Buckets): { buckets: Buckets; isRecent: boolean } {
    const [first] = this.#readings;
    const { last } = this;
    if (!first || !last) return { buckets: [], isRecent: true };
    const grown = bucketGrowth(of(first), of(last));
    const isRecent = (grown.at(-1)?.[1] ?? 0) > 0;
    return { buckets: isRecent ? grown : of(last), isRecent };
  }
}
