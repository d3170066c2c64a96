// `<bellhop-bell>`: the bell in a helpdesk's header, with badge, red indicator and the panel that it opens.
//
// Attributes: `server` (the hub's origin; default: where this script came from), `token` or `token-url` (without
// either: the hub's session cookie), `theme` (light, dark), `viewing` (the ticket on screen), `all-url` (a page
// with the whole list), `poll-every-ms`.
// Events: `bellhop-open` {notification}, cancelable, before the ticket is opened; `bellhop-notification`
// {notification} when one arrives; `bellhop-toggle` {open}.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { DEFAULT_TIMING, browserEnvironment } from '../client/environment';
import type { BellhopClient } from '../client/client';
import type { Notification } from '../client/protocol';
import { bellStyles } from './bell_styles';
import { ClientController } from './client_controller';
import { icons } from './icons';
import { renderList } from './list';
import { NoticeController } from './notice';
import { placePanel } from './placement';
import type { BellhopPreferences } from './preferences';
import { scriptOrigin } from './script_origin';
import { controls, theme } from './theme';

const IDENTITY = ['server', 'token', 'tokenUrl', 'pollEveryMs'];
const MOST_SHOWN = 99;

export class BellhopBell extends LitElement {
  @property() server: string | null = null;
  @property() token: string | null = null;
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;
  @property() viewing: string | null = null;
  @property({ attribute: 'all-url' }) allUrl: string | null = null;
  @property({ attribute: 'poll-every-ms', type: Number }) pollEveryMs = DEFAULT_TIMING.pollEveryMs;
  @property({ type: Boolean, reflect: true }) open = false;
  @state() private announced = '';
  /** What the open panel shows. */
  @state() private view: 'list' | 'preferences' = 'list';
  @query('.panel') private panel!: HTMLElement | null;
  @query('.bell') private button!: HTMLButtonElement;
  @query('bellhop-preferences') private preferences!: BellhopPreferences | null;

