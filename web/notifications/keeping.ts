// Has the page ready for when there is no network: tells the service worker which files it is made of, and keeps the inbox
// as it is shown, so that whoever opens the page in a tunnel sees what they saw last.
import type { BellhopClient } from '../client/client';
import { forgetKept, keepState, keptAt } from '../home/kept';

const WORKER = '/sw.js';
/** Many things may come at once. */
const EVERY_MS = 1_000;
/** As many as the hub's first page holds. */
const MOST_ENTRIES = 50;

export class Keeping {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wasLive = false;
  #shownAt: number | null = null;

  /** When what is shown was true, if it does not come from the hub. */
  get shownAt(): number | null {
    return this.#wasLive ? null : this.#shownAt;
  }

  /** Something to show has changed, or the connection has. */
  onChange(client: BellhopClient, redraw: () => void): void {
    const { phase } = client.status;
    if (phase === 'signed_out') return void forgetKept().catch(gaveUp);
    if (phase === 'live') {
      if (!this.#wasLive) void haveWorker().catch(gaveUp);
      this.#wasLive = true;
      this.#timer ??= setTimeout(() => this.#keep(client), EVERY_MS);
    } else if (!this.#wasLive && this.#shownAt === null) {
      this.#shownAt = 0;
      void keptAt().then((at) => {
        this.#shownAt = at;
        redraw();
      }, gaveUp);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #keep(client: BellhopClient): void {
    this.#timer = undefined;
    const { me, status, notifications, counts } = client;
    if (!me || status.phase !== 'live' || !client.isLoaded) return;
    const items = notifications.slice(0, MOST_ENTRIES);
    const isAll = items.length === notifications.length && !client.hasOlder;
    // What changed after the newest change that is shown comes again with the first connection: nothing is missed.
    const seq = Math.max(0, ...items.map(({ changed_seq }) => changed_seq));
    const page = { items, next: isAll ? null : (items.at(-1)?.seq ?? null), counts, seq };
    const answers = { '/api/v1/me': me, '/api/v1/me/notifications': page };
    void keepState(answers, Date.now()).catch(gaveUp);
  }
}

/** The one that shows pushes; where another program's worker does that, it stays. */
async function haveWorker(): Promise<void> {
  const workers = globalThis.isSecureContext ? navigator.serviceWorker : undefined;
  if (!workers) return;
  const there = await workers.getRegistration();
  const isOurs = !there?.active || new URL(there.active.scriptURL).pathname === WORKER;
  if (!isOurs) return;
  if (!there) await workers.register(WORKER);
  const { active } = await workers.ready;
  active?.postMessage({ keep: filesOfThisPage() });
}

function filesOfThisPage(): string[] {
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
  return [...new Set(loaded)].filter((name) => name.startsWith(`${location.origin}/assets/`));
}

function gaveUp(error: unknown): void {
  console.warn('bellhop: the page will not be there without network', error);
}
