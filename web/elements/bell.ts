// `<bellhop-bell>`: the bell in a helpdesk's header, with badge, red indicator and the panel that it opens.
//
// Attributes: `server` (the hub's origin; default: where this script came from), `token` or `token-url` (without
// either: the hub's session cookie), `theme` (light, dark), `lang`, `viewing` (the ticket on screen), `all-url` (a page
// with the whole list), `poll-every-ms`, `page-count` (`off`: title and icon of the page stay as they are).
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
import type { BellhopList } from './inbox_list';
import { countText } from './count_text';
import type { PageCount } from './page_count';
import { placePanel } from './placement';
import type { BellhopPreferences } from './preferences';
import { safeUrl } from './safe_url';
import { scriptOrigin } from './script_origin';
import { controls, theme } from './theme';
import { t, tn, WordsController } from './words';

const IDENTITY = ['server', 'token', 'tokenUrl', 'pollEveryMs'];
const LIST_PARTS =
  'header, filters, list, empty, error, item, item-unread, item-title, item-body, item-meta, item-acts, ' +
  'unread-mark, type-icon, notice, help, footer, preferences-button';

export class BellhopBell extends LitElement {
  @property() server: string | null = null;
  @property() token: string | null = null;
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;
  @property() viewing: string | null = null;
  @property({ attribute: 'all-url' }) allUrl: string | null = null;
  @property({ attribute: 'page-count' }) pageCount: string | null = null;
  @property({ attribute: 'poll-every-ms', type: Number }) pollEveryMs = DEFAULT_TIMING.pollEveryMs;
  @property({ type: Boolean, reflect: true }) open = false;
  @state() private announced = '';
  /** What the open panel shows. */
  @state() private view: 'list' | 'preferences' = 'list';
  @query('.panel') private panel!: HTMLElement | null;
  @query('.bell') private button!: HTMLButtonElement;
  @query('bellhop-list') private list!: BellhopList | null;
  @query('bellhop-preferences') private preferences!: BellhopPreferences | null;

