// The footer line of the bell and of the notifications page: connection state, last sync, firewall hint.
// Event: `status-retry` when the person asks to connect again.
import { css, html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import type { ClientStatus } from '../client/client';
import { relativeTime } from './relative_time';
import { statusText } from './status_text';
import { controls } from './theme';
import { t } from './words';

export class BellhopStatus extends LitElement {
  @property({ attribute: false }) status!: ClientStatus;
  @property({ type: Number }) pollEveryMs = 30_000;
  @property({ type: Number }) now = 0;

  override render() {
    const { label, tone, hint } = statusText(this.status, this.pollEveryMs);
    const { lastSyncAt, lastError, phase } = this.status;
    const canRetry = phase === 'ended' || phase === 'signed_out' || phase === 'offline';
    return html`<div class="line" part="status" data-phase=${phase} data-way=${this.status.way ?? ''}>
        <span class="dot ${tone}"></span>
        <span class="label" role="status" title=${lastError && phase !== 'live' ? lastError : nothing}
          >${label}</span
        >
        ${lastSyncAt ? html`<span class="sync">${t('Updated {when}', { when: relativeTime(lastSyncAt, this.now) })}</span>` : nothing}
        ${canRetry ? html`<button class="link" type="button" @click=${this.#retry}>${t('Try again')}</button>` : nothing}
      </div>
      ${hint ? html`<p class="hint" part="hint">${hint}</p>` : nothing}`;
  }

  #retry = (): void => {
    this.dispatchEvent(new CustomEvent('status-retry', { bubbles: true, composed: true }));
  };

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        font-size: 12.5px;
        color: var(--bellhop-muted);
      }
      .line {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 24px;
      }
      .label {
        font-weight: 550;
        color: var(--bellhop-text);
      }
      .sync {
        margin-inline-start: auto;
      }
      .dot {
        --tone: var(--bellhop-muted);
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--tone);
        box-shadow: 0 0 0 3px color-mix(in srgb, var(--tone) 18%, transparent);
      }
      .good {
        --tone: var(--bellhop-green);
      }
      .fair {
        --tone: var(--bellhop-amber);
      }
      .bad {
        --tone: var(--bellhop-red);
      }
      .hint {
        margin: 4px 0 0;
      }
    `,
  ];
}
