// Numbers to words: medians, percentiles, and the table that a run prints.
export interface Figure {
  what: string;
  measured: string;
  wanted: string;
}

export function median(values: number[]): number {
  return percentile(values, 50);
}

/** The nearest rank. */
export function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? NaN;
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
export const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

export function table(figures: Figure[]): string {
  const rows = figures.map(({ what, measured, wanted }) => `| ${what} | ${measured} | ${wanted} |`);
  return ['| what | measured | wanted |', '|---|---|---|', ...rows].join('\n');
}
