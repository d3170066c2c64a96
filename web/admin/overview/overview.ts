// The first page: how it goes just now (this node), and what went out beside the bell today (the whole installation).
import { html, LitElement, nothing } from 'lit';
import { adminStyles } from '../admin_styles';
import { ask, askText, Trouble } from '../api';
import { Asked } from '../asking';
import { head, troubleBox, waiting } from '../parts';
import { hrefOf } from '../places';
import { chartStyles, lineChart } from './chart';
import type { Figures } from './figures';
import {
  durationWords,
  parseMetrics,
  quantile,
  readingOf,
  Trail,
  type Buckets,
  type Reading,
} from './metrics';
import { overviewStyles } from './overview_styles';
import { Poller } from './poller';
import { todayView } from './today';

const EVERY_MS = 5_000;
const UNTIL_MS = 60 * 60_000;
/** Five minutes. */
const READINGS = 60;
const number = new Intl.NumberFormat('en');

export class AdminOverview extends LitElement {
  #trail = new Trail(READINGS);
  #metrics = new Asked<Reading>(this, async (signal) =>
    readingOf(parseMetrics(await askText('/metrics', signal)), Date.now()),
  );
  #figures = new Asked<Figures>(this, (signal) => ask<Figures>('/api/v1/figures', signal));
  #poller = new Poller(this, () => this.#refresh(), { everyMs: EVERY_MS, untilMs: UNTIL_MS });

  override render() {
    const { last } = this.#trail;
    return html`${head('Overview', 'How it goes just now, and what went out beside the bell today.', this.#freshness())}
    ${this.#lost()} ${last ? this.#live(last) : this.#metrics.trouble ? nothing : waiting()}
    ${this.#figures.value ? todayView(this.#figures.value) : nothing}`;
  }

  #freshness() {
    const { lastAt, failingSince, isResting } = this.#poller;
    if (isResting)
      return html`<span class="muted">Resting</span>
        <button class="button small" type="button" @click=${this.#poller.now}>Go on</button>`;
    if (failingSince !== null || lastAt === null) return nothing;
    return html`<span class="fresh"><span class="dot"></span> Live, every ${EVERY_MS / 1_000} s</span>`;
  }

  #lost() {
    const { failingSince, lastAt } = this.#poller;
    const trouble = this.#metrics.trouble ?? this.#figures.trouble;
    if (failingSince === null || !trouble) return nothing;
    const since = lastAt === null ? nothing : html` What you see is from ${clock(lastAt)}.`;
    return html`<div class="lost">
      ${troubleBox(
        new Trouble(
          trouble.kind,
          `Connection lost at ${clock(failingSince)}. ${trouble.message}`,
          trouble.detail,
        ),
        this.#poller.now,
      )}
      <p class="hint">It is tried again by itself, less often the longer it lasts.${since}</p>
    </div>`;
  }

  #live(last: Reading) {
    const trail = this.#trail;
    const sessions = trail.values((reading) => sum(reading.sessions));
    const events = trail.rates((reading) => reading.events);
    const minutes = Math.max(1, Math.round(trail.minutes));
    const kinds = Object.entries(last.sessions).filter(([, count]) => count > 0);
    return html`<section aria-label="Just now" class=${this.#poller.failingSince === null ? '' : 'stale'}>
      <div class="tiles">
        ${this.#tile(
          'Sessions',
          number.format(sum(last.sessions)),
          kinds.map(([kind, count]) => `${count} ${transportName(kind)}`).join(', ') ||
            'Nobody is connected here',
          lineChart(sessions, `Sessions over the last ${minutes} min, now ${sum(last.sessions)}`),
        )}
        ${this.#tile(
          'Events accepted',
          `${rate(events.at(-1) ?? 0)}/s`,
          `${number.format(last.events)} since this node started, ${number.format(last.notifications)} notifications`,
          lineChart(events, `Events a second over the last ${minutes} min, now ${rate(events.at(-1) ?? 0)}`),
        )}
        ${this.#times('Time to bell', 'from the acceptance of an event to the socket', (reading) => reading.toFrame)}
        ${this.#times('Time to confirmation', 'until a device said it has it', (reading) => reading.toAck)}
      </div>
      <p class="hint facts">
        This node: ${last.isBusUp ? 'bus up' : html`<strong class="bad">bus degraded</strong>`},
        ${number.format(last.authFailures)} failed sign-ins and ${number.format(last.serverErrors)} answers of
        5xx since its start. <a class="link" href=${hrefOf('system')}>System state</a>
      </p>
    </section>`;
  }

  #tile(name: string, value: string, about: string, chart: unknown) {
    return html`<article class="card tile">
      <h2>${name}</h2>
      <p class="value">${value}</p>
      ${chart}
      <p class="hint">${about}</p>
    </article>`;
  }

  #times(name: string, about: string, of: (reading: Reading) => Buckets) {
    const { buckets, isRecent } = this.#trail.recent(of);
    const words = (share: number) => durationWords(quantile(buckets, share));
    const count = buckets.at(-1)?.[1] ?? 0;
    const when = isRecent ? 'since this page is open' : "since the node's start";
    return html`<article class="card tile">
      <h2>${name}</h2>
      <dl class="times">
        <div>
          <dt>p50</dt>
          <dd>${words(0.5)}</dd>
        </div>
        <div>
          <dt>p99</dt>
          <dd>${words(0.99)}</dd>
        </div>
      </dl>
      <p class="hint">
        ${count ? `${number.format(count)} measured ${when}, ${about}` : `Nothing measured yet: ${about}`}
      </p>
    </article>`;
  }

  async #refresh(): Promise<boolean> {
    await Promise.all([this.#metrics.load(), this.#figures.load()]);
    const wentWell = !this.#metrics.trouble && !this.#figures.trouble;
    if (this.#metrics.value && !this.#metrics.trouble) this.#trail.add(this.#metrics.value);
    return wentWell;
  }

  static override styles = [adminStyles, chartStyles, overviewStyles];
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function rate(value: number): string {
  return value === 0 ? '0' : value < 10 ? value.toFixed(1) : number.format(Math.round(value));
}

function transportName(kind: string): string {
  return { websocket: 'by WebSocket', sse: 'by event stream', polling: 'by polling' }[kind] ?? kind;
}

function clock(at: number): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(at);
}
