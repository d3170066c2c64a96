// One row of the phone's list: tap opens the details, swipe right reads, swipe left deletes, and two buttons do
// the same without a swipe. Events: `row-open`, `row-read`, `row-delete`, detail: the notification.
import { html, LitElement, nothing } from 'lit';
import { property, query } from 'lit/decorators.js';
import type { Notification } from '../client/protocol';
import { icons } from '../elements/icons';
import { actorText, isUnread, reasonText } from '../elements/kinds';
import { fullTime, relativeTime } from '../elements/relative_time';
import { t } from '../elements/words';
import { controls } from '../elements/theme';
import { tintStyles, typeIcon } from '../elements/tints';
import { rowStyles } from './row_styles';
import { Swipe } from './swipe';

const GONE_MS = 160;

export class BellhopRow extends LitElement {
  @property({ attribute: false }) notification!: Notification;
  @property({ type: Number }) now = 0;
  @query('.sheet') private sheet!: HTMLElement;
  #swipe: Swipe | null = null;
  #wasSwiped = false;

  override render() {
    const unread = isUnread(this.notification);
    const { title } = this.notification;
    return html`<div class="under read" aria-hidden="true">${icons.check} ${t('Read')}</div>
      <div class="under delete" aria-hidden="true">${t('Delete')} ${icons.trash}</div>
      <div
        class="sheet ${unread ? 'unread' : ''}"
        @pointerdown=${this.#onDown}
        @pointermove=${this.#onMove}
        @pointerup=${this.#onUp}
        @pointercancel=${this.#onCancel}
        @click=${this.#onClick}
      >
        ${typeIcon(this.notification)}
        <button class="open" type="button" @click=${() => this.#tap()}>
          <span class="title" dir="auto">${title}</span>
          ${this.notification.body ? html`<span class="body" dir="auto">${this.notification.body}</span>` : nothing}
          ${this.#meta()} ${unread ? html`<span class="hidden-text">${t('Unread')}</span>` : nothing}
        </button>
        <div class="acts">
          ${
            unread
              ? html`<button
                  class="act do-read"
                  type="button"
                  aria-label="${t('Mark as read')}: ${title}"
                  @click=${() => this.#say('row-read')}
                >
                  ${icons.check}
                </button>`
              : nothing
          }
          <button
            class="act do-delete"
            type="button"
            aria-label="${t('Delete')}: ${title}"
            @click=${() => this.#say('row-delete')}
          >
            ${icons.trash}
          </button>
        </div>
      </div>`;
  }

  #meta() {
    const { created_at, reason } = this.notification;
    const actor = actorText(this.notification);
    const why = reasonText(this.notification);
    return html`<span class="meta"
      ><span class="parts">
        ${actor ? html`<span>${actor}</span>` : nothing}
        <time datetime=${created_at} title=${fullTime(created_at)}
          >${relativeTime(created_at, this.now)}</time
        >
        ${why ? html`<span class=${reason === 'watching' ? 'watching' : ''}>${why}</span>` : nothing}
      </span></span
    >`;
  }

  #onDown = (event: PointerEvent): void => {
    if (!event.isPrimary || event.button !== 0) return;
    this.#wasSwiped = false;
    this.#swipe = new Swipe(event.clientX, event.clientY, this.offsetWidth);
  };

  #onMove = (event: PointerEvent): void => {
    if (!this.#swipe) return;
    this.#swipe.move(event.clientX, event.clientY);
    if (!this.#swipe.isSideways) return;
    this.#wasSwiped = true;
    if (!this.sheet.hasPointerCapture(event.pointerId)) this.sheet.setPointerCapture(event.pointerId);
    this.#slide(this.#swipe.offset, 'none');
    this.toggleAttribute('committed', this.#swipe.verdict !== null);
  };

  #onUp = (): void => {
    const verdict = this.#swipe?.verdict ?? null;
    this.#swipe = null;
    if (verdict === 'delete') return this.#leave();
    this.#slide(0);
    if (verdict === 'read') this.#say('row-read');
  };

  #onCancel = (): void => {
    this.#swipe = null;
    this.#slide(0);
  };

  /** The click that ends a swipe opens nothing. */
  #onClick = (event: MouseEvent): void => {
    if (this.#wasSwiped) event.stopPropagation();
    this.#wasSwiped = false;
  };

  #tap(): void {
    if (!this.#wasSwiped) this.#say('row-open');
  }

  #leave(): void {
    this.#slide(-this.offsetWidth);
    setTimeout(() => {
      this.#say('row-delete');
      this.#slide(0, 'none');
    }, GONE_MS);
  }

  #slide(x: number, transition = ''): void {
    this.removeAttribute('committed');
    this.dataset.side = x > 0 ? 'read' : x < 0 ? 'delete' : '';
    this.sheet.style.transition = transition;
    this.sheet.style.transform = x === 0 ? '' : `translateX(${x}px)`;
  }

  #say(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail: this.notification, bubbles: true, composed: true }));
  }

  static override styles = [controls, tintStyles, rowStyles];
}
