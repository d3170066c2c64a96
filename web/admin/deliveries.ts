// The delivery log: everything that was to go out beside the bell, searched by person, ticket, channel and outcome.
// The search stands in the address, so that it can be passed on. Each row opens its attempts and the event's timeline.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask, query, type Listed } from './api';
import { Pages } from './asking';
import { empty, fieldsOf, head, pill, plain, timeOf, troubleBox, waiting, moreOf } from './parts';
import { hrefOf } from './places';
import { channelName, purposeWords, whyWords } from './words';

export interface Delivery {
  id: string;
  event_source: string;
  event_id: string;
  notification_id: string | null;
  recipient: string;
  kind: string;
  channel: string;
  purpose: string;
  endpoint: string;
  ticket: string | null;
  state: string;
  why: string | null;
  detail: string | null;
  due_at: string | null;
  attempts: number;
  provider_id: string | null;
  created_at: string;
  updated_at: string;
}

const CHANNELS = ['web_push', 'email', 'sms'];
const STATES = ['planned', 'held', 'sending', 'sent', 'failed', 'cancelled', 'skipped', 'expired'];
const FILTERS = ['recipient', 'ticket', 'channel', 'state', 'why', 'event'] as const;
const PAGE = 50;

export class AdminDeliveries extends LitElement {
  /** The id of the delivery that is open. */
  @property({ attribute: false }) open: string | null = null;
  @property({ attribute: false }) query = new URLSearchParams();
  @state() private asked = '';
  #pages = new Pages<Delivery>(this, (before, signal) =>
    ask<Listed<Delivery>>(`/api/v1/deliveries${query({ ...this.#filters, limit: PAGE, before })}`, signal),
  );

  override willUpdate(): void {
    const wanted = JSON.stringify(this.#filters);
    if (wanted === this.asked) return;
    this.asked = wanted;
    this.#pages.asked.reset();
    void this.#pages.load();
  }

  override render() {
    const { trouble, isLoading } = this.#pages.asked;
    return html`${head(
      'Deliveries',
      'What goes out beside the bell, what became of it, and why. The newest first.',
      html`<button class="button" type="button" ?disabled=${isLoading} @click=${() => this.#pages.load()}>
        Look again
      </button>`,
    )}
    ${this.#search()} ${troubleBox(trouble, () => this.#pages.load())} ${this.#list()}
    ${
      this.open
        ? html`<admin-delivery .delivery=${this.open} @dialog-close=${this.#close}></admin-delivery>`
        : nothing
    }`;
  }

  get #filters(): Record<string, string> {
    return Object.fromEntries(FILTERS.map((name) => [name, this.query.get(name) ?? '']));
  }

  #search() {
    const { recipient, ticket, channel, state: wanted, why, event } = this.#filters;
    const text = (name: string, label: string, value = '', hint = '') =>
      html`<label class="entry">
        <span>${label}</span>
        <input name=${name} .value=${value} placeholder=${hint} autocomplete="off" spellcheck="false" />
      </label>`;
    return html`<form class="filters" role="search" aria-label="Deliveries" @submit=${this.#onSearch}>
      ${text('recipient', 'Person', recipient, 'id or address')} ${text('ticket', 'Ticket', ticket, 'id')}
      <label class="entry">
        <span>Channel</span>
        <select name="channel" .value=${channel ?? ''} @change=${this.#onChoice}>
          <option value="">All</option>
          ${CHANNELS.map((each) => html`<option value=${each} ?selected=${each === channel}>${channelName(each)}</option>`)}
        </select>
      </label>
      <label class="entry">
        <span>Outcome</span>
        <select name="state" .value=${wanted ?? ''} @change=${this.#onChoice}>
          <option value="">All</option>
          ${STATES.map((each) => html`<option value=${each} ?selected=${each === wanted}>${each}</option>`)}
        </select>
      </label>
      ${text('why', 'Reason code', why, 'opted_out')} ${text('event', 'Event', event, 'id')}
      <button class="button primary">Search</button>
      ${this.#isNarrowed ? html`<a class="button" href=${hrefOf('deliveries')}>All deliveries</a>` : nothing}
    </form>`;
  }

  get #isNarrowed(): boolean {
    return Object.values(this.#filters).some((value) => value !== '');
  }

  #list() {
    const { items, asked } = this.#pages;
    if (!items) return asked.trouble ? nothing : waiting();
    if (items.length === 0) return this.#nothing();
    return html`<ul class="rows" aria-label="Deliveries" aria-busy=${asked.isLoading}>
        ${items.map((delivery) => this.#row(delivery))}
      </ul>
      ${moreOf(this.#pages, 'Older ones')}`;
  }

  #nothing() {
    return this.#isNarrowed
      ? empty(
          'No delivery fits.',
          html`Ids have to be whole. <a class="link" href=${hrefOf('deliveries')}>Show all</a>.`,
        )
      : empty(
          'Nothing was to go out beside the bell yet.',
          html`Post an event, or see under <a class="link" href=${hrefOf('explain')}>Explain</a> who would
            hear of one. Which channels are configured,
            <a class="link" href=${hrefOf('system')}>System</a> says.`,
        );
  }

  #row(delivery: Delivery) {
    const { id, channel, recipient, state: is, why, ticket, purpose, updated_at } = delivery;
    return html`<li>
      <a class="row" href=${hrefOf('deliveries', id, this.#filters)}>
        <span class="main">
          <span class="title">${channelName(channel)} to ${plain(recipient)}</span>
          <span class="small muted"
            >${ticket ? html`Ticket ${plain(ticket)}, ` : nothing}${plain(purposeWords(purpose))}${
              why ? html`. ${plain(whyWords(why))}` : nothing
            }</span
          >
        </span>
        <span class="side">${pill(is)} ${timeOf(updated_at)}</span>
      </a>
    </li>`;
  }

  #onSearch = (event: SubmitEvent): void => {
    event.preventDefault();
    location.hash = hrefOf('deliveries', null, fieldsOf(event.target as HTMLFormElement));
  };

  #onChoice = (event: Event): void => (event.target as HTMLSelectElement).form?.requestSubmit();

  #close = (): void => {
    location.hash = hrefOf('deliveries', null, this.#filters);
  };

  static override styles = [
    adminStyles,
    css`
      .row .title {
        overflow-wrap: anywhere;
      }
    `,
  ];
}
