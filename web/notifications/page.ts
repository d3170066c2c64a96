// `/notifications`: the inbox on a phone (R-127 to R-130), with the same client and state as the bell.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { BellhopClient } from '../client/client';
import { browserEnvironment, DEFAULT_TIMING } from '../client/environment';
import type { Notification } from '../client/protocol';
import { ClientController } from '../elements/client_controller';
import { icons } from '../elements/icons';
import { renderEmpty, renderGear, renderNotice, renderNotLoaded, renderOlder } from '../elements/list';
import { listStyles } from '../elements/list_styles';
import { NoticeController } from '../elements/notice';
import type { BellhopPreferences } from '../elements/preferences';
import { PageCount } from '../elements/page_count';
import { controls, theme } from '../elements/theme';
import { currentLocale, t, WordsController } from '../elements/words';
import { pageStyles } from '../home/page_styles';
import { Keeping } from './keeping';
import { notificationsStyles } from './page_styles';
import { PullController } from './pull_controller';

/** What lies over the list stands in the address, so that the phone's back button closes it. */
const OPENED = /^#n=(.+)$/;
const PREFERENCES = '#preferences';
/** So long a pull waits for the hub before it says that there is none. */
const REFRESHED_WITHIN_MS = 8_000;

/** Height of the line that says so while it waits. */
const PULLED_PX = 44;

