// The open ticket: head, thread, and the composer with its Watch button (R-051). Events: `desk-act` (detail: what
// was done), `desk-back`.
import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icons } from '../elements/icons';
import { relativeTime } from '../elements/relative_time';
import { controls } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { agentNotes, agentReplies, assigned, closed, escalated, isClosed, type DeskAct } from './events';
import { initials } from './initials';
import { tagStyles } from './panel_styles';
import { ticketStyles } from './ticket_styles';
import type { DemoAgent, DeskTicket, Message } from './types';

export class DeskTicketView extends LitElement {
  @property({ attribute: false }) ticket!: DeskTicket;
  @property({ attribute: false }) me!: DemoAgent;
  @property({ attribute: false }) agents: DemoAgent[] = [];
  @state() private isNote = false;
  @query('textarea') private text!: HTMLTextAreaElement;

  /** An escalation makes people watch (R-056): the button must show it. */
  refreshWatch(): void {
    void this.renderRoot.querySelector('bellhop-watch')?.refresh();
  }

  /** Shows the comment that a notification spoke of. */
  async jumpTo(comment: string): Promise<void> {
    await this.updateComplete;
    const line = this.renderRoot.querySelector<HTMLElement>(`[data-comment="${CSS.escape(comment)}"]`);
    line?.scrollIntoView({ block: 'center' });
    line?.classList.add('found');
    line?.addEventListener('animationend', () => line.classList.remove('found'), { once: true });
  }

  override render() {
    return html`${this.#head()}
      <ol class="thread" aria-label="Thread">
        ${repeat(
          this.ticket.thread,
          ({ id }) => id,
          (message) => this.#message(message),
        )}
      </ol>
      ${this.#composer()}`;
  }

  #head() {
    const { number, subject, status, priority, customer, pm } = this.ticket;
    return html`<header>
      <button class="button back" type="button" @click=${(e: Event) => this.#leave(e)}>
        ${icons.back} Tickets
      </button>
      <h1>${subject}</h1>
      <p class="facts muted">
        <span>#${number}</span><span class="tag ${status}">${status}</span>
        ${priority === 'normal' ? nothing : html`<span class="tag ${priority}">${priority}</span>`}
        <span>${customer?.name ?? 'no customer'}</span>
        ${pm ? html`<span>PM: ${this.#nameOf(pm)}</span>` : nothing}
      </p>
      <div class="tools">
        <label>Assigned to ${this.#assignee()}</label>
        <button
          class="button"
          type="button"
          @click=${() => this.#say(escalated(this.ticket, this.me, 'normal'))}
        >
          Escalate
        </button>
        ${
          isClosed(this.ticket)
            ? nothing
            : html`<button
                class="button"
                type="button"
                @click=${() => this.#say(closed(this.ticket, this.me))}
              >
                Close
              </button>`
        }
      </div>
    </header>`;
  }

  #assignee() {
    const [current] = this.ticket.assignees;
    return html`<select name="assignee" @change=${this.#onAssign}>
      ${current ? nothing : html`<option value="" selected>nobody</option>`}
      ${this.agents.map(({ id, name }) => html`<option value=${id} .selected=${id === current}>${name}</option>`)}
    </select>`;
  }

  #message({ id, kind, author, text, at }: Message) {
    const when = html`<time>${relativeTime(at, Date.now())}</time>`;
    if (kind === 'event') {
      return html`<li class="happening" data-comment=${id}>
        <span><strong>${author}</strong> ${text} · ${when}</span>
      </li>`;
    }
    return html`<li class="message ${kind}" data-comment=${id}>
      <span class="initials" aria-hidden="true">${initials(author)}</span>
      <div>
        <p class="by">
          <strong>${author}</strong>${kind === 'note' ? html`<em>internal note</em>` : nothing} ${when}
        </p>
        <p class="text">${text}</p>
      </div>
    </li>`;
  }

  #composer() {
    const others = this.agents.filter(({ id }) => id !== this.me.id).map(({ id }) => `@${id}`);
    return html`<form class=${this.isNote ? 'note' : ''} @submit=${this.#onSubmit}>
      <div class="kinds">
        <button type="button" aria-pressed=${!this.isNote} @click=${() => (this.isNote = false)}>
          Reply
        </button>
        <button type="button" aria-pressed=${this.isNote} @click=${() => (this.isNote = true)}>
          Internal note
        </button>
      </div>
      <label class="hidden-text" for="text">Your ${this.isNote ? 'note' : 'reply'}</label>
      <textarea
        id="text"
        required
        rows="3"
        placeholder=${this.isNote ? `A note for colleagues. Mention one: ${others.join(' ')}` : `Answer ${this.ticket.customer?.name ?? 'the customer'}…`}
      ></textarea>
      <div class="submit">
        <button class="button primary" type="submit">${this.isNote ? 'Add note' : 'Send reply'}</button>
        <bellhop-watch ticket=${this.ticket.id} token=${this.me.token}></bellhop-watch>
      </div>
    </form>`;
  }

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = this.text.value.trim();
    if (!text) return;
    const write = this.isNote ? agentNotes : agentReplies;
    this.#say(write(this.ticket, this.me, text, this.agents));
    this.text.value = '';
  };

  #onAssign = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const to = this.agents.find(({ id }) => id === value);
    if (to) this.#say(assigned(this.ticket, to, this.me));
  };

  #leave(event: Event): void {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('desk-back', { bubbles: true, composed: true }));
  }

  #nameOf(id: string): string {
    return this.agents.find((agent) => agent.id === id)?.name ?? id;
  }

  #say(act: DeskAct): void {
    this.dispatchEvent(new CustomEvent('desk-act', { detail: act, bubbles: true, composed: true }));
  }

  static override styles = [controls, pageStyles, tagStyles, ticketStyles];
}