  #outside: AbortController | null = null;
  #notice = new NoticeController(this);
  #hub = new ClientController(this, {
    onNotification: (notification) => this.#onArrival(notification),
    onRefused: (message) => this.#notice.show(`That did not work: ${message}`),
  });

  /** The headless client behind this bell; null while the element is not in a page. */
  get client(): BellhopClient | null {
    return this.#hub.client;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#connect();
  }

  override disconnectedCallback(): void {
    this.open = false;
    this.#outside?.abort();
    super.disconnectedCallback();
  }

  toggle(open = !this.open): void {
    if (open === this.open) return;
    this.open = open;
    this.dispatchEvent(
      new CustomEvent('bellhop-toggle', { detail: { open }, bubbles: true, composed: true }),
    );
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (IDENTITY.some((name) => changed.has(name))) this.#connect();
    if (changed.has('open') && !this.open) this.view = 'list';
    if (changed.has('viewing') || IDENTITY.some((name) => changed.has(name))) this.client?.viewing(this.viewing);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('open') && (this.open || changed.get('open'))) this.#onToggled();
    if (changed.has('view') && this.open) this.#onViewChanged();
    // Looking at the open list: what arrives in it has been seen.
    if (this.open && this.view === 'list' && document.visibilityState === 'visible' && this.client?.isLoaded)
      this.client.seen();
  }

  override render() {
    const { unread, unseen } = this.client?.counts ?? { unread: 0, unseen: 0 };
    return html`<button
        class="bell ${unseen > 0 ? 'ringing' : ''}"
        part="button"
        type="button"
        aria-haspopup="dialog"
        aria-expanded=${this.open ? 'true' : 'false'}
        aria-label=${bellLabel(unread, unseen)}
        title="Notifications"
        @click=${() => (this.open ? this.#leave() : this.toggle(true))}
      >
        ${icons.bell}
        ${
          unread > 0
            ? html`<span class="badge" part="badge">
                ${unseen > 0 ? html`<span class="indicator" part="indicator"></span>` : nothing}
                <span class="number">${unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span>
              </span>`
            : nothing
        }
      </button>
      <span class="hidden-text" aria-live="polite">${this.announced}</span>
      ${this.open ? this.#panel() : nothing}`;
  }

  #panel() {
    const { client } = this;
    if (!client) return nothing;
    return html`<section
      class="panel"
      part="panel"
      role="dialog"
      aria-label=${this.view === 'list' ? 'Notifications' : 'Notification preferences'}
      tabindex="-1"
      popover="manual"
      @keydown=${this.#onKey}
      @item-open=${this.#onOpen}
      @item-read=${(event: CustomEvent<Notification>) => client.read([event.detail.id])}
      @item-dismiss=${(event: CustomEvent<Notification>) => this.#dismiss(event.detail)}
      @status-retry=${() => client.start()}
      @preferences-back=${() => (this.view = 'list')}
    >
      ${this.view === 'list' ? this.#list(client) : html`<bellhop-preferences .api=${client.api}></bellhop-preferences>`}
    </section>`;
  }

  #list(client: BellhopClient) {
    return renderList({
      client,
      notice: this.#notice,
      now: Date.now(),
      pollEveryMs: this.pollEveryMs,
      allUrl: this.allUrl,
      onPreferences: () => (this.view = 'preferences'),
    });
  }

  #connect(): void {
    if (!this.isConnected) return;
    this.#hub.open({
      server: this.server ?? scriptOrigin(),
      token: this.token,
      tokenUrl: this.tokenUrl,
      environment: browserEnvironment({ pollEveryMs: this.pollEveryMs }),
    });
  }

  #onToggled(): void {
    this.#outside?.abort();
    if (!this.open) return;
    const { panel } = this;
    if (!panel) return;
    // The top layer, where the browser has one: no `overflow` or `z-index` of the helpdesk can cut the panel.
    panel.showPopover?.();
    const place = () => placePanel(panel, this.button.getBoundingClientRect(), window);
    place();
    panel.focus({ preventScroll: true });
    const { signal } = (this.#outside = new AbortController());
    window.addEventListener('resize', place, { signal });
    window.addEventListener('scroll', place, { signal, passive: true, capture: true });
    document.addEventListener('keydown', (event) => this.#onEscape(event), { signal, capture: true });
    document.addEventListener('pointerdown', (event) => this.#onPointerDown(event), {
      signal,
      capture: true,
    });
  }

  #onPointerDown(event: PointerEvent): void {
    if (!event.composedPath().includes(this)) this.#leave();
  }

  /** Closes the panel, unless preferences that are not saved would be lost: then they ask. */
  #leave(): void {
    if (this.preferences?.isChanged) this.preferences.leave();
    else this.toggle(false);
  }

  /** Into the preferences and back to the gear: the focus goes along. */
  #onViewChanged(): void {
    if (this.view === 'preferences') this.preferences?.focus();
    else this.renderRoot.querySelector<HTMLElement>('.gear')?.focus();
  }

  #onKey = (event: KeyboardEvent): void => {
    if (this.view !== 'list') return;
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.#moveFocus(event.key === 'ArrowDown' ? 1 : -1);
  };

  /** Wherever the focus is: what had it may just have left the list. */
  #onEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (this.preferences) return this.preferences.escape();
    this.toggle(false);
    this.button.focus();
  }

  #moveFocus(step: number): void {
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>('bellhop-item')];
    const focused = items.findIndex((item) => item.matches(':focus-within'));
    items[focused < 0 ? 0 : Math.min(items.length - 1, Math.max(0, focused + step))]?.focus();
  }

  #onOpen = (event: CustomEvent<Notification>): void => {
    const notification = event.detail;
    this.client?.read([notification.id]);
    const detail = { notification };
    const init = { detail, bubbles: true, composed: true, cancelable: true };
    if (!this.dispatchEvent(new CustomEvent('bellhop-open', init))) event.preventDefault();
    this.toggle(false);
  };

  #dismiss(notification: Notification): void {
    this.client?.clear([notification.id]);
    this.#notice.show('Dismissed', () => this.client?.restore([notification.id]));
    this.panel?.focus({ preventScroll: true });
  }

  #onArrival(notification: Notification): void {
    this.announced = notification.title;
    const detail = { notification };
    this.dispatchEvent(new CustomEvent('bellhop-notification', { detail, bubbles: true, composed: true }));
  }

  static override styles = [theme, controls, bellStyles];
}

function bellLabel(unread: number, unseen: number): string {
  if (unread === 0) return 'Notifications, none unread';
  return `Notifications, ${unread} unread${unseen > 0 ? ', some are new' : ''}`;
}
