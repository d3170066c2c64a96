// Other programs that are told what happens: which, of what, and (for the one that is open) its log with replay.
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles } from './admin_styles';
import { ask, request, type Listed } from './api';
import { Asked, Doing } from './asking';
import { empty, fieldsOf, head, outcomeOf, pill, plain, timeOf, troubleBox, waiting } from './parts';
import { hrefOf } from './places';

export interface Webhook {
  id: string;
  url: string;
  types: string[];
  active: boolean;
  description: string;
  disabled: string | null;
  created_at: string;
  secret?: string;
}

const TYPES = [
  ['notification.created', 'Somebody’s bell has a new entry'],
  ['notification.delivered', 'A channel beside the bell took one'],
  ['notification.failed', 'A channel beside the bell refused one for good'],
  ['sms.received', 'Somebody answered a text message'],
  ['delivery.bounced', 'What was sent came back'],
] as const;
const PATH = '/api/v1/webhooks';

export class AdminWebhooks extends LitElement {
  /** The id of the webhook whose log is shown. */
  @property({ attribute: false }) open: string | null = null;
  /** The webhook that is edited; an empty one is new. */
  @state() private edited: Partial<Webhook> | null = null;
  @state() private removed: Webhook | null = null;
  @state() private secret: string | null = null;
  #list = new Asked<Listed<Webhook>>(this, (signal) => ask<Listed<Webhook>>(`${PATH}?limit=200`, signal));
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#list.load();
  }

  override render() {
    const { value, trouble } = this.#list;
    const webhook = value?.items.find(({ id }) => id === this.open);
    return html`${
      this.open === null
        ? head(
            'Webhooks',
            'Other programs that are told what happens, each message signed (Standard Webhooks) and tried for three days.',
            html`<button class="button primary" type="button" @click=${() => this.#edit({})}>
              ${icons.plus} New webhook
            </button>`,
          )
        : nothing
    }
    ${troubleBox(trouble, () => this.#list.load())} ${outcomeOf(this.#doing)}
    ${!value ? (trouble ? nothing : waiting()) : this.open === null ? this.#all(value.items) : this.#one(webhook)}
    ${this.#dialogs()}`;
  }

  #all(items: Webhook[]) {
    if (items.length === 0)
      return empty(
        'No other program is told anything.',
        'Make a webhook to let another program hear of notifications, answers by text message, or what came back.',
      );
    return html`<ul class="rows">
      ${items.map(
        ({ id, url, types, active, description, disabled }) =>
          html`<li>
            <a class="row" href=${hrefOf('webhooks', id)}>
              <span class="main">
                <span class="title">${plain(description || url)}</span>
                <span class="small muted">${plain(url)}</span>
              </span>
              <span class="side">
                <span>${types.length} ${types.length === 1 ? 'type' : 'types'}</span>
                ${disabled ? pill('failed', `off: ${disabled}`) : pill(active ? 'active' : 'off')}
              </span>
            </a>
          </li>`,
      )}
    </ul>`;
  }

  #one(webhook: Webhook | undefined) {
    if (!webhook)
      return empty(
        'There is no such webhook, or not any more.',
        html`<a class="link" href=${hrefOf('webhooks')}>All webhooks</a>`,
      );
    const { url, types, active, description, disabled, created_at } = webhook;
    return html`<p><a class="link" href=${hrefOf('webhooks')}>All webhooks</a></p>
      ${head(
        description || 'Webhook',
        plain(url),
        html`<button class="button" type="button" @click=${() => this.#edit(webhook)}>Change</button>
          <button
            class="button"
            type="button"
            ?disabled=${this.#doing.isBusy}
            @click=${() => this.#rotate(webhook)}
          >
            New secret
          </button>
          <button class="button danger" type="button" @click=${() => (this.removed = webhook)}>
            Remove
          </button>`,
      )}
      <section class="card">
        <dl class="facts">
          <dt>State</dt>
          <dd>
            ${disabled ? pill('failed', 'switched off by Bellhop') : pill(active ? 'active' : 'off')}
            ${disabled ? html`<span class="muted">It answered that it is gone. Switch it on again under Change.</span>` : nothing}
          </dd>
          <dt>Hears of</dt>
          <dd>${types.join(', ')}</dd>
          <dt>Made</dt>
          <dd>${timeOf(created_at)}</dd>
        </dl>
      </section>
      <admin-webhook-log .webhook=${webhook.id}></admin-webhook-log>`;
  }

  #dialogs() {
    const { edited, removed, secret } = this;
    if (secret !== null)
      return html`<admin-dialog heading="The webhook’s secret" @dialog-close=${() => (this.secret = null)}>
        <admin-secret .secret=${secret} label="Secret of its signatures"></admin-secret>
      </admin-dialog>`;
    if (edited)
      return html`<admin-dialog
        .heading=${edited.id ? 'Change webhook' : 'New webhook'}
        @dialog-close=${() => (this.edited = null)}
        >${this.#form(edited)}</admin-dialog
      >`;
    if (removed)
      return html`<admin-dialog heading="Remove this webhook?" @dialog-close=${() => (this.removed = null)}>
        <p>${plain(removed.url)} is told nothing any more. What waits for it and its log go as well.</p>
        <div class="end">
          <button class="button" type="button" @click=${() => (this.removed = null)}>Keep it</button>
          <button class="button danger" type="button" @click=${() => this.#remove(removed)}>Remove</button>
        </div>
      </admin-dialog>`;
    return nothing;
  }

  #form({ id, url = '', types = [], active = true, description = '' }: Partial<Webhook>) {
    const fault = (pointer: string) => {
      const words = this.#doing.trouble?.faultAt(pointer);
      return words ? html`<span class="fault">${words}</span>` : nothing;
    };
    return html`<form class="stack" @submit=${this.#save}>
      <label class="entry">
        <span>Address</span>
        <input name="url" type="url" required placeholder="https://example.com/bellhop" .value=${url} />
        <span class="hint">https, and public</span>
        ${fault('/url')}
      </label>
      <fieldset>
        <legend>Hears of</legend>
        ${TYPES.map(
          ([type, words]) =>
            html`<label class="check">
              <input type="checkbox" name="types" value=${type} ?checked=${types.includes(type)} />
              <span>${words} <code class="muted">${type}</code></span>
            </label>`,
        )}
        ${fault('/types')}
      </fieldset>
      <label class="entry">
        <span>What it is for</span>
        <input name="description" maxlength="500" .value=${description} />
        ${fault('/description')}
      </label>
      <label class="check">
        <input type="checkbox" name="active" value="yes" ?checked=${active} />
        <span>Switched on</span>
      </label>
      ${troubleBox(this.#doing.trouble)}
      <div class="end">
        <button class="button" type="button" @click=${() => (this.edited = null)}>Cancel</button>
        <button class="button primary" ?disabled=${this.#doing.isBusy}>
          ${id ? 'Save' : 'Make webhook'}
        </button>
      </div>
    </form>`;
  }

  #edit(webhook: Partial<Webhook>): void {
    this.#doing.clear();
    this.edited = webhook;
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { url, description, active } = fieldsOf(form);
    const body = { url, description, active: active === 'yes', types: new FormData(form).getAll('types') };
    const id = this.edited?.id;
    const isDone = await this.#doing.run(async () => {
      if (id) {
        await request('PUT', `${PATH}/${encodeURIComponent(id)}`, body);
        return 'Saved.';
      }
      this.secret = (await request<Webhook>('POST', PATH, body)).secret ?? null;
      return 'The webhook is made.';
    });
    if (!isDone) return;
    this.edited = null;
    await this.#list.load();
  };

  async #rotate({ id }: Webhook): Promise<void> {
    await this.#doing.run(async () => {
      this.secret =
        (await request<Webhook>('POST', `${PATH}/${encodeURIComponent(id)}/rotate`)).secret ?? null;
      return 'A new secret is in force. For a day messages are signed with the old one as well.';
    });
  }

  async #remove({ id }: Webhook): Promise<void> {
    const isDone = await this.#doing.run(async () => {
      await request('DELETE', `${PATH}/${encodeURIComponent(id)}`);
      return 'The webhook is removed.';
    });
    this.removed = null;
    if (!isDone) return;
    location.hash = hrefOf('webhooks');
    await this.#list.load();
  }

  static override styles = [adminStyles];
}
