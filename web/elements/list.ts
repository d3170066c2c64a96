// What lists of notifications have in common, in the bell and on the notifications page: what stands in place of an empty
// one, the way to older ones, the notice, the gear.
import { html, nothing } from 'lit';
import type { BellhopClient } from '../client/client';
import { icons } from './icons';
import type { NoticeController } from './notice';
import { t } from './words';

/** The way to the preferences (R-049). */
export function renderGear(onPreferences: () => void) {
  return html`<button
    class="gear"
    part="preferences-button"
    type="button"
    title=${t('Preferences')}
    aria-label=${t('Preferences')}
    @click=${onPreferences}
  >
    ${icons.gear}
  </button>`;
}

export function renderEmpty() {
  return html`<div class="state" part="empty">
    <span class="state-icon">${icons.checks}</span>
    <strong>${t('All caught up')}</strong>
    <span>${t('New notifications appear here by themselves.')}</span>
  </div>`;
}

/** Before the first list: bones while it loads, or why it does not. */
export function renderNotLoaded({ status }: BellhopClient) {
  if (status.phase === 'signed_out') {
    return html`<div class="state" part="error">
      <span class="state-icon">${icons.alert}</span>
      <strong>${t('You are signed out')}</strong>
      <span>${t('Sign in again to see your notifications.')}</span>
    </div>`;
  }
  if (status.phase === 'offline') {
    return html`<div class="state" part="error">
      <span class="state-icon">${icons.alert}</span>
      <strong>${t('The hub cannot be reached')}</strong>
      <span>${t('Trying again by itself.')}</span>
    </div>`;
  }
  const bone = html`<li class="bone"><i></i><b></b></li>`;
  return html`<ul class="list" aria-busy="true" aria-label=${t('Loading…')}>
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
    ${client.isLoadingOlder ? t('Loading…') : t('Load older')}
  </button>`;
}

export function renderNotice(notice: NoticeController) {
  const { current } = notice;
  if (!current) return nothing;
  return html`<div class="notice" part="notice" role="status">
    <span>${current.text}</span>
    ${
      current.undo
        ? html`<button class="undo" type="button" @click=${() => notice.undo()}>${t('Undo')}</button>`
        : html`<button class="undo" type="button" aria-label=${t('Close')} @click=${() => notice.hide()}>
            ${icons.close}
          </button>`
    }
  </div>`;
}
