// "Meanwhile": what others do to the open ticket, a click each, and below it what the hub was told and whom it
// notified. Event: `desk-act`.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import type { LogLine } from './controller';
import {
  agentNotes,
  assigned,
  customerReopens,
  customerReplies,
  escalated,
  isClosed,
  type DeskAct,
} from './events';
import type { DemoAgent, DeskTicket } from './types';

const REPLIES = [
  'Any news on this? It is still not working.',
  'Thank you, I tried that, and now I see another message.',
  'I have attached what you asked for. Can you check?',
  'It works again. Just one more question…',
];

export class DeskActs extends LitElement {
  @property({ attribute: false }) ticket!: DeskTicket;
  @property({ attribute: false }) me!: DemoAgent;
  @property({ attribute: false }) agents: DemoAgent[] = [];
  @property({ attribute: false }) log: LogLine[] = [];
  @property({ attribute: false }) error: string | null = null;
  @state() private colleagueId: string | null = null;

  override render() {
    const customer = this.ticket.customer?.name ?? 'The customer';
    const { colleague } = this;
    return html`<h2>Meanwhile, ${customer}</h2>
      <div class="acts">
        ${this.#button('customer-replies', 'Replies', () => customerReplies(this.ticket, this.#nextReply()))}
        ${isClosed(this.ticket) ? this.#button('customer-reopens', 'Reopens the ticket', () => customerReopens(this.ticket)) : nothing}
      </div>
      ${colleague ? this.#colleagueActs(colleague) : nothing} ${this.#log()}`;
  }

  private get colleague(): DemoAgent | null {
    const others = this.agents.filter(({ id }) => id !== this.me.id);
    return others.find(({ id }) => id === this.colleagueId) ?? others[0] ?? null;
  }

  #colleagueActs(colleague: DemoAgent) {
    const { ticket, me, agents } = this;
    const note = `@${me.id} have you seen this before?`;
    return html`<h2>
        <label
          >…and
          <select
            name="colleague"
            @change=${(e: Event) => (this.colleagueId = (e.target as HTMLSelectElement).value)}
          >
            ${agents
              .filter(({ id }) => id !== me.id)
              .map(
                ({ id, name }) => html`<option value=${id} .selected=${id === colleague.id}>${name}</option>`,
              )}
          </select>
        </label>
      </h2>
      <div class="acts">
        ${this.#button('mention', 'Mentions you in a note', () => agentNotes(ticket, colleague, note, agents))}
        ${this.#button('assign', 'Assigns it to you', () => assigned(ticket, me, colleague))}
        ${this.#button('escalate', 'Escalates it', () => escalated(ticket, colleague, 'normal'))}
        ${this.#button('emergency', 'Escalates it: emergency', () => escalated(ticket, colleague, 'emergency'))}
      </div>
      <h2>…or a rule</h2>
      <div class="acts">
        ${this.#button('assign-by-rule', 'Assigns it to you', () => assigned(ticket, me, null))}
      </div>`;
  }

  #button(name: string, label: string, act: () => DeskAct) {
    return html`<button class="button" type="button" name=${name} @click=${() => this.#say(act())}>
      ${label}
    </button>`;
  }

  #log() {
    return html`<h2 class="told">What the hub was told</h2>
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      ${this.log.length === 0 ? html`<p class="muted">Nothing yet.</p>` : nothing}
      <ol>
        ${this.log.map(
          ({ type, notified, error }) =>
            html`<li>
              <code>${type}</code>
              <span class=${error ? 'error' : 'muted'}>${error ?? this.#names(notified)}</span>
            </li>`,
        )}
      </ol>`;
  }

  #names(notified: string[]): string {
    const names = notified.map((id) => this.agents.find((agent) => agent.id === id)?.name ?? id);
    return names.length === 0 ? 'notified nobody' : `notified ${names.join(', ')}`;
  }

  #nextReply(): string {
    const count = this.ticket.thread.filter(({ kind }) => kind === 'customer').length;
    return REPLIES[(count - 1) % REPLIES.length] ?? REPLIES[0]!;
  }

  #say(act: DeskAct): void {
    this.dispatchEvent(new CustomEvent('desk-act', { detail: act, bubbles: true, composed: true }));
  }

  static override styles = [
    controls,
    pageStyles,
    css`
      :host {
        min-height: 0;
        padding: 20px;
        overflow-y: auto;
        border-inline-start: 1px solid var(--bellhop-line);
        background: var(--bellhop-surface);
      }
      h2 {
        margin: 20px 0 8px;
        font-size: 14px;
        font-weight: 620;
      }
      h2:first-child {
        margin-top: 0;
      }
      h2 select {
        min-height: 30px;
        padding: 2px 6px;
        font-weight: 570;
      }
      .acts {
        display: grid;
        gap: 6px;
      }
      .acts .button {
        justify-content: start;
        text-align: start;
      }
      .told {
        margin-top: 28px;
        padding-top: 20px;
        border-top: 1px solid var(--bellhop-line);
      }
      ol {
        display: grid;
        gap: 10px;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: 13.5px;
      }
      li {
        display: grid;
      }
      .error {
        color: var(--bellhop-red);
      }
    `,
  ];
}
