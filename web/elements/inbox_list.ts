// `<bellhop-list>`: the inside of the open bell: filters and search, the list by tickets, acts with their way back, the
// keyboard. Rows far from sight are not in the document.
// Events: `list-preferences` (the gear); `item-open` of a row passes through.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { BellhopClient } from '../client/client';
import type { Undo } from '../client/deeds';
import type { Notification } from '../client/protocol';
import type { Filter } from '../client/views';
import { meantBy, rowsOf, type Row } from './grouping';
import { inboxListStyles } from './inbox_list_styles';
import type { BellhopItem } from './item';
import { renderFilters, renderFoot, renderHead, renderNothingFits } from './inbox_list_parts';
import { keyOf } from './keys';
import { renderEmpty, renderNotice, renderNotLoaded, renderOlder } from './list';
import type { ListLater } from './list_later';
import { ListWindow } from './list_window';
import { NoticeController } from './notice';
import { controls } from './theme';
import { t, WordsController } from './words';

const SEARCH_AFTER_MS = 250;
/** Until somebody scrolls. */
const USUAL_VIEWPORT_PX = 600;
/** This near to the end the next page is fetched. */
const NEAR_END_PX = 400;

export class BellhopList extends LitElement {
  @property({ attribute: false }) client!: BellhopClient;
  @property({ type: Number }) now = 0;
  @property({ type: Number }) pollEveryMs = 30_000;
  @property({ attribute: false }) allUrl: string | null = null;
  @state() private isSearching = false;
  @state() private isHelping = false;
  @query('.scroll') private scroller!: HTMLElement | null;
  @query('.search input') private searchField!: HTMLInputElement | null;
  #notice = new NoticeController(this);
  #window = new ListWindow();
  #expanded = new Set<string>();
  #rows: Row[] = [];
  #keys: string[] = [];
  #hasRead = false;
  /** Nothing but the position has changed since the rows were made: of ten thousand that would take long. */
  #areRowsTrue = false;
  #scrolled = 0;
  #viewport = USUAL_VIEWPORT_PX;
  #later: ListLater | null = null;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;
  /** Key of the row that the keyboard goes to as soon as it is drawn. */
  #goTo: string | null = null;

  constructor() {
    super();
    new WordsController(this);
  }

  /** What the hub refused. */
  say(text: string): void {
    this.#notice.show(text);
  }

  focusGear(): void {
    this.renderRoot.querySelector<HTMLElement>('.gear')?.focus();
  }

  /** Escape closes the innermost thing first; says whether there was one. */
  closeInner(): boolean {
    const row = this.#focusedItem;
    if (row?.close()) return true;
    if (this.isHelping) this.isHelping = false;
    else if (this.isSearching) this.#endSearch();
    else return false;
    return true;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#searchTimer);
    // The next one who opens the bell sees everything.
    if (this.client) this.client.show({ filter: 'all', search: '' });
  }

