// Pieces that every page of the console is made of.
import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../elements/icons';
import { fullTime, relativeTime } from '../elements/relative_time';
import type { Doing, Pages } from './asking';
import type { Trouble } from './api';

/** Marks that turn the direction of what follows, and characters that are no writing: shown, so that nobody is fooled. */
const TRICKS = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\p{Cc}]/gu;

export function visible(text: string): string {
  return text.replace(TRICKS, (mark) => (mark === '\n' || mark === '\t' ? ' ' : '\ufffd'));
}

/** Text of others: as text, its direction kept to itself, long words broken. */
export function plain(text: string | null | undefined): TemplateResult | typeof nothing {
  return text ? html`<bdi class="plain">${visible(text)}</bdi>` : nothing;
}

/** A moment, in words, with the full time at hand. */
export function timeOf(at: string | null | undefined, now = Date.now()): TemplateResult | typeof nothing {
  if (!at) return nothing;
  const then = Date.parse(at);
  const words = then > now ? inWords(then - now) : relativeTime(at, now);
  return html`<time datetime=${at} title=${fullTime(at)}>${words}</time>`;
}

/** "in 5 minutes", for what lies ahead. */
export function inWords(ms: number): string {
  const steps = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const step = steps.find(([, size]) => ms >= size);
  if (!step) return 'in a moment';
  const count = Math.round(ms / step[1]);
  return `in ${count} ${step[0]}${count === 1 ? '' : 's'}`;
}

/** Trouble with reading: what it was, and asking again. */
export function troubleBox(
  trouble: Trouble | null,
  again: (() => unknown) | null = null,
): TemplateResult | typeof nothing {
  if (!trouble) return nothing;
  const canRepeat = again && trouble.kind !== 'forbidden' && trouble.kind !== 'missing';
  return html`<div class="trouble" role="alert" data-kind=${trouble.kind}>
    ${icons.alert}
    <div>
      <p>${trouble.message}</p>
      ${faults(trouble)}
    </div>
    ${canRepeat ? html`<button class="button" type="button" @click=${again}>Try again</button>` : nothing}
  </div>`;
}

function faults(trouble: Trouble): TemplateResult | typeof nothing {
  const named = trouble.faults.filter(({ pointer }) => pointer !== '');
  if (named.length === 0) return nothing;
  return html`<ul>
    ${named.map(({ pointer, message }) => html`<li><code>${pointer}</code> ${message}</li>`)}
  </ul>`;
}

/** How an act ended: what was done, or what went wrong. Always there, so that a screen reader hears it change. */
export function outcomeOf(doing: Doing): TemplateResult {
  return html`${troubleBox(doing.trouble)}
    <p class="said" role="status">${doing.said ? html`${icons.check} ${doing.said}` : nothing}</p>`;
}

/** Nothing to show, and what to do about it. */
export function empty(title: string, help: unknown = nothing): TemplateResult {
  return html`<div class="empty">
    <p class="title">${title}</p>
    <p class="muted">${help}</p>
  </div>`;
}

export function waiting(): TemplateResult {
  return html`<p class="waiting" role="status">Loading…</p>`;
}

const TINTS: Record<string, string> = {
  sent: 'green',
  delivered: 'green',
  notified: 'green',
  now: 'green',
  up: 'green',
  active: 'green',
  accepted: 'green',
  acked: 'green',
  ready: 'green',
  failed: 'red',
  expired: 'red',
  down: 'red',
  unavailable: 'red',
  misconfigured: 'red',
  held: 'amber',
  degraded: 'amber',
  draining: 'amber',
  vacation: 'amber',
  planned: 'blue',
  sending: 'blue',
  pending: 'blue',
  tried: 'blue',
  if_unacknowledged: 'blue',
  stored: 'indigo',
};

/** A state as a word in its colour. */
export function pill(state: string, words = state.replaceAll('_', ' ')): TemplateResult {
  return html`<span class="pill ${TINTS[state] ?? 'gray'}">${words}</span>`;
}

/** The head of a page: its name, what it is for, and what can be done. */
export function head(title: string, about: unknown, acts: unknown = nothing): TemplateResult {
  return html`<header class="head">
    <div>
      <h1 tabindex="-1">${title}</h1>
      <p class="muted">${about}</p>
    </div>
    <div class="acts">${acts}</div>
  </header>`;
}

/** Whatever a form says, by the names of its fields. */
export function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const given = [...new FormData(form).entries()].filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(given.map(([name, value]) => [name, (value as string).trim()]));
}

/** What was asked for, page by page: `view` of what is there, and the way to more of it. */
export function listOf<T>(pages: Pages<T>, view: (items: T[]) => unknown, more = 'More'): TemplateResult {
  const { items, asked } = pages;
  const waits = asked.trouble ? nothing : waiting();
  return html`${items ? view(items) : waits} ${moreOf(pages, more)}`;
}

/** The button for the next page, where there is one. */
export function moreOf(pages: Pages<unknown>, label: string): TemplateResult | typeof nothing {
  const { next, asked } = pages;
  if (!next) return nothing;
  return html`<p class="more">
    <button class="button" type="button" ?disabled=${asked.isLoading} @click=${() => pages.more()}>
      ${asked.isLoading ? 'Loading…' : label}
    </button>
  </p>`;
}
