// One row of the bell's list: icon, text, who and when, and the two acts. All text from outside is text.
// Events (they bubble to the bell): `item-open` (cancelable), `item-read`, `item-dismiss`, detail: the notification.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property } from 'lit/decorators.js';
import type { Notification } from '../client/protocol';
import { icons } from './icons';
import { actorText, isUnread, reasonText, ticketText } from './kinds';
import { fullTime, relativeTime } from './relative_time';
import { safeUrl } from './safe_url';
import { controls } from './theme';
import { tintStyles, typeIcon } from './tints';

export class BellhopItem extends LitElement {
  @property({ attribute: false }) notification!: Notification;
  /** The time that "5 minutes ago" is counted from; one ticking clock for the whole list. */
  @property({ type: Number }) now = 0;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.open')?.focus();
  }

  override render() {
    const { notification } = this;
    const unread = isUnread(notification);
    return html`<div class="row ${unread ? 'unread' : ''}" part="item ${unread ? 'item-unread' : ''}">
      ${typeIcon(notification)} ${this.#text(unread)} ${this.#acts(unread)}
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('notification')) this.toggleAttribute('unread', isUnread(this.notification));
  }

  #text(unread: boolean) {
    const { title, body, url } = this.notification;
    const href = safeUrl(url);
    const words = html`<span class="title" part="item-title">${title}</span>
      ${body ? html`<span class="body" part="item-body">${body}</span>` : nothing}`;
    return html`<div class="text">
      ${
        href
          ? html`<a class="open" href=${href} rel="noopener" @click=${this.#open}>${words}</a>`
          : html`<button class="open" type="button" @click=${this.#open}>${words}</button>`
      }
      ${this.#meta()}
      ${unread ? html`<span class="mark" part="unread-mark"><span class="hidden-text">Unread</span></span>` : nothing}
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
        ${actor ? html`<span class="actor">${actor}</span>` : nothing}
        <time datetime=${created_at} title=${fullTime(created_at)}
          >${relativeTime(created_at, this.now)}</time
        >
        ${ticket ? html`<span class="ticket">${ticket}</span>` : nothing}
        ${why ? html`<span class="why ${reason === 'watching' ? 'watching' : ''}">${why}</span>` : nothing}
      </span></span
    >`;
  }

  #acts(unread: boolean) {
    const { title } = this.notification;
    return html`<div class="acts" part="item-acts">
      ${
        unread
          ? html`<button
              class="act read"
              type="button"
              title="Mark as read"
              aria-label="Mark as read: ${title}"
              @click=${this.#read}
            >
              ${icons.check}
            </button>`
          : nothing
      }
      <button
        class="act dismiss"
        type="button"
        title="Dismiss"
        aria-label="Dismiss: ${title}"
        @click=${() => this.#say('item-dismiss')}
      >
        ${icons.close}
      </button>
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

  #say(name: string): boolean {
    const init = { detail: this.notification, bubbles: true, composed: true, cancelable: true };
    return this.dispatchEvent(new CustomEvent(name, init));
  }

  static override styles = [
    controls,
    tintStyles,
    css`
      :host {
        display: block;
      }
      .row {
        position: relative;
        display: flex;
        gap: 12px;
        padding: 12px 14px 12px 18px;
      }
      .row:hover,
      .row:focus-within {
        background: var(--bellhop-hover);
      }
      .unread {
        background: var(--bellhop-unread);
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .open {
        display: block;
        width: 100%;
        text-align: start;
        text-decoration: none;
        border-radius: 6px;
        overflow-wrap: anywhere;
      }
      /* The whole row opens it; the acts lie above. */
      .open::after {
        content: '';
        position: absolute;
        inset: 0;
      }
      .open:focus-visible {
        outline: none;
      }
      .open:focus-visible::after {
        outline: 2px solid var(--bellhop-accent);
        outline-offset: -2px;
        border-radius: 8px;
      }
      .title {
        display: block;
        padding-inline-end: 14px;
      }
      .unread .title {
        font-weight: 600;
      }
      .body {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        line-clamp: 2;
        overflow: hidden;
        margin-top: 1px;
        color: var(--bellhop-muted);
      }
      .meta {
        display: block;
        overflow: clip;
        margin-top: 4px;
        font-size: 12.5px;
        color: var(--bellhop-muted);
      }
      /* The dot before each part; that of a line's first part lies outside and is cut off. */
      .parts {
        display: flex;
        flex-wrap: wrap;
        margin-inline-start: -15px;
      }
      .parts > * {
        position: relative;
        padding-inline-start: 15px;
      }
      .parts > *::before {
        content: '·';
        position: absolute;
        inset-inline-start: 5px;
        color: var(--bellhop-muted);
        font-weight: 400;
      }
      .actor {
        font-weight: 550;
        color: var(--bellhop-text);
      }
      .why.watching {
        color: var(--bellhop-green);
        font-weight: 550;
      }
      .mark {
        position: absolute;
        left: 6px;
        top: 27px;
        width: 7px;
        height: 7px;
        border-radius: 50%;
        background: var(--bellhop-accent);
      }
      .acts {
        position: absolute;
        top: 8px;
        right: 10px;
        display: flex;
        gap: 2px;
        padding: 2px;
        border-radius: 9px;
        background: var(--bellhop-surface);
        box-shadow: 0 0 0 1px var(--bellhop-line);
        opacity: 0;
        transition: opacity 0.12s;
      }
      .row:hover .acts,
      .row:focus-within .acts {
        opacity: 1;
      }
      .act {
        display: grid;
        place-items: center;
        width: 28px;
        height: 28px;
        border-radius: 7px;
        font-size: 17px;
        color: var(--bellhop-muted);
      }
      .act:hover {
        color: var(--bellhop-text);
        background: var(--bellhop-hover);
      }
      .read:hover {
        color: var(--bellhop-green);
      }
      .dismiss:hover {
        color: var(--bellhop-red);
      }
      @media (hover: none) {
        .acts {
          position: static;
          flex-direction: column;
          align-self: start;
          margin: -4px -4px -4px 0;
          opacity: 1;
          background: none;
          box-shadow: none;
        }
        .act {
          width: 40px;
          height: 40px;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .acts {
          transition: none;
        }
      }
    `,
  ];
}
