// A real event: who heard of it as it was decided then, what went out, and its way step by step.
import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { adminStyles } from '../admin_styles';
import { ask, query } from '../api';
import { Asked } from '../asking';
import { plain, timeOf, troubleBox, waiting } from '../parts';
import { hrefOf } from '../places';
import { stepsView, timelineStyles, type Step } from '../timeline';
import { candidatesView, verdictStyles, type Candidate } from './verdict';

interface Explained {
  source: string;
  id: string;
  type: string;
  ticket: string | null;
  accepted_at: string;
  notified: string[];
  candidates: Candidate[];
}

export class AdminStoredEvent extends LitElement {
  @property({ attribute: false }) event = '';
  @property({ attribute: false }) source: string | null = null;
  #explained = new Asked<Explained>(this, (signal) => ask<Explained>(this.#path('explanation'), signal));
  #timeline = new Asked<{ steps: Step[] }>(this, (signal) => ask(this.#path('timeline'), signal));

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('event') && !changed.has('source')) return;
    this.#explained.reset();
    this.#timeline.reset();
    this.#load();
  }

  override render() {
    const { value, trouble } = this.#explained;
    if (trouble?.kind === 'missing')
      return html`<p class="empty" role="status">
        No event of this id is kept. Ids are whole and as the helpdesk gave them; old events are forgotten.
      </p>`;
    if (!value) return trouble ? troubleBox(trouble, () => this.#load()) : waiting();
    return html`<section class="card">
        <dl class="facts">
          <dt>Event</dt>
          <dd>${plain(value.type)} <code>${plain(value.id)}</code> of ${plain(value.source)}</dd>
          ${
            value.ticket
              ? html`<dt>Ticket</dt>
                  <dd>
                    <a class="link" href=${hrefOf('deliveries', null, { ticket: value.ticket })}
                      >${plain(value.ticket)}</a
                    >
                  </dd>`
              : nothing
          }
          <dt>Accepted</dt>
          <dd>${timeOf(value.accepted_at)}</dd>
        </dl>
      </section>
      <section>${candidatesView(value.candidates)}</section>
      <section class="card">
        <h2 class="over">Step by step</h2>
        ${troubleBox(this.#timeline.trouble, () => this.#timeline.load())}
        ${this.#timeline.value ? stepsView(this.#timeline.value.steps) : this.#timeline.trouble ? nothing : waiting()}
      </section>`;
  }

  #path(what: string): string {
    return `/api/v1/events/${encodeURIComponent(this.event)}/${what}${query({ source: this.source })}`;
  }

  #load(): void {
    void this.#explained.load();
    void this.#timeline.load();
  }

  static override styles = [adminStyles, verdictStyles, timelineStyles];
}
