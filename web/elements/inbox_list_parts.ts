// The parts of the open bell around its list: head with the bulk acts, filters and search, the keys, the footer. They draw
// what they are given, and say what the person did.
import { html, nothing } from 'lit';
import type { BellhopClient } from '../client/client';
import type { Filter } from '../client/views';
import { icons } from './icons';
import { renderGear } from './list';
import { safeUrl } from './safe_url';
import { t, tn } from './words';

const FILTERS: Filter[] = ['all', 'unread', 'mentions', 'assigned'];

export interface HeadActs {
  onClearRead: () => void;
  onReadAll: () => void;
  onPreferences: () => void;
}

export function renderHead(client: BellhopClient, hasRead: boolean, acts: HeadActs) {
  const { unread } = client.counts;
  return html`<div class="head" part="header">
    <h2>${t('Notifications')}</h2>
    ${unread > 0 ? html`<span class="pill" title=${tn('{count} unread', '{count} unread', unread)}>${unread}</span>` : nothing}
    <span class="grow"></span>
    <span class="bulk">
      ${
        hasRead
          ? html`<button class="link clear-read" type="button" @click=${acts.onClearRead}>
              ${t('Clear read')}
            </button>`
          : nothing
      }
      <button class="link read-all" type="button" ?disabled=${unread === 0} @click=${acts.onReadAll}>
        ${t('Mark all read')}
      </button>
    </span>
    ${renderGear(acts.onPreferences)}
  </div>`;
}

export interface FilterView {
  filter: Filter;
  isSearching: boolean;
  onFilter: (filter: Filter) => void;
  onToggleSearch: () => void;
  onSearch: (event: Event) => void;
}

export function renderFilters(view: FilterView) {
  const labels: Record<Filter, string> = {
    all: t('All'),
    unread: t('Unread'),
    mentions: t('Mentions'),
    assigned: t('Assigned'),
  };
  return html`<div class="filters" part="filters">
      <div class="chips" role="group" aria-label=${t('Show')}>
        ${FILTERS.map(
          (one) =>
            html`<button
              class="chip"
              type="button"
              data-filter=${one}
              aria-pressed=${one === view.filter}
              @click=${() => view.onFilter(one)}
            >
              ${labels[one]}
            </button>`,
        )}
      </div>
      <button
        class="icon find"
        type="button"
        title="${t('Search')} (/)"
        aria-label=${t('Search')}
        aria-expanded=${view.isSearching}
        @click=${view.onToggleSearch}
      >
        ${icons.search}
      </button>
    </div>
    ${
      view.isSearching
        ? html`<div class="search" role="search">
            <input
              type="search"
              aria-label=${t('Search')}
              placeholder=${t('Title, text, ticket number or subject')}
              maxlength="200"
              @input=${view.onSearch}
            />
          </div>`
        : nothing
    }`;
}

export function renderNothingFits(search: string, onShowAll: () => void) {
  return html`<div class="state" part="empty">
    <span class="state-icon">${icons.search}</span>
    <strong>${search ? t('Nothing found for “{search}”', { search }) : t('Nothing here')}</strong>
    <button class="link" type="button" @click=${onShowAll}>${t('Show all')}</button>
  </div>`;
}

export interface FootView {
  client: BellhopClient;
  pollEveryMs: number;
  now: number;
  allUrl: string | null;
  isHelping: boolean;
  onToggleHelp: () => void;
}

export function renderFoot({ client, pollEveryMs, now, allUrl, isHelping, onToggleHelp }: FootView) {
  const href = safeUrl(allUrl);
  return html`<div class="foot" part="footer">
    <bellhop-status .status=${client.status} .pollEveryMs=${pollEveryMs} .now=${now}></bellhop-status>
    <button
      class="icon keys"
      type="button"
      title="${t('Keyboard')} (?)"
      aria-label=${t('Keyboard')}
      aria-expanded=${isHelping}
      @click=${onToggleHelp}
    >
      ${icons.keyboard}
    </button>
    ${href ? html`<a class="link all" href=${href}>${t('See all')}</a>` : nothing}
  </div>`;
}
