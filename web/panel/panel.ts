// `/panel`: the demo's staff panel, a pretend helpdesk in the browser. Choose who you are, look at tickets, act,
// and watch the bells of the others ring in other tabs.
import { html, LitElement, nothing } from 'lit';
import { query } from 'lit/decorators.js';
import type { BellhopBell } from '../elements/bell';
import { commentId, type Notification } from '../client/protocol';
import { icons } from '../elements/icons';
import { controls, theme } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { signIn } from '../home/session';
import { DeskController } from './controller';
import type { DeskAct } from './events';
import { initials } from './initials';
import { panelStyles } from './panel_styles';
import type { DeskTicket } from './types';

export class BellhopDesk extends LitElement {
  @query('bellhop-bell') private bell!: BellhopBell;
  #desk = new DeskController(this);

  override render() {
    const { agent, error, isReady } = this.#desk;
    if (!isReady || !agent) return this.#beforeStart(error);
    return html`${this.#bar()}
      <main class=${this.#desk.ticket ? 'has-ticket' : ''} @desk-act=${this.#onAct}>
        <nav class="tickets" aria-label="Tickets">${this.#tickets()}</nav>
        ${this.#ticket()}
      </main>`;
  }

  #beforeStart(error: string | null) {
    if (!error) return html`<p class="wait" aria-busy="true">Opening the desk…</p>`;
    return html`<div class="wait">
      <h1>This is the demo's desk</h1>
      <p>It works under <code>bellhop demo</code> only. (${error})</p>
      <a class="button" href="/">Home</a>
    </div>`;
  }

  #bar() {
    const { agents, agent, ticket } = this.#desk;
    return html`<header class="bar">
      <a class="brand" href="/panel" aria-label="Demo desk" @click=${this.#toList}
        ><span class="logo">${icons.bell}</span> <span>Demo desk</span></a
      >
      <span class="grow"></span>
      ${this.#ways()}
      <label class="who">
        <span class="hidden-text">You are</span>
        <span class="initials" aria-hidden="true">${initials(agent?.name ?? '')}</span>
        <select name="agent" @change=${this.#onAgent}>
          ${agents.map(
            ({ id, name, role }) =>
              html`<option value=${id} ?selected=${id === agent?.id}>
                ${name}${role === 'agent' ? '' : ` (${role})`}
              </option>`,
          )}
        </select>
      </label>
      <bellhop-bell
        token=${agent?.token ?? ''}
        .viewing=${ticket?.id ?? null}
        @bellhop-open=${this.#onNotification}
      ></bellhop-bell>
    </header>`;
  }

  /** In the bar, or below the tickets where the bar has no room. */
  #ways() {
    return html`<div class="ways">
      <a class="button mailbox" href="/mailbox" target="_blank" title="What was emailed, in a new tab"
        >Mailbox</a
      >
      <button
        class="button phone"
        type="button"
        title="Open the phone page in a new tab"
        @click=${this.#openPhone}
      >
        Phone page
      </button>
    </div>`;
  }

  #tickets() {
    const { tickets, ticket } = this.#desk;
    return html`${ticket ? html`<h2>Tickets</h2>` : html`<h1>Tickets</h1>`}
      <ul>
        ${tickets.map((item) => html`<li>${this.#ticketLink(item, item.id === ticket?.id)}</li>`)}
      </ul>
      ${this.#ways()}`;
  }

  #ticketLink(ticket: DeskTicket, isOpen: boolean) {
    const { id, number, subject, status, priority, customer, assignees } = ticket;
    return html`<a
      href="/panel?ticket=${encodeURIComponent(id)}"
      data-ticket=${id}
      aria-current=${isOpen ? 'true' : nothing}
      @click=${(event: MouseEvent) => this.#open(event, id)}
    >
      <span class="subject">${subject}</span>
      <span class="muted">#${number} · ${customer?.name ?? 'no customer'}</span>
      <span class="tags">
        <span class="tag ${status}">${status}</span>
        ${priority === 'normal' ? nothing : html`<span class="tag ${priority}">${priority}</span>`}
        <span class="assignee"
          >${assignees.map((who) => this.#desk.nameOf(who)).join(', ') || 'unassigned'}</span
        >
      </span>
    </a>`;
  }

  #ticket() {
    const { ticket, agent, agents, log, error } = this.#desk;
    if (!ticket || !agent) {
      return html`<section class="nothing">
        <span class="big">${icons.ticket}</span>
        <h2>Choose a ticket</h2>
        <p class="muted">Open a second tab, sit down as somebody else, and let the bells ring.</p>
      </section>`;
    }
    return html`<desk-ticket
        .ticket=${ticket}
        .me=${agent}
        .agents=${agents}
        @desk-back=${this.#toList}
      ></desk-ticket>
      <desk-acts .ticket=${ticket} .me=${agent} .agents=${agents} .log=${log} .error=${error}></desk-acts>`;
  }

  #onAgent = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    const agent = this.#desk.agents.find(({ id }) => id === value);
    if (agent) this.#desk.sitDown(agent);
  };

  #onAct = (event: CustomEvent<DeskAct>): void => {
    void this.#desk
      .act(event.detail)
      .then(() => this.renderRoot.querySelector('desk-ticket')?.refreshWatch());
  };

  /** The bell opens a ticket of this very page: without a page load, at the comment if there is one. */
  #onNotification = (event: CustomEvent<{ notification: Notification }>): void => {
    const { notification } = event.detail;
    if (!notification.ticket) return;
    event.preventDefault();
    this.#desk.openFrom(notification);
    const comment = commentId(notification);
    if (comment) void this.#jumpTo(comment);
  };

  async #jumpTo(comment: string): Promise<void> {
    await this.updateComplete;
    await this.renderRoot.querySelector('desk-ticket')?.jumpTo(comment);
  }

  #open(event: MouseEvent, id: string): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#desk.open(id);
  }

  #toList = (event: Event): void => {
    event.preventDefault();
    this.#desk.open(null);
  };

  #openPhone = async (): Promise<void> => {
    const page = window.open('about:blank', '_blank');
    const problem = await signIn(this.#desk.agent?.token ?? '');
    if (problem) page?.close();
    else if (page) page.location.href = '/notifications';
    this.bell.focus();
  };

  static override styles = [theme, controls, pageStyles, panelStyles];
}
