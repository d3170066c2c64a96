// One notification over the whole screen (R-130): everything that is known of it, and what can be done.
// Events: `details-back`, `details-unread`, `details-delete`.
import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { commentId, type Notification } from '../client/protocol';
import { icons } from '../elements/icons';
import { actorText, reasonText, ticketText } from '../elements/kinds';
import { fullTime } from '../elements/relative_time';
import { safeUrl } from '../elements/safe_url';
import { t } from '../elements/words';
import { controls } from '../elements/theme';
import { tintStyles, typeIcon } from '../elements/tints';
import { pageStyles } from '../home/page_styles';

export class BellhopDetails extends LitElement {
  @property({ attribute: false }) notification!: Notification;

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('.back')?.focus();
  }

  override render() {
    const { notification } = this;
    const href = safeUrl(notification.url);
    return html`<div class="bar">
        <button
          class="back"
          type="button"
          aria-label=${t('Back to the list')}
          @click=${() => this.#say('details-back')}
        >
          ${icons.back}
        </button>
        <span class="where">${ticketText(notification) || t('Notification')}</span>
      </div>
      <article>
        <div class="head">
          ${typeIcon(notification)}
          <h1 dir="auto">${notification.title}</h1>
        </div>
        ${notification.body ? html`<p class="body" dir="auto">${notification.body}</p>` : nothing}
        <dl>${this.#facts()}</dl>
      </article>
      <div class="acts">
        ${href ? html`<a class="button primary wide" href=${href} rel="noopener">${icons.open} ${t('Open ticket')}</a>` : nothing}
        <button class="button" type="button" @click=${() => this.#say('details-unread')}>
          ${t('Mark as unread')}
        </button>
        <button class="button danger" type="button" @click=${() => this.#say('details-delete')}>
          ${icons.trash} ${t('Delete')}
        </button>
      </div>`;
  }

  #facts() {
    const { notification } = this;
    const { ticket, created_at, priority } = notification;
    const priorities: Record<string, string> = { low: t('Low'), high: t('High'), critical: t('Critical') };
    const facts: [string, string | null | undefined][] = [
      [t('From'), actorText(notification)],
      [t('Why you'), reasonText(notification)],
      [t('Ticket'), ticket ? [ticketText(notification), ticket.subject].filter(Boolean).join(' · ') : null],
      [t('Comment'), commentId(notification)],
      [t('Priority'), priorities[priority]],
      [t('Received'), fullTime(created_at)],
    ];
    return facts
      .filter(([, value]) => value)
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd dir="auto">${value}</dd>
          </div>`,
      );
  }

  #say(name: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail: this.notification, bubbles: true, composed: true }));
  }

  static override styles = [
    controls,
    pageStyles,
    tintStyles,
    css`
      :host {
        position: fixed;
        inset: 0;
        z-index: 20;
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--bellhop-surface);
      }
      .bar {
        padding-top: max(6px, env(safe-area-inset-top));
        padding-inline-start: max(8px, env(safe-area-inset-left));
      }
      .back {
        display: grid;
        place-items: center;
        width: 44px;
        height: 44px;
        border-radius: 12px;
        font-size: 24px;
      }
      .where {
        font-weight: 600;
      }
      article {
        flex: 1;
        width: 100%;
        max-width: 720px;
        margin: 0 auto;
        padding: 24px 22px;
        overflow-y: auto;
        overflow-wrap: anywhere;
      }
      .head {
        display: flex;
        gap: 14px;
        align-items: center;
      }
      h1 {
        font-size: 22px;
      }
      .body {
        margin-top: 18px;
        font-size: 17px;
        line-height: 1.55;
        white-space: pre-line;
      }
      dl {
        margin: 24px 0 0;
        border-top: 1px solid var(--bellhop-line);
      }
      dl div {
        display: flex;
        gap: 16px;
        padding: 13px 0;
        border-bottom: 1px solid var(--bellhop-line);
      }
      dt {
        flex: none;
        width: 84px;
        color: var(--bellhop-muted);
      }
      dd {
        margin: 0;
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
        width: 100%;
        max-width: 720px;
        margin: 0 auto;
        padding: 12px 20px max(16px, env(safe-area-inset-bottom));
      }
      .acts .button {
        flex: 1;
        min-height: 50px;
        padding-inline: 10px;
        font-size: 16px;
        white-space: nowrap;
      }
      .wide {
        flex-basis: 100% !important;
      }
    `,
  ];
}