  #outside: AbortController | null = null;
  /** One for this bell, however often it is asked for while it loads: two would write over each other for ever. */
  #count: Promise<PageCount> | null = null;
  #hub = new ClientController(this, {
    onNotification: (notification) => this.#onArrival(notification),
    onRefused: (message) => this.list?.say(t('That did not work: {why}', { why: message })),
    onAlertClicked: (notification) => this.#onAlertClicked(notification),
    languages: (agents) => [this.lang, agents, document.documentElement.lang, navigator.language],
  });

  constructor() {
    super();
    new WordsController(this);
  }

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
    void this.#count?.then((count) => count.stop());
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
    if (changed.has('viewing') || IDENTITY.some((name) => changed.has(name)))
      this.client?.viewing(this.viewing);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('open') && (this.open || changed.get('open'))) this.#onToggled();
    if (changed.has('view') && this.open) this.#onViewChanged();
    void this.#showCount();
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
        title=${t('Notifications')}
        @click=${() => (this.open ? this.#leave() : this.toggle(true))}
      >
        ${icons.bell}
        ${
          unread > 0
            ? html`<span class="badge" part="badge">
                ${unseen > 0 ? html`<span class="indicator" part="indicator"></span>` : nothing}
                <span class="number">${countText(unread)}</span>
              </span>`
            : nothing
        }
      </button>
      <span class="hidden-text" aria-live="polite">${this.announced}</span>
      ${this.#question()} ${this.open ? this.#panel() : nothing}`;
  }

  #panel() {
    const { client } = this;
    if (!client) return nothing;
    return html`<section
      class="panel"
      part="panel"
      role="dialog"
      aria-label=${this.view === 'list' ? t('Notifications') : t('Notification preferences')}
      tabindex="-1"
      popover="manual"
      @keydown=${(event: KeyboardEvent) => this.list?.onKey(event)}
      @item-open=${this.#onOpen}
      @status-retry=${() => client.start()}
      @list-preferences=${this.#toPreferences}
      @preferences-back=${() => (this.view = 'list')}
    >
      ${
        this.view === 'list'
          ? html`<bellhop-list
              exportparts=${LIST_PARTS}
              .client=${client}
              .now=${Date.now()}
              .pollEveryMs=${this.pollEveryMs}
              .allUrl=${this.allUrl}
            ></bellhop-list>`
          : html`<bellhop-preferences
              .api=${client.api}
              .client=${client}
              .alerts=${this.#hub.alerts}
            ></bellhop-preferences>`
      }
    </section>`;
  }

  #question() {
    const { alerts } = this.#hub;
    if (!alerts?.isToBeAsked || this.open || this.client?.status.phase !== 'live') return nothing;
    return html`<section class="ask" part="consent" popover="manual" aria-label=${t('Browser notifications')}>
      <bellhop-consent .alerts=${alerts} @consent-done=${() => this.requestUpdate()}></bellhop-consent>
    </section>`;
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

  /** In title and icon of the page; loaded when there is something to count. */
  async #showCount(): Promise<void> {
    const unread = () => (this.pageCount === 'off' ? 0 : (this.client?.counts.unread ?? 0));
    if (unread() > 0) this.#count ??= import('./page_count').then((loaded) => new loaded.PageCount());
    const count = await this.#count;
    if (unread() > 0) count?.show(unread());
    else count?.stop();
  }

  #onToggled(): void {
    this.#outside?.abort();
    if (!this.open) return;
    const { panel } = this;
    if (!panel) return;
    const { signal } = (this.#outside = new AbortController());
    this.#place(panel, signal);
    panel.focus({ preventScroll: true });
    document.addEventListener('keydown', (event) => this.#onEscape(event), { signal, capture: true });
    document.addEventListener('pointerdown', (event) => this.#onPointerDown(event), {
      signal,
      capture: true,
    });
  }

  /** In the top layer, where the browser has one: no `overflow` or `z-index` of the helpdesk can cut it. */
  #place(box: HTMLElement, signal: AbortSignal): void {
    box.showPopover?.();
    const place = () => placePanel(box, this.button.getBoundingClientRect(), window, this.dir === 'rtl');
    place();
    window.addEventListener('resize', place, { signal });
    window.addEventListener('scroll', place, { signal, passive: true, capture: true });
  }

  #onPointerDown(event: PointerEvent): void {
    if (!event.composedPath().includes(this)) this.#leave();
  }

  /** Closes the panel, unless preferences that are not saved would be lost: then they ask. */
  #leave(): void {
    if (this.preferences?.isChanged) this.preferences.leave();
    else this.toggle(false);
  }

  /** Loaded when they are needed: most people never open them. */
  #toPreferences = async (): Promise<void> => {
    try {
      await import('./preferences.define');
      this.view = 'preferences';
    } catch {
      this.list?.say(t('The preferences could not be loaded. Reload the page.'));
    }
  };

  /** Into the preferences and back to the gear: the focus goes along. */
  #onViewChanged(): void {
    if (this.view === 'preferences') this.preferences?.focus();
    else void this.list?.updateComplete.then(() => this.list?.focusGear());
  }

  /** Wherever the focus is: what had it may just have left the list. */
  #onEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (this.preferences) return this.preferences.escape();
    if (this.list?.closeInner()) return;
    this.toggle(false);
    this.button.focus();
  }

  #onOpen = (event: CustomEvent<Notification>): void => {
    if (!this.#asks(event.detail)) event.preventDefault();
    this.toggle(false);
  };

  /** Whether the page leaves the opening to the bell. */
  #asks(notification: Notification): boolean {
    this.client?.read([notification.id]);
    const init = { detail: { notification }, bubbles: true, composed: true, cancelable: true };
    return this.dispatchEvent(new CustomEvent('bellhop-open', init));
  }

  /** The page that has the focus now may be one in which somebody writes: another ticket opens beside it. */
  #onAlertClicked(notification: Notification | null): void {
    if (!notification) return this.toggle(true);
    if (!this.#asks(notification)) return;
    const href = safeUrl(notification.url);
    if (!href) return this.toggle(true);
    const url = new URL(href, location.href);
    if (url.href.split('#')[0] === location.href.split('#')[0]) location.hash = url.hash;
    else window.open(url, '_blank', 'noopener');
  }

  #onArrival(notification: Notification): void {
    this.announced = notification.title;
    const detail = { notification };
    this.dispatchEvent(new CustomEvent('bellhop-notification', { detail, bubbles: true, composed: true }));
  }

  static override styles = [theme, controls, bellStyles];
}

function bellLabel(unread: number, unseen: number): string {
  if (unread === 0) return t('Notifications, none unread');
  if (unseen > 0)
    return tn(
      'Notifications, {count} unread, some are new',
      'Notifications, {count} unread, some are new',
      unread,
    );
  return tn('Notifications, {count} unread', 'Notifications, {count} unread', unread);
}
