// `/admin`: who may come in, the way around, and the page that the address names. Signed out in between, what is on the
// page stays, and signing in goes on from there.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { Me } from '../client/protocol';
import { icons } from '../elements/icons';
import { theme } from '../elements/theme';
import { signOut } from '../home/session';
import { adminStyles } from './admin_styles';
import { ask, Trouble, useApiKey, usesApiKey } from './api';
import { consoleStyles } from './console_styles';
import { plain, troubleBox } from './parts';
import { hrefOf, nameOf, PAGES, placeOf, type Place } from './places';

const menuIcon = html`<svg
  viewBox="0 0 24 24"
  fill="none"
  stroke="currentColor"
  stroke-width="1.8"
  aria-hidden="true"
>
  <path d="M4 7h16M4 12h16M4 17h16" stroke-linecap="round" />
</svg>`;

type Standing =
  | { is: 'unknown' }
  | { is: 'out'; again: boolean }
  | { is: 'nobody'; name: string }
  | { is: 'trouble'; trouble: Trouble }
  | { is: 'in'; name: string; hasBell: boolean };

export class BellhopAdmin extends LitElement {
  @state() private standing: Standing = { is: 'unknown' };
  /** The session ended while somebody was at work. */
  @state() private hasEnded = false;
  @state() private place: Place = placeOf(location.hash);
  @state() private isMenuOpen = false;
  @state() private keyTrouble: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.#onHash);
    void this.#whoAmI();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#onHash);
  }

  override render() {
    const { standing } = this;
    return html`<header class="bar">
        <a class="brand" href="/" aria-label="Bellhop, home"
          ><span class="logo">${icons.bell}</span><span>Bellhop</span></a
        >
        <span class="where">Administration</span>
        <span class="grow"></span>
        ${standing.is === 'in' ? this.#me(standing) : nothing}
      </header>
      ${standing.is === 'in' ? this.#inside() : html`<main class="gate">${this.#gate()}</main>`}`;
  }

  #me({ name, hasBell }: { name: string; hasBell: boolean }) {
    return html`<span class="name">${plain(name)}</span>
      <button class="button small" type="button" @click=${this.#signOut}>Sign out</button>
      ${hasBell ? html`<bellhop-bell all-url="/notifications"></bellhop-bell>` : nothing}`;
  }

  #inside() {
    const { place } = this;
    const groups = [...new Set(PAGES.map(({ group }) => group))];
    return html`<div class="frame">
        <button
          class="button menu"
          type="button"
          aria-expanded=${this.isMenuOpen}
          aria-controls="pages"
          @click=${() => (this.isMenuOpen = !this.isMenuOpen)}
        >
          ${menuIcon} ${nameOf(place.page)} <span class="hidden-text">, all pages</span>
        </button>
        <nav id="pages" class=${this.isMenuOpen ? 'open' : ''} aria-label="Administration">
          ${groups.map(
            (group) =>
              html`<h2>${group}</h2>
                <ul>
                  ${PAGES.filter((listed) => listed.group === group).map(
                    ({ page, name, icon }) =>
                      html`<li>
                        <a href=${hrefOf(page)} aria-current=${page === place.page ? 'page' : nothing}
                          >${icon}<span>${name}</span></a
                        >
                      </li>`,
                  )}
                </ul>`,
          )}
        </nav>
        <main tabindex="-1" @signed-out=${this.#onSignedOut}>${this.#page()}</main>
      </div>
      ${
        this.hasEnded
          ? html`<admin-dialog
              heading="Your session has ended"
              @dialog-close=${() => (this.hasEnded = false)}
            >
              <p>What you wrote is still on the page.</p>
              <bellhop-sign-in @signed-in=${this.#whoAmI}></bellhop-sign-in>
            </admin-dialog>`
          : nothing
      }`;
  }

  #page(): TemplateResult {
    const { page, id, query } = this.place;
    switch (page) {
      case 'deliveries':
        return html`<admin-deliveries .open=${id} .query=${query}></admin-deliveries>`;
      case 'webhooks':
        return html`<admin-webhooks .open=${id}></admin-webhooks>`;
      case 'explain':
        return html`<admin-explain .event=${id} .query=${query}></admin-explain>`;
      case 'settings':
        return html`<admin-settings .shown=${id}></admin-settings>`;
      case 'templates':
        return html`<admin-templates .open=${id}></admin-templates>`;
      case 'people':
        return html`<admin-people .kind=${id} .query=${query}></admin-people>`;
      case 'sources':
        return html`<admin-sources></admin-sources>`;
      case 'keys':
        return html`<admin-keys></admin-keys>`;
      case 'blocked':
        return html`<admin-blocked></admin-blocked>`;
      case 'system':
        return html`<admin-system></admin-system>`;
      default:
        return html`<admin-overview></admin-overview>`;
    }
  }

  #gate() {
    const { standing } = this;
    if (standing.is === 'unknown') return nothing;
    if (standing.is === 'trouble') return troubleBox(standing.trouble, this.#whoAmI);
    return html`${
        standing.is === 'nobody'
          ? html`<div class="card nobody">
              <h1>For administrators</h1>
              <p>
                You are signed in as ${plain(standing.name)}, who is no administrator. Somebody who is can
                give you the role “admin” under People; or sign in as somebody else.
              </p>
              <div class="acts">
                <button class="button" type="button" @click=${this.#signOut}>Sign out</button>
                <a class="button" href="/">Home</a>
              </div>
            </div>`
          : html`<h1 class="hidden-text">Administration</h1>
              <bellhop-sign-in @signed-in=${this.#whoAmI}></bellhop-sign-in>`
      }
      <form class="card key" @submit=${this.#useKey}>
        <h2>Nobody has the role “admin” yet?</h2>
        <p class="muted">
          An API key with the scope admin opens this page as well. It is kept until the tab is closed or
          loaded again, and nowhere else.
        </p>
        <label class="entry">
          <span>API key</span>
          <input name="key" type="password" autocomplete="off" spellcheck="false" required />
        </label>
        ${this.keyTrouble ? html`<p class="fault" role="alert">${this.keyTrouble}</p>` : nothing}
        <div class="end"><button class="button">Use this key</button></div>
      </form>`;
  }

  #whoAmI = async (): Promise<void> => {
    if (usesApiKey()) return;
    try {
      const { agent } = await ask<Me>('/api/v1/me');
      const name = agent.name || agent.id;
      this.standing = agent.role === 'admin' ? { is: 'in', name, hasBell: true } : { is: 'nobody', name };
      this.hasEnded = false;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.standing =
        error.kind === 'signed_out' ? { is: 'out', again: false } : { is: 'trouble', trouble: error };
    }
  };

  #useKey = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const input = form.elements.namedItem('key') as HTMLInputElement;
    useApiKey(input.value.trim());
    this.keyTrouble = null;
    try {
      await ask('/api/v1/system');
      this.standing = { is: 'in', name: 'API key', hasBell: false };
    } catch (error) {
      useApiKey(null);
      if (!(error instanceof Trouble)) throw error;
      this.keyTrouble = error.kind === 'signed_out' ? 'This key is not accepted.' : error.message;
    }
  };

  #signOut = async (): Promise<void> => {
    if (usesApiKey()) {
      useApiKey(null);
      await this.#whoAmI();
      return;
    }
    await signOut();
    this.standing = { is: 'out', again: false };
  };

  #onSignedOut = (): void => {
    if (!usesApiKey()) {
      this.hasEnded = true;
      return;
    }
    useApiKey(null);
    this.keyTrouble = 'This key is not accepted any more.';
    void this.#whoAmI();
  };

  #onHash = (): void => {
    const before = this.place.page;
    this.place = placeOf(location.hash);
    this.isMenuOpen = false;
    if (before !== this.place.page) {
      window.scrollTo(0, 0);
      void this.updateComplete.then(() => this.renderRoot.querySelector('main')?.focus());
    }
  };

  override updated(): void {
    const inside = this.standing.is === 'in';
    document.title = `${inside ? nameOf(this.place.page) : 'Administration'} · Bellhop`;
  }

  static override styles = [theme, adminStyles, consoleStyles];
}
