// One row of the bell's list: icon, text, who and when, and the acts. It may stand for all entries about a ticket. All
// text from outside is text.
// Events (they bubble to the list), detail: the notification: `item-open` (cancelable), `item-read`, `item-unread`,
// `item-dismiss`, `item-snooze` (detail: { notification, until }), `item-why`, `item-expand`.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Notification } from '../client/protocol';
import type { Row } from './grouping';
import { hasUnread } from './grouping';
import { icons } from './icons';
import { itemStyles } from './item_styles';
import { actorText, isUnread, reasonText, ticketText } from './kinds';
import { fullTime, relativeTime } from './relative_time';
import { safeUrl } from './safe_url';
import { snoozeTimes } from './snooze_times';
import { controls } from './theme';
import { tintStyles, typeIcon } from './tints';
import { t, tn } from './words';

export class BellhopItem extends LitElement {
  @property({ attribute: false }) notification!: Notification;
  /** Of a list by tickets: what else the row stands for. */
  @property({ attribute: false }) row: Row | null = null;
  /** The time that "5 minutes ago" is counted from; one ticking clock for the whole list. */
  @property({ type: Number }) now = 0;
  /** Why the person has it, in the hub's words; null until asked. */
  @property({ attribute: false }) why: string | null = null;
  @state() private opened: 'snooze' | 'why' | null = null;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.open')?.focus();
  }

  get isUnread(): boolean {
    return this.row ? hasUnread(this.row) : isUnread(this.notification);
  }

  /** Opens the choice of times, or closes it. */
  snooze(): void {
    this.opened = this.opened === 'snooze' ? null : 'snooze';
    void this.updateComplete.then(() => {
      if (this.opened) this.renderRoot.querySelector<HTMLElement>('.time')?.focus();
      else this.focus();
    });
  }

  explain(): void {
    this.opened = this.opened === 'why' ? null : 'why';
    if (this.opened) this.#say('item-why');
  }

  /** Says whether something was open. */
  close(): boolean {
    const wasOpen = this.opened !== null;
    this.opened = null;
    if (wasOpen) this.focus();
    return wasOpen;
  }

  override render() {
    const { notification, isUnread: unread } = this;
    return html`<div
      class="row ${unread ? 'unread' : ''} ${this.row?.isMember ? 'member' : ''}"
      part="item ${unread ? 'item-unread' : ''}"
    >
      ${typeIcon(notification)} ${this.#text(unread)} ${this.#acts(unread)}
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('notification') || changed.has('row')) this.toggleAttribute('unread', this.isUnread);
  }

  #text(unread: boolean) {
    const { title, body, url } = this.notification;
    const href = safeUrl(url);
    const words = html`<span class="title" part="item-title" dir="auto">${title}</span>
      ${body ? html`<span class="body" part="item-body" dir="auto">${body}</span>` : nothing}`;
    return html`<div class="text">
      ${
        href
          ? html`<a class="open" href=${href} rel="noopener" @click=${this.#open}>${words}</a>`
          : html`<button class="open" type="button" @click=${this.#open}>${words}</button>`
      }
      ${this.#meta()}
      ${unread ? html`<span class="mark" part="unread-mark"><span class="hidden-text">${t('Unread')}</span></span>` : nothing}
      ${this.#more()} ${this.#below()}
    </div>`;
  }

  #meta() {
    const { created_at, reason } = this.notification;
    const actor = actorText(this.notification);
    const why = reasonText(this.notification);
    const number = ticketText(this.notification);
    const ticket = this.notification.title.includes(number) ? '' : number;
    return html`<span class="meta" part="item-meta"
      ><span class="parts">
        ${actor ? html`<bdi class="actor">${actor}</bdi>` : nothing}
        <time datetime=${created_at} title=${fullTime(created_at)}
          >${relativeTime(created_at, this.now)}</time
        >
        ${ticket ? html`<bdi class="ticket">${ticket}</bdi>` : nothing}
        ${why ? html`<span class="why ${reason === 'watching' ? 'watching' : ''}">${why}</span>` : nothing}
      </span></span
    >`;
  }

  /** Of a group: how many more there are, and the way to them. */
  #more() {
    const { row } = this;
    if (!row || row.members.length < 2) return nothing;
    const others = row.members.length - 1;
    return html`<button
      class="more"
      type="button"
      part="item-more"
      aria-expanded=${row.isExpanded}
      @click=${() => this.#say('item-expand')}
    >
      ${tn('{count} more about this ticket', '{count} more about this ticket', others)} ${icons.down}
    </button>`;
  }

  #below() {
    if (this.opened === 'why') {
      return html`<p class="below explanation" role="status" dir="auto">${this.why ?? t('Loading…')}</p>`;
    }
    if (this.opened !== 'snooze') return nothing;
    return html`<div class="below times" role="group" aria-label=${t('Snooze until')}>
      ${snoozeTimes(this.now || Date.now()).map(
        ({ id, label, until, when }) =>
          html`<button class="time" type="button" data-time=${id} @click=${() => this.#snooze(until)}>
            <b>${label}</b><span>${when}</span>
          </button>`,
      )}
    </div>`;
  }

  #acts(unread: boolean) {
    const { title } = this.notification;
    const act = (name: string, icon: unknown, label: string, onClick: () => void, key: string) =>
      html`<button
        class="act ${name}"
        type="button"
        title="${label} (${key})"
        aria-label="${label}: ${title}"
        aria-keyshortcuts=${key}
        @click=${onClick}
      >
        ${icon}
      </button>`;
    return html`<div class="acts" part="item-acts">
      ${
        unread
          ? act('read', icons.check, t('Mark as read'), this.#read, 'r')
          : act('unread', icons.dot, t('Mark as unread'), () => this.#say('item-unread'), 'r')
      }
      ${act('snooze', icons.clock, t('Snooze'), () => this.snooze(), 's')}
      ${act('explain', icons.info, t('Why did I get this?'), () => this.explain(), 'w')}
      ${act('dismiss', icons.close, t('Dismiss'), () => this.#say('item-dismiss'), 'e')}
    </div>`;
  }

  #open = (event: MouseEvent): void => {
    const isElsewhere = event.metaKey || event.ctrlKey || event.shiftKey;
    if (!this.#say('item-open') && !isElsewhere) event.preventDefault();
  };

  /** The button goes with the mark; whoever works by keyboard stays on this entry. */
  #read = (): void => {
    this.focus();
    this.#say('item-read');
  };

  #snooze(until: string): void {
    this.opened = null;
    const detail = { notification: this.notification, until };
    this.dispatchEvent(new CustomEvent('item-snooze', { detail, bubbles: true, composed: true }));
  }

  #say(name: string): boolean {
    const init = { detail: this.notification, bubbles: true, composed: true, cancelable: true };
    return this.dispatchEvent(new CustomEvent(name, init));
  }

  static override styles = [controls, tintStyles, itemStyles];
}
