// What went out beside the bell within a day, of the whole installation.
import { html, nothing, type TemplateResult } from 'lit';
import { pill, plain, timeOf } from '../parts';
import { hrefOf } from '../places';
import { channelName, whyWords } from '../words';
import { columnChart } from './chart';
import { columnsOf, type Figures, LEGEND, totalsOf } from './figures';

const number = new Intl.NumberFormat('en');

export function todayView(figures: Figures): TemplateResult {
  return html`<section aria-label="The last 24 hours">
    <div class="two">
      <article class="card">
        <h2>Beside the bell, by the hour</h2>
        <p class="hint">Deliveries of the last ${figures.hours} hours, whole installation</p>
        ${columnChart(columnsOf(figures), `Deliveries by the hour: ${totalsOf(figures).words}`)}
        <p class="axis" aria-hidden="true"><span>${columnsOf(figures)[0]?.name}</span><span>now</span></p>
        <ul class="legend">
          ${LEGEND.map(
            ({ tint, words }) =>
              html`<li>
                <span class="swatch ${tint}"></span>${words} ${number.format(totalsOf(figures).by[tint] ?? 0)}
              </li>`,
          )}
        </ul>
      </article>
      <article class="card">
        <h2>By channel</h2>
        ${channels(figures)}
      </article>
      <article class="card">
        <h2>Waiting</h2>
        ${waiting(figures)}
      </article>
      <article class="card">
        <h2>Failures</h2>
        ${failuresOf(figures)}
      </article>
    </div>
  </section>`;
}

function channels(figures: Figures) {
  const rows = totalsOf(figures).channels;
  if (rows.length === 0)
    return html`<p class="hint">
      Nothing went out beside the bell: everybody who was told has confirmed it on a device, or no event came.
    </p>`;
  return html`<ul class="list">
    ${rows.map(
      ({ channel, sent, failed, other }) =>
        html`<li>
          <a class="link" href=${hrefOf('deliveries', null, { channel })}>${channelName(channel)}</a>
          <span>${number.format(sent)} sent</span>
          <span class=${failed ? 'bad' : 'muted'}>${number.format(failed)} failed</span>
          <span class="muted">${number.format(other)} other</span>
        </li>`,
    )}
  </ul>`;
}

function waiting({ waiting: rows, webhooks_waiting }: Figures) {
  if (rows.length === 0 && webhooks_waiting === 0)
    return html`<p class="hint">Nothing waits. Everything that was planned is settled.</p>`;
  return html`<ul class="list">
    ${rows.map(
      ({ channel, state, count, first_due_at }) =>
        html`<li>
          <a class="link" href=${hrefOf('deliveries', null, { channel, state })}>${channelName(channel)}</a>
          ${pill(state)} <span>${number.format(count)}</span>
          <span class="muted">first due ${timeOf(first_due_at)}</span>
        </li>`,
    )}
    ${
      webhooks_waiting
        ? html`<li>
            <a class="link" href=${hrefOf('webhooks')}>Webhooks</a>
            <span>${number.format(webhooks_waiting)}</span>
          </li>`
        : nothing
    }
  </ul>`;
}

function failuresOf({ failures, webhooks_failed }: Figures) {
  if (failures.length === 0 && webhooks_failed === 0)
    return html`<p class="hint">None. Nothing was given up.</p>`;
  return html`<ul class="list">
    ${failures.map(
      ({ channel, why, count }) =>
        html`<li>
          <a class="link" href=${hrefOf('deliveries', null, { channel, why: why ?? '' })}
            >${channelName(channel)}</a
          >
          <strong>${number.format(count)}</strong>
          <span class="muted">${plain(whyWords(why ?? 'failed'))}</span>
        </li>`,
    )}
    ${
      webhooks_failed
        ? html`<li>
            <a class="link" href=${hrefOf('webhooks')}>Webhooks</a>
            <strong>${number.format(webhooks_failed)}</strong>
            <span class="muted">were never taken</span>
          </li>`
        : nothing
    }
  </ul>`;
}