  protected override firstUpdated(): void {
    void import('./list_later').then(({ ListLater }) => (this.#later = new ListLater(this.scroller!)));
  }

  protected override willUpdate(changed: PropertyValues): void {
    const areTrue = this.#areRowsTrue && changed.size === 0;
    this.#areRowsTrue = false;
    this.#look();
    if (areTrue) return;
    this.#later?.steady.remember();
    const entries = this.client.notifications;
    this.#rows = rowsOf(entries, this.#expanded);
    this.#keys = this.#rows.map(({ key }) => key);
    this.#hasRead = entries.some(({ read_at }) => read_at !== null);
  }

  protected override updated(_changed: PropertyValues): void {
    void this.#later?.steady.hold();
    if (this.#goTo !== null) this.#arrive(this.#goTo);
  }

  override render() {
    const { client } = this;
    return html`${renderHead(client, this.#hasRead, {
        onClearRead: () => void this.#clearRead(),
        onReadAll: () => void this.#readAll(),
        onPreferences: () => this.dispatchEvent(new CustomEvent('list-preferences', { bubbles: true })),
      })}
      ${renderFilters({
        filter: client.view.filter,
        isSearching: this.isSearching,
        onFilter: (filter) => this.#show({ filter }),
        onToggleSearch: () => (this.isSearching ? this.#endSearch() : this.#search()),
        onSearch: this.#onSearch,
      })}
      <div
        class="scroll"
        part="list"
        @scroll=${this.#redraw}
        @item-open=${this.#onOpen}
        @item-read=${this.#onRead}
        @item-unread=${this.#onUnread}
        @item-dismiss=${this.#onDismiss}
        @item-snooze=${this.#onSnooze}
        @item-why=${this.#onWhy}
        @item-expand=${this.#onExpand}
      >
        ${this.#content()}
      </div>
      ${this.isHelping ? this.#later?.renderHelp() : nothing} ${renderNotice(this.#notice)}
      ${renderFoot({
        client,
        pollEveryMs: this.pollEveryMs,
        now: this.now,
        allUrl: this.allUrl,
        isHelping: this.isHelping,
        onToggleHelp: this.#toggleHelp,
      })}`;
  }

  #content() {
    const { client } = this;
    const { filter, search } = client.view;
    if (!client.isLoaded) return renderNotLoaded(client);
    if (this.#rows.length === 0 && !client.hasOlder) {
      return filter === 'all' && search === ''
        ? renderEmpty()
        : renderNothingFits(search, () => this.#endSearch('all'));
    }
    const keys = this.#keys;
    const { start, end, before, after } = this.#window.slice(keys, this.#scrolled, this.#viewport);
    return html`<ul class="list" role="list" style="padding-top: ${before}px; padding-bottom: ${after}px">
        ${repeat(
          this.#rows.slice(start, end),
          ({ key }) => key,
          (row, index) =>
            html`<li
              data-key=${row.key}
              aria-setsize=${client.hasOlder ? -1 : keys.length}
              aria-posinset=${start + index + 1}
            >
              <bellhop-item
                exportparts="item, item-unread, item-title, item-body, item-meta, item-acts, unread-mark, type-icon"
                .notification=${row.entry}
                .row=${row}
                .why=${this.#later?.whys.get(row.entry.id)}
                .now=${this.now}
                data-id=${row.entry.id}
              ></bellhop-item>
            </li>`,
        )}
      </ul>
      ${renderOlder(client)}`;
  }

  /** Where somebody is, and how tall the rows are that they came by. Before anything is drawn: afterwards it would have all of it
   *  laid out a second time. */
  #look(): void {
    const { scroller, client } = this;
    if (!scroller || !this.#isWindowed) return;
    const { scrollTop, clientHeight } = scroller;
    [this.#scrolled, this.#viewport] = [scrollTop, clientHeight];
    for (const row of this.renderRoot.querySelectorAll<HTMLElement>('li[data-key]'))
      this.#window.learn(row.dataset.key!, row.offsetHeight);
    // Whoever scrolls to the end of a long list need not press a button for each page.
    if (
      scrollTop > 0 &&
      scroller.scrollHeight - scrollTop - clientHeight < NEAR_END_PX &&
      client.hasOlder &&
      !client.isLoadingOlder
    )
      void client.loadOlder();
  }

  /** Other rows of the same list. */
  #redraw = (): void => {
    if (!this.#isWindowed) return;
    this.#areRowsTrue = !this.isUpdatePending;
    this.requestUpdate();
  };

  get #isWindowed(): boolean {
    return this.#rows.length > (this.renderRoot.querySelectorAll('li[data-key]').length || 0);
  }

  get #items(): BellhopItem[] {
    return [...this.renderRoot.querySelectorAll<BellhopItem>('bellhop-item')];
  }

  get #focusedItem(): BellhopItem | undefined {
    return this.#items.find((item) => item.matches(':focus-within'));
  }

  /** Wherever in the panel the focus is. */
  onKey(event: KeyboardEvent): void {
    const isWriting = event.composedPath()[0] instanceof HTMLInputElement;
    const key = keyOf(event, isWriting);
    if (key === null) return;
    const item = this.#focusedItem;
    const acts: Record<string, () => unknown> = {
      next: () => this.#move(1),
      previous: () => this.#move(-1),
      dismiss: () => item && this.#dismiss(item),
      read: () => item && (item.isUnread ? this.#read(item) : this.#unread(item)),
      snooze: () => item?.snooze(),
      why: () => item?.explain(),
      undo: () => this.#notice.undo(),
      search: () => this.#search(),
      help: this.#toggleHelp,
    };
    event.preventDefault();
    acts[key]?.();
  }

  #move(step: number): void {
    const keys = this.#keys;
    const focused = this.#focusedItem?.row?.key;
    const index = focused === undefined ? -1 : keys.indexOf(focused);
    const next = keys[index < 0 ? 0 : Math.min(keys.length - 1, Math.max(0, index + step))];
    if (next === undefined) return;
    const item = this.#itemOf(next);
    if (item) return item.focus();
    this.#goTo = next;
    if (this.scroller) this.scroller.scrollTop = this.#window.offsetOf(keys, keys.indexOf(next));
    this.requestUpdate();
  }

  #itemOf(key: string): BellhopItem | undefined {
    return this.#items.find((item) => item.row?.key === key);
  }

  #arrive(key: string): void {
    const item = this.#itemOf(key);
    if (!item) return;
    this.#goTo = null;
    void item.updateComplete.then(() => item.focus());
  }

