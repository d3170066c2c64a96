// One delivery: what is known of it, its attempts, and the way of its event.
// Event: `dialog-close`.
import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask, query } from './api';
import { Asked } from './asking';
import type { Delivery } from './deliveries';
import { pill, plain, timeOf, troubleBox, waiting } from './parts';
import { hrefOf } from './places';
import { stepsView, timelineStyles, type Step } from './timeline';
import { capital, channelName, purposeWords, whyWords } from './words';

interface Details extends Delivery {
  tries: { number: number; at: string; took_ms: number; outcome: string; detail: string | null }[];
}

export class AdminDelivery extends LitElement {
  @property({ attribute: false }) delivery = '';
  #details = new Asked<Details>(this, (signal) =>
    ask<Details>(`/api/v1/deliveries/${encodeURIComponent(this.delivery)}`, signal),
  );
  #timeline = new Asked<{ steps: Step[] }>(this, (signal) => {
    const { event_id, event_source } = this.#details.value!;
    return ask(
      `/api/v1/events/${encodeURIComponent(event_id)}/timeline${query({ source: event_source })}`,
      signal,
    );
  });

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('delivery')) void this.#load();
  }

  override render() {
    const { value, trouble } = this.#details;
    const heading = value ? `${channelName(value.channel)} to ${value.recipient}` : 'Delivery';
    return html`<admin-dialog .heading=${heading} @dialog-close=${this.#close}>
      ${troubleBox(trouble, () => this.#load())} ${value ? this.#facts(value) : trouble ? nothing : waiting()}
    </admin-dialog>`;
  }

  #facts(details: Details) {
    const { event_source: source, event_id: event } = details;
    return html`<dl class="facts">
        <dt>State</dt>
        <dd>${pill(details.state)} ${timeOf(details.updated_at)}</dd>
        ${this.#fact('Why', details.why ? whyWords(details.why) : null)}
        ${this.#fact('They said', details.detail)}
        <dt>Because</dt>
        <dd>${plain(capital(purposeWords(details.purpose)))}</dd>
        ${this.#fact('Ticket', details.ticket)}
        <dt>Event</dt>
        <dd>
          <a class="link" href=${hrefOf('explain', event, { source })}>${plain(event)}</a>
          <span class="muted">of ${plain(source)}</span>
        </dd>
        ${
          details.due_at
            ? html`<dt>Due</dt>
                <dd>${timeOf(details.due_at)}</dd>`
            : nothing
        }
        ${this.#fact('Known there as', details.provider_id)}
      </dl>
      ${this.#tries(details)}
      <h3>The way of the event</h3>
      ${troubleBox(this.#timeline.trouble, () => this.#timeline.load())}
      ${this.#timeline.value ? stepsView(this.#timeline.value.steps) : this.#timeline.trouble ? nothing : waiting()}`;
  }

  #fact(name: string, value: string | null) {
    return value
      ? html`<dt>${name}</dt>
          <dd>${plain(value)}</dd>`
      : nothing;
  }

  #tries({ tries }: Details) {
    if (tries.length === 0) return nothing;
    return html`<h3>Attempts</h3>
      <ol class="tries">
        ${tries.map(
          ({ at, took_ms, outcome, detail }) =>
            html`<li>
              ${pill(outcome === 'sent' ? 'sent' : 'failed', outcome === 'sent' ? 'sent' : whyWords(outcome))}
              <span class="muted small">${timeOf(at)}, took ${took_ms} ms</span>
              ${detail ? html`<p class="small">${plain(detail)}</p>` : nothing}
            </li>`,
        )}
      </ol>`;
  }

  async #load(): Promise<void> {
    this.#timeline.reset();
    await this.#details.load();
    if (this.#details.value && !this.#details.trouble) await this.#timeline.load();
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('dialog-close'));
  };

  static override styles = [
    adminStyles,
    timelineStyles,
    css`
      h3 {
        margin: 18px 0 8px;
      }
      .tries {
        margin: 0;
        padding-inline-start: 22px;
      }
      .tries li {
        padding: 3px 0;
      }
      .tries .pill {
        white-space: normal;
      }
    `,
  ];
}
