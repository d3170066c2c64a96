// The inside of the open panel: head with the bulk acts, the list or what stands in its place, notice, footer.
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { BellhopClient } from '../client/client';
import { icons } from './icons';
import type { NoticeController } from './notice';
import { safeUrl } from './safe_url';

export interface ListView {
  client: BellhopClient;
  notice: NoticeController;
  now: number;
  pollEveryMs: number;
  allUrl: string | null;
  onPreferences: () => void;
}

export function renderList(view: ListView) {
  return html`${head(view)}
    <div class="scroll" part="list">${content(view)}</div>
    ${renderNotice(view.notice)}
    <footer class="foot" part="footer">
      <bellhop-status
        .status=${view.client.status}
        .pollEveryMs=${view.pollEveryMs}
        .now=${view.now}
      ></bellhop-status>
      ${seeAll(view.allUrl)}
    </footer>`;
}

function head({ client, onPreferences }: ListView) {
  const { unread } = client.counts;
  const hasRead = client.notifications.some(({ read_at }) => read_at !== null);
  return html`<header class="head" part="header">
    <h2>Notifications</h2>
    ${unread > 0 ? html`<span class="pill" title="${unread} unread">${unread}</span>` : nothing}
    <span class="grow"></span>
    <span class="bulk">
      ${
        hasRead
          ? html`<button class="link clear-read" type="button" @click=${() => client.clearRead()}>
              Clear read
            </button>`
          : nothing
      }
      <button class="link read-all" type="button" ?disabled=${unread === 0} @click=${() => client.readAll()}>
        Mark all read
      </button>
    </span>
    ${renderGear(onPreferences)}
  </header>`;
}

/** The way to the preferences (R-049). */
export function renderGear(onPreferences: () => void) {
  return html`<button
    class="gear"
    part="preferences-button"
    type="button"
    title="Preferences"
    aria-label="Preferences"
    @click=${onPreferences}
  >
    ${icons.gear}
  </button>`;
}

function content(view: ListView) {
  const { client, now } = view;
  const { notifications } = client;
  if (!client.isLoaded) return renderNotLoaded(client);
  if (notifications.length === 0 && !client.hasOlder) return renderEmpty();
  return html`<ul class="list">
      ${repeat(
        notifications,
        ({ id }) => id,
        (notification) =>
          html`<li>
            <bellhop-item .notification=${notification} .now=${now} data-id=${notification.id}></bellhop-item>
          </li>`,
      )}
    </ul>
    ${renderOlder(client)}`;
}

export function renderEmpty() {
  return html`<div class="state" part="empty">
    <span class="state-icon">${icons.checks}</span>
    <strong>All caught up</strong>
    <span>New notifications appear here by themselves.</span>
  </div>`;
}

/** Before the first list: bones while it loads, or why it does not. */
export function renderNotLoaded({ status }: BellhopClient) {
  if (status.phase === 'signed_out') {
    return html`<div class="state" part="error">
      <span class="state-icon">${icons.alert}</span>
      <strong>You are signed out</strong>
      <span>Sign in again to see your notifications.</span>
    </div>`;
  }
  if (status.phase === 'offline') {
    return html`<div class="state" part="error">
      <span class="state-icon">${icons.alert}</span>
      <strong>The hub cannot be reached</strong>
      <span>Trying again by itself.</span>
    </div>`;
  }
  const bone = html`<li class="bone"><i></i><b></b></li>`;
  return html`<ul class="list" aria-busy="true" aria-label="Loading">
    ${bone}${bone}${bone}${bone}
  </ul>`;
}

export function renderOlder(client: BellhopClient) {
  if (!client.hasOlder) return nothing;
  return html`<button
    class="older"
    type="button"
    ?disabled=${client.isLoadingOlder}
    @click=${() => client.loadOlder()}
  >
    ${client.isLoadingOlder ? 'Loading…' : 'Load older'}
  </button>`;
}

export function renderNotice(notice: NoticeController) {
  const { current } = notice;
  if (!current) return nothing;
  return html`<div class="notice" part="notice" role="status">
    <span>${current.text}</span>
    ${
      current.undo
        ? html`<button class="undo" type="button" @click=${() => notice.undo()}>Undo</button>`
        : html`<button class="undo" type="button" aria-label="Close" @click=${() => notice.hide()}>
            ${icons.close}
          </button>`
    }
  </div>`;
}

function seeAll(allUrl: string | null) {
  const href = safeUrl(allUrl);
  return href ? html`<a class="link all" href=${href}>See all</a>` : nothing;
}
