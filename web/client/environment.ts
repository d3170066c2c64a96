// What the client takes from the world around it: network, clock, chance, and its timings. Handed in from
// outside, so that tests move the clock and script the network.

export interface Timing {
  /** Gap between two polls when nothing better than polling works. */
  pollEveryMs: number;
  /** Acknowledgements are gathered for this long. */
  ackGatherMs: number;
  /** A connection that has not said `welcome` by then counts as blocked. */
  welcomeWithinMs: number;
  /** Without input for this long the person counts as idle. */
  idleAfterMs: number;
  /** While on a fallback, the better way is tried again this often. */
  upgradeEveryMs: number;
  /** The first pause after a failed round, and the longest. */
  retryBaseMs: number;
  retryCapMs: number;
}

export const DEFAULT_TIMING: Timing = {
  pollEveryMs: 30_000,
  ackGatherMs: 100,
  welcomeWithinMs: 5_000,
  idleAfterMs: 120_000,
  upgradeEveryMs: 60_000,
  retryBaseMs: 500,
  retryCapMs: 30_000,
};

export interface Environment {
  fetch: typeof fetch;
  WebSocket: new (url: string, protocols: string[]) => WebSocket;
  now: () => number;
  random: () => number;
  timing: Timing;
}

export function browserEnvironment(timing: Partial<Timing> = {}): Environment {
  return {
    fetch: (input, init) => globalThis.fetch(input, init),
    WebSocket: globalThis.WebSocket,
    now: () => Date.now(),
    random: () => Math.random(),
    timing: { ...DEFAULT_TIMING, ...timing },
  };
}

/** The pause before try number `attempt` (0 is the first): exponential, with full jitter over its upper half. */
export function retryDelayMs(attempt: number, environment: Environment): number {
  const { retryBaseMs, retryCapMs } = environment.timing;
  const ceiling = Math.min(retryCapMs, retryBaseMs * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (environment.random() * ceiling) / 2;
}