  /** The row that the keyboard goes to when this one leaves. */
  #neighbour(item: BellhopItem): void {
    if (!item.matches(':focus-within')) return;
    const index = this.#rows.findIndex(({ key }) => key === item.row?.key);
    this.#goTo = (this.#rows[index + 1] ?? this.#rows[index - 1])?.key ?? null;
    if (this.#goTo === null)
      this.renderRoot.querySelector<HTMLElement>('.chip[aria-pressed="true"]')?.focus();
  }

  #did(text: string, undo: Undo | null): void {
    this.#notice.show(text, undo);
  }

  #idsOf(item: BellhopItem): string[] {
    return item.row ? meantBy(item.row) : [item.notification.id];
  }

  #onRead = (event: Event): void => this.#read(event.target as BellhopItem);
  #onUnread = (event: Event): void => this.#unread(event.target as BellhopItem);
  #onDismiss = (event: Event): void => this.#dismiss(event.target as BellhopItem);

  #read(item: BellhopItem): void {
    this.#did(t('Marked as read'), this.client.read(this.#idsOf(item)));
  }

  #unread(item: BellhopItem): void {
    this.#did(t('Marked as unread'), this.client.unread(this.#idsOf(item)));
  }

  #dismiss(item: BellhopItem): void {
    this.#neighbour(item);
    this.#did(t('Dismissed'), this.client.clear(this.#idsOf(item)));
  }

  #onSnooze = (event: CustomEvent<{ until: string }>): void => {
    const item = event.target as BellhopItem;
    this.#neighbour(item);
    this.#did(t('Snoozed'), this.client.snooze(this.#idsOf(item), event.detail.until));
  };

  /** Whoever opens the ticket reads all that is about it. */
  #onOpen = (event: CustomEvent<Notification>): void => {
    this.client.read(this.#idsOf(event.target as BellhopItem));
  };

  #onExpand = (event: Event): void => {
    const key = (event.target as BellhopItem).row?.key;
    if (key === undefined) return;
    if (!this.#expanded.delete(key)) this.#expanded.add(key);
    this.requestUpdate();
  };

  #onWhy = (event: CustomEvent<Notification>): void => {
    void this.#later?.whys.ask(this.client.api, event.detail.id).then(() => this.requestUpdate());
  };

  #readAll = async (): Promise<void> => {
    this.#did(t('All marked as read'), await this.client.readAll());
  };

  #clearRead = async (): Promise<void> => {
    this.#did(t('Read ones dismissed'), await this.client.clearRead());
  };

  #show(change: { filter?: Filter; search?: string }): void {
    this.client.show({ ...this.client.view, ...change });
    if (this.scroller) this.scroller.scrollTop = 0;
  }

  #toggleHelp = (): void => {
    this.isHelping = !this.isHelping;
  };

  #search(): void {
    this.isSearching = true;
    void this.updateComplete.then(() => this.searchField?.focus());
  }

  #endSearch(filter = this.client.view.filter): void {
    clearTimeout(this.#searchTimer);
    this.isSearching = false;
    this.#show({ filter, search: '' });
    this.renderRoot.querySelector<HTMLElement>('.find')?.focus();
  }

  #onSearch = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => this.#show({ search: value }), SEARCH_AFTER_MS);
  };

  static override styles = [controls, inboxListStyles];
}
