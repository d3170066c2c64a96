// API keys: made with their scopes, shown once, revoked.
import { html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles } from './admin_styles';
import { ask, query, request, type Listed } from './api';
import { Doing, Pages } from './asking';
import { empty, fieldsOf, head, outcomeOf, pill, plain, timeOf, troubleBox, listOf } from './parts';

interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  key?: string;
}

const PATH = '/api/v1/keys';
const SCOPES = [
  ['events', 'Post events and notifications', 'What a helpdesk needs.'],
  [
    'admin',
    'Everything that administrators may',
    'Directory, settings, these pages. Posting of events not included.',
  ],
] as const;

export class AdminKeys extends LitElement {
  @state() private isMaking = false;
  @state() private made: ApiKey | null = null;
  @state() private revoked: ApiKey | null = null;
  #pages = new Pages<ApiKey>(this, (after, signal) =>
    ask<Listed<ApiKey>>(`${PATH}${query({ after })}`, signal),
  );
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#pages.load();
  }

  override render() {
    const { asked } = this.#pages;
    return html`${head(
      'API keys',
      'For programs that post events or administer. A key is shown once; only its hash is kept.',
      html`<button class="button primary" type="button" @click=${this.#begin}>${icons.plus} New key</button>`,
    )}
    ${troubleBox(asked.trouble, () => this.#pages.load())} ${outcomeOf(this.#doing)}
    ${listOf(this.#pages, (items) => this.#list(items))} ${this.#dialogs()}`;
  }

  #list(items: ApiKey[]) {
    if (items.length === 0)
      return empty(
        'There are no keys.',
        'The key that the environment may give is not listed. Make a key for each program, so that one can be revoked without the others.',
      );
    return html`<ul class="rows">
      ${items.map(
        (key) =>
          html`<li>
            <div class="row">
              <div class="main">
                <span class="title">${plain(key.name)}</span>
                <span class="small muted"><code>bh_${key.id}_…</code></span>
              </div>
              <div class="side">
                ${key.scopes.map((scope) => pill(scope))} <span>made ${timeOf(key.created_at)}</span>
                <button
                  class="button small danger"
                  type="button"
                  aria-label="Revoke ${key.name}"
                  @click=${() => (this.revoked = key)}
                >
                  Revoke
                </button>
              </div>
            </div>
          </li>`,
      )}
    </ul>`;
  }

  #dialogs() {
    const { made, revoked } = this;
    if (made)
      return html`<admin-dialog heading="The new key" @dialog-close=${() => (this.made = null)}>
        <admin-secret .secret=${made.key ?? ''} label=${`Key “${made.name}”`}></admin-secret>
      </admin-dialog>`;
    if (this.isMaking)
      return html`<admin-dialog heading="New API key" @dialog-close=${() => (this.isMaking = false)}
        >${this.#form()}</admin-dialog
      >`;
    if (revoked)
      return html`<admin-dialog heading="Revoke this key?" @dialog-close=${() => (this.revoked = null)}>
        <p>
          ${plain(revoked.name)}: whatever uses it is refused from now on, on every node. That cannot be
          undone.
        </p>
        <div class="end">
          <button class="button" type="button" @click=${() => (this.revoked = null)}>Keep it</button>
          <button class="button danger" type="button" @click=${() => this.#revoke(revoked)}>Revoke</button>
        </div>
      </admin-dialog>`;
    return nothing;
  }

  #form() {
    const { trouble, isBusy } = this.#doing;
    return html`<form class="stack" @submit=${this.#make}>
      <label class="entry">
        <span>What it is for</span>
        <input name="name" required maxlength="200" autocomplete="off" placeholder="Helpdesk in production" />
      </label>
      <fieldset>
        <legend>What it may do</legend>
        ${SCOPES.map(
          ([scope, words, more]) =>
            html`<label class="check">
              <input type="checkbox" name="scopes" value=${scope} ?checked=${scope === 'events'} />
              <span>${words}<br /><span class="hint">${more}</span></span>
            </label>`,
        )}
      </fieldset>
      ${troubleBox(trouble)}
      <div class="end">
        <button class="button" type="button" @click=${() => (this.isMaking = false)}>Cancel</button>
        <button class="button primary" ?disabled=${isBusy}>Make key</button>
      </div>
    </form>`;
  }

  #begin = (): void => {
    this.#doing.clear();
    this.isMaking = true;
  };

  #make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const body = { name: fieldsOf(form).name, scopes: new FormData(form).getAll('scopes') };
    const isDone = await this.#doing.run(async () => {
      this.made = await request<ApiKey>('POST', PATH, body);
      return 'The key is made.';
    });
    if (!isDone) return;
    this.isMaking = false;
    await this.#pages.load();
  };

  async #revoke({ id, name }: ApiKey): Promise<void> {
    await this.#doing.run(async () => {
      await request('DELETE', `${PATH}/${encodeURIComponent(id)}`);
      return `“${name}” is revoked.`;
    });
    this.revoked = null;
    await this.#pages.load();
  }

  static override styles = [adminStyles];
}