export class BellhopNotifications extends LitElement {
  @property({ attribute: 'poll-every-ms', type: Number }) pollEveryMs = DEFAULT_TIMING.pollEveryMs;
  @state() private openedId: string | null = null;
  @state() private isPreferring = false;
  @query('bellhop-preferences') private preferences!: BellhopPreferences | null;
  /** Kept, so that the details stay although the entry leaves the list meanwhile. */
  #opened: Notification | null = null;
  /** Opened from this list: then "back" is the list. Otherwise it would leave the page. */
  #isOpenedHere = false;
  #listening = new AbortController();
  #notice = new NoticeController(this);
  #hub = new ClientController(this, {
    onRefused: (message) => this.#notice.show(t('That did not work: {why}', { why: message })),
    onAlertClicked: (notification) => this.#onAlertClicked(notification),
    languages: (agents) => [agents, navigator.language],
  });

  #count = new PageCount();
  #keeping = new Keeping();
  #pull = new PullController(this, () => this.#refresh());

  constructor() {
    super();
    new WordsController(this);
  }

  get client(): BellhopClient | null {
    return this.#hub.client;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#connect();
    const { signal } = (this.#listening = new AbortController());
    window.addEventListener('hashchange', () => this.#readAddress(), { signal });
    document.addEventListener('visibilitychange', () => this.requestUpdate(), { signal });
    this.#readAddress();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening.abort();
    this.#count.stop();
    this.#keeping.stop();
  }

  protected override updated(changed: PropertyValues): void {
    this.#count.show(this.client?.counts.unread ?? 0);
    if (this.client) this.#keeping.onChange(this.client, () => this.requestUpdate());
    document.documentElement.lang = currentLocale();
    if (changed.has('isPreferring')) this.#onPreferring(changed.get('isPreferring') as boolean | undefined);
    if (!this.isPreferring && document.visibilityState === 'visible' && this.client?.isLoaded)
      this.client.seen();
  }

  override render() {
    const { client } = this;
    if (!client) return nothing;
    if (client.status.phase === 'signed_out') {
      return html`<main class="sign-in">
        <h1><span class="logo">${icons.bell}</span> Bellhop</h1>
        <bellhop-sign-in @signed-in=${() => this.#connect()}></bellhop-sign-in>
      </main>`;
    }
    return html`${this.#bar(client)} ${this.#pulled()}
      <main
        ?inert=${this.#isCovered}
        @row-open=${this.#onOpen}
        @row-read=${(e: CustomEvent<Notification>) => client.read([e.detail.id])}
        @row-delete=${(e: CustomEvent<Notification>) => this.#delete(e.detail)}
      >
        ${this.#content(client)}
        <bellhop-push-switch .client=${client} .agent=${client.agent}></bellhop-push-switch>
      </main>
      <footer ?inert=${this.#isCovered}>
        ${renderNotice(this.#notice)}
        <bellhop-status
          .status=${{ ...client.status, lastSyncAt: this.#keeping.shownAt ?? client.status.lastSyncAt }}
          .pollEveryMs=${this.pollEveryMs}
          .now=${Date.now()}
          @status-retry=${() => client.start()}
        ></bellhop-status>
      </footer>
      ${this.#details(client)} ${this.#preferences(client)}`;
  }

  /** While something lies over the list, neither keyboard nor screen reader reaches what lies below. */
  get #isCovered(): boolean {
    return this.openedId !== null || this.isPreferring;
  }

  #bar(client: BellhopClient) {
    const { unread } = client.counts;
    return html`<header class="bar" ?inert=${this.#isCovered}>
      <a class="home" href="/" aria-label=${t('Home')}><span class="logo">${icons.bell}</span></a>
      <h1>${t('Notifications')}</h1>
      ${unread > 0 ? html`<span class="count" data-unread=${unread}>${unread}</span>` : nothing}
      <span class="grow"></span>
      <button
        class="read-all"
        type="button"
        title=${t('Mark all read')}
        ?disabled=${unread === 0}
        @click=${this.#readAll}
      >
        ${icons.checks} <span>${t('Mark all read')}</span>
      </button>
      ${renderGear(this.#prefer)}
    </header>`;
  }

  /** What a finger has pulled down. */
  #pulled() {
    const { offset, isEnough, isAsking } = this.#pull;
    if (offset === 0 && !isAsking) return nothing;
    const words = isAsking ? t('Refreshing…') : isEnough ? t('Let go to refresh') : t('Pull to refresh');
    return html`<div
      class="pull ${isEnough ? 'enough' : ''}"
      role=${isAsking ? 'status' : nothing}
      style="height: ${isAsking ? PULLED_PX : offset}px"
    >
      ${icons.down} <span>${words}</span>
    </div>`;
  }

  #content(client: BellhopClient) {
    const { notifications } = client;
    if (!client.isLoaded) return renderNotLoaded(client);
    if (notifications.length === 0 && !client.hasOlder) return renderEmpty();
    return html`<ul class="list">
        ${repeat(
          notifications,
          ({ id }) => id,
          (notification) =>
            html`<li>
              <bellhop-row
                .notification=${notification}
                .now=${Date.now()}
                data-id=${notification.id}
              ></bellhop-row>
            </li>`,
        )}
      </ul>
      ${renderOlder(client)}`;
  }

  #details(client: BellhopClient) {
    if (this.openedId === null) return nothing;
    const now = client.notifications.find(({ id }) => id === this.openedId);
    this.#opened = now ?? (this.#opened?.id === this.openedId ? this.#opened : null);
    if (!this.#opened) return nothing;
    return html`<bellhop-details
      role="dialog"
      aria-modal="true"
      aria-label=${t('Notification')}
      .notification=${this.#opened}
      @details-back=${this.#close}
      @details-unread=${this.#unread}
      @details-delete=${this.#deleteOpened}
      @keydown=${(event: KeyboardEvent) => (event.key === 'Escape' ? this.#close() : undefined)}
    ></bellhop-details>`;
  }

  #preferences(client: BellhopClient) {
    if (!this.isPreferring) return nothing;
    return html`<bellhop-preferences
      role="dialog"
      aria-modal="true"
      aria-label=${t('Notification preferences')}
      .api=${client.api}
      .client=${client}
      .alerts=${this.#hub.alerts}
      @preferences-back=${this.#close}
    ></bellhop-preferences>`;
  }

  #connect(): void {
    this.#hub.open({ environment: browserEnvironment({ pollEveryMs: this.pollEveryMs }) });
  }

  /** A new connection asks for all that came since the last; says how it went. */
  async #refresh(): Promise<void> {
    const { client } = this;
    if (!client) return;
    const isThere = await answers(client, REFRESHED_WITHIN_MS);
    this.#notice.show(isThere ? t('Up to date') : t('The hub cannot be reached'));
  }

  #onOpen = (event: CustomEvent<Notification>): void => {
    this.client?.read([event.detail.id]);
    this.#isOpenedHere = true;
    location.hash = `n=${event.detail.id}`;
  };

  #prefer = (): void => {
    this.#isOpenedHere = true;
    location.hash = PREFERENCES;
  };

  /** Into the preferences and back to the gear: the focus goes along. */
  #onPreferring(before: boolean | undefined): void {
    if (this.isPreferring) this.preferences?.focus();
    else if (before) this.renderRoot.querySelector<HTMLElement>('.gear')?.focus();
  }

  #readAddress(): void {
    // The phone's back button while something is not saved: stay, and ask.
    if (location.hash !== PREFERENCES && this.preferences?.isChanged) {
      history.pushState(null, '', PREFERENCES);
      return this.preferences.leave();
    }
    this.isPreferring = location.hash === PREFERENCES;
    this.openedId = OPENED.exec(location.hash)?.[1] ?? null;
    if (!this.#isCovered) this.#isOpenedHere = false;
  }

  #close = (): void => {
    if (this.#isOpenedHere) return history.back();
    history.replaceState(null, '', location.pathname);
    this.#readAddress();
  };

  #unread = (event: CustomEvent<Notification>): void => {
    this.client?.unread([event.detail.id]);
    this.#close();
  };

  #deleteOpened = (event: CustomEvent<Notification>): void => {
    this.#delete(event.detail);
    this.#close();
  };

  #delete(notification: Notification): void {
    this.#notice.show(t('Deleted'), this.client?.clear([notification.id]));
  }

  #readAll = async (): Promise<void> => {
    const undo = await this.client?.readAll();
    this.#notice.show(t('All marked as read'), undo);
  };

  /** The page that has the focus now is this one: the entry opens here. */
  #onAlertClicked(notification: Notification | null): void {
    if (!notification) return;
    this.client?.read([notification.id]);
    location.hash = `n=${notification.id}`;
  }

  static override styles = [theme, controls, pageStyles, listStyles, notificationsStyles];
}

/** Whether the hub has said something since; where another tab has the connection, its word counts. */
async function answers(client: BellhopClient, withinMs: number): Promise<boolean> {
  const since = Date.now();
  const hasAnswered = () => {
    const { phase, lastSyncAt } = client.status;
    return phase === 'live' && (!client.leads || (lastSyncAt ?? 0) >= since);
  };
  const over = new AbortController();
  await new Promise<void>((resolve) => {
    client.addEventListener('change', () => hasAnswered() && resolve(), { signal: over.signal });
    client.start();
    setTimeout(resolve, withinMs);
  });
  over.abort();
  return hasAnswered();
}
