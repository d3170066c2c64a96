// `<bellhop-watch ticket="…">`: follows one ticket. Gray with "Watch"; green, with an eye and "Watching", while the agent
// does (R-051, R-052). For a helpdesk's page, beside its reply button.
//
// Attributes: `ticket`, and `server`, `token`, `token-url`, `theme`, `lang` as for `<bellhop-bell>`.
// Events: `bellhop-watch` {ticket, watching} after a click was accepted.
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { Api } from '../client/api';
import { Credentials } from '../client/credentials';
import { browserEnvironment } from '../client/environment';
import type { Notification } from '../client/protocol';
import { icons } from './icons';
import { scriptOrigin } from './script_origin';
import { controls, theme } from './theme';
import { speak, t, WordsController } from './words';

const IDENTITY = ['server', 'token', 'tokenUrl'];

export class BellhopWatch extends LitElement {
  @property() ticket: string | null = null;
  @property() server: string | null = null;
  @property() token: string | null = null;
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;
  /** Null until the hub has answered. */
  @state() private isWatching: boolean | null = null;
  @state() private isBusy = false;
  @state() private failure: string | null = null;
  #api: Api | null = null;
  #listening = new AbortController();

  constructor() {
    super();
    new WordsController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.lang || document.documentElement.lang) void speak(this.lang, document.documentElement.lang);
    const { signal } = (this.#listening = new AbortController());
    // Another tab may have changed it, and an escalation makes people watch (R-056).
    document.addEventListener('visibilitychange', () => void this.refresh(), { signal });
    window.addEventListener('bellhop-notification', (event) => this.#onArrival(event), { signal });
    window.addEventListener('bellhop-watch', (event) => this.#onOther(event), { signal });
    if (this.hasUpdated) void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (IDENTITY.some((name) => changed.has(name)) || !this.#api) this.#api = this.#ownApi();
    if (changed.has('ticket') || IDENTITY.some((name) => changed.has(name))) {
      this.isWatching = null;
      void this.refresh();
    }
  }

  /** Asks the hub again. */
  async refresh(): Promise<void> {
    const { ticket } = this;
    if (!ticket || !this.#api || document.visibilityState === 'hidden') return;
    try {
      const watched = await this.#api.watches();
      if (ticket === this.ticket && !this.isBusy) this.isWatching = watched.includes(ticket);
      this.failure = null;
    } catch {
      // What was known stays; a click says what is wrong.
    }
  }

  override render() {
    if (!this.ticket) return nothing;
    const isOn = this.isWatching === true;
    return html`<button
        class="watch ${isOn ? 'on' : ''}"
        part="button ${isOn ? 'watching' : ''}"
        type="button"
        aria-pressed=${isOn}
        ?disabled=${this.isBusy || this.isWatching === null}
        title=${isOn ? t('You are told when the client replies. Click to stop.') : t('Be told when the client replies')}
        @click=${this.#toggle}
      >
        ${isOn ? icons.eye : nothing} ${isOn ? t('Watching') : t('Watch')}
      </button>
      ${this.failure ? html`<span class="failure" role="alert">${this.failure}</span>` : nothing}`;
  }

  #toggle = async (): Promise<void> => {
    const { ticket } = this;
    const wanted = !this.isWatching;
    if (!ticket || !this.#api || this.isBusy) return;
    this.isBusy = true;
    this.failure = null;
    try {
      await this.#api.watch(ticket, wanted);
      if (ticket === this.ticket) this.isWatching = wanted;
      const detail = { ticket, watching: wanted };
      this.dispatchEvent(new CustomEvent('bellhop-watch', { detail, bubbles: true, composed: true }));
    } catch (error) {
      this.failure = t('That did not work: {why}', { why: (error as Error).message });
    } finally {
      this.isBusy = false;
    }
  };

  #onArrival(event: Event): void {
    const { notification } = (event as CustomEvent<{ notification: Notification }>).detail;
    if (notification.ticket?.id === this.ticket) void this.refresh();
  }

  #onOther(event: Event): void {
    const { ticket, watching } = (event as CustomEvent<{ ticket: string; watching: boolean }>).detail;
    if (ticket === this.ticket) this.isWatching = watching;
  }

  #ownApi(): Api {
    const environment = browserEnvironment();
    const server = (this.server ?? scriptOrigin()).replace(/\/+$/, '');
    return new Api(server, new Credentials(this, environment), environment);
  }

  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
      }
      :host([hidden]) {
        display: none;
      }
      .watch {
        display: inline-flex;
        align-items: center;
        justify-content: center;
        gap: 6px;
        min-height: 40px;
        padding: 6px 16px;
        border-radius: 10px;
        font-weight: 600;
        color: var(--bellhop-gray);
        background: color-mix(in srgb, var(--bellhop-gray) 10%, transparent);
        box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--bellhop-gray) 30%, transparent);
      }
      .watch svg {
        font-size: 18px;
      }
      .watch:hover:not(:disabled) {
        background: color-mix(in srgb, var(--bellhop-gray) 16%, transparent);
      }
      .watch.on,
      .watch.on:hover:not(:disabled) {
        color: #fff;
        background: #14804a;
        box-shadow: none;
      }
      .failure {
        font-size: 13px;
        color: var(--bellhop-red);
      }
      @media (hover: none) {
        .watch {
          min-height: 44px;
        }
      }
    `,
  ];
}
