// The way of an event, step by step, as the hub tells it.
import { css, html, nothing, type TemplateResult } from 'lit';
import { plain } from './parts';
import { channelName, purposeWords, reasonWords, stepWords, whyWords } from './words';
import { fullTime } from '../elements/relative_time';

export interface Step {
  at: string | null;
  what: string;
  recipient: string | null;
  channel: string | null;
  why: string | null;
  detail: string | null;
}

const times = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const days = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export function stepsView(steps: Step[]): TemplateResult {
  if (steps.length === 0) return html`<p class="hint">Nothing is kept of it any more.</p>`;
  return html`<ol class="steps">
    ${steps.map(
      (step) =>
        html`<li data-what=${step.what}>
          ${step.at ? timeShown(step.at) : html`<span class="at muted">time not kept</span>`}
          <div>
            <p>
              ${stepWords(step.what, step.recipient !== null)}
              ${step.recipient ? html`<strong>${plain(step.recipient)}</strong>` : nothing}
              ${step.channel ? html`<span class="muted">by ${channelName(step.channel).toLowerCase()}</span>` : nothing}
            </p>
            ${about(step)}
          </div>
        </li>`,
    )}
  </ol>`;
}

function timeShown(at: string): TemplateResult {
  const then = Date.parse(at);
  const isToday = days.format(then) === days.format(Date.now());
  return html`<time class="at" datetime=${at} title=${fullTime(at)}
    >${isToday ? nothing : html`${days.format(then)}<br />`}${times.format(then)}</time
  >`;
}

/** What a step adds: the reason it was stored for, why it ended so, or what the other side said. */
export function noteOf({ what, why, detail }: Step): string {
  const reason = why === null ? '' : what === 'stored' ? `because ${reasonWords(why)}` : whyOf(what, why);
  const more = what === 'planned' && detail ? purposeWords(detail) : (detail ?? '');
  return [reason, more].filter(Boolean).join('; ');
}

function whyOf(what: string, why: string): string {
  return what === 'tried' && why === 'sent' ? 'it was taken' : whyWords(why);
}

function about(step: Step): TemplateResult | typeof nothing {
  const note = noteOf(step);
  return note ? html`<p class="small muted">${plain(note)}</p>` : nothing;
}

export const timelineStyles = css`
  .steps {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .steps li {
    display: grid;
    grid-template-columns: 92px minmax(0, 1fr);
    gap: 14px;
    padding: 0 0 12px;
  }
  .steps .at {
    padding-top: 1px;
    font-size: 13px;
    color: var(--bellhop-muted);
    font-variant-numeric: tabular-nums;
  }
  .steps li > div {
    position: relative;
    padding-inline-start: 18px;
    border-inline-start: 2px solid var(--bellhop-line);
    margin-bottom: -12px;
    padding-bottom: 12px;
  }
  .steps li > div::before {
    content: '';
    position: absolute;
    inset-inline-start: -6px;
    top: 6px;
    width: 10px;
    height: 10px;
    border-radius: 50%;
    background: var(--bellhop-gray);
  }
  .steps [data-what='accepted'] > div::before,
  .steps [data-what='sent'] > div::before,
  .steps [data-what='acked'] > div::before {
    background: var(--bellhop-green);
  }
  .steps [data-what='failed'] > div::before,
  .steps [data-what='expired'] > div::before {
    background: var(--bellhop-red);
  }
  .steps [data-what='planned'] > div::before,
  .steps [data-what='tried'] > div::before,
  .steps [data-what='stored'] > div::before {
    background: var(--bellhop-indigo);
  }
  .steps [data-what='held'] > div::before {
    background: var(--bellhop-amber);
  }
`;
