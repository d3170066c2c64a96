// "Push on this device": off until the person turns it on (R-002), with what stands in the way where it does not go, and
// where to look when nothing appears (R-181).
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { BellhopClient } from '../client/client';
import type { Agent } from '../client/protocol';
import { Push, type PushState } from '../client/push';
import { controls, theme } from './theme';
import { t, WordsController } from './words';

const WHY_NOT: Partial<Record<PushState, string>> = {
  blocked:
    'This browser was told not to show notifications of this page. Allow them in its settings for this site, then reload.',
  'needs-install':
    'On an iPhone or iPad: tap Share, then “Add to Home Screen”, and turn push on in the app that appears there.',
};

export class BellhopPushSwitch extends LitElement {
  @property({ attribute: false }) client: BellhopClient | null = null;
  /** Known a moment after the client; whose push it is. */
  @property({ attribute: false }) agent: Agent | null = null;
  @state() private pushState: PushState | null = null;
  @state() private isBusy = false;
  @state() private failure: string | null = null;
  #syncedFor: string | null = null;

  constructor() {
    super();
    new WordsController(this);
  }

  protected override updated(_changed: PropertyValues): void {
    const agent = this.agent?.id;
    if (!agent || this.#syncedFor === agent) return;
    this.#syncedFor = agent;
    void this.#run((push) => push.sync(agent));
  }

  override render() {
    const push = this.pushState;
    if (push === null || push === 'unsupported') return nothing;
    return html`<section aria-label=${t('Push on this device')}>
      <div class="row">
        <span class="text">${t('Push on this device')}</span>
        ${push === 'on' || push === 'off' ? this.#button(push) : nothing}
      </div>
      ${WHY_NOT[push] ? html`<p>${t(WHY_NOT[push])}</p>` : nothing}
      ${this.failure ? html`<p role="alert" class="failure">${this.failure}</p>` : nothing}
      ${push === 'on' ? hints() : nothing}
    </section>`;
  }

  #button(push: 'on' | 'off') {
    return html`<button
      class="link toggle"
      type="button"
      data-push=${push}
      ?disabled=${this.isBusy}
      @click=${push === 'on' ? this.#turnOff : this.#turnOn}
    >
      ${push === 'on' ? t('Turn off') : t('Turn on')}
    </button>`;
  }

  #turnOn = (): void => {
    const agent = this.agent?.id;
    if (agent) void this.#run((push) => push.subscribe(agent));
  };

  #turnOff = (): void => {
    void this.#run((push) => push.unsubscribe());
  };

  async #run(act: (push: Push) => Promise<PushState>): Promise<void> {
    if (!this.client) return;
    this.isBusy = true;
    this.failure = null;
    try {
      this.pushState = await act(new Push(this.client.api));
    } catch (error) {
      this.pushState ??= 'off';
      this.failure = t('That did not work: {why}', {
        why: error instanceof Error ? error.message : String(error),
      });
    } finally {
      this.isBusy = false;
    }
  }

  static override styles = [
    theme,
    controls,
    css`
      section {
        padding: 12px 16px;
        border-top: 1px solid var(--bellhop-line);
        background: var(--bellhop-surface);
      }
      .row {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 44px;
      }
      .text {
        flex: 1;
        font-weight: 550;
      }
      .toggle {
        min-height: 44px;
        min-width: 44px;
        padding: 0 8px;
      }
      p,
      details {
        margin: 4px 0;
        color: var(--bellhop-muted);
        font-size: 13px;
      }
      .failure {
        color: var(--bellhop-red);
      }
      summary {
        min-height: 32px;
        cursor: pointer;
      }
    `,
  ];
}

function hints() {
  return html`<details>
    <summary>${t('Nothing appears?')}</summary>
    <p>
      ${t('Windows: in Settings, System, Notifications, allow your browser; and turn off Do not disturb (Focus assist), or put the browser on its list of priorities.')}
    </p>
    <p>${t('Chrome and Edge: in Settings, System, let background apps run when the browser is closed.')}</p>
    <p>${t('macOS: in System Settings, Notifications, allow your browser; and look at Focus.')}</p>
  </details>`;
}
