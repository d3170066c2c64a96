// The helpdesks that post their own webhooks: how that goes, the last error, people whom nobody matches, and secrets,
// made in this browser or by the hub and shown once.
import { html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles } from './admin_styles';
import { ask, query, request, type Listed } from './api';
import { Doing, Pages } from './asking';
import { empty, fieldsOf, head, outcomeOf, pill, plain, timeOf, troubleBox, listOf } from './parts';
import { randomSecret } from './random_secret';
import { KINDS, type Source } from './source_kinds';
import { sourceStyles } from './source_styles';

const PATH = '/api/v1/sources';

export class AdminSources extends LitElement {
  @state() private edited: Partial<Source> | null = null;
  @state() private asked: { source: Source; what: 'remove' | 'rotate' } | null = null;
  @state() private secret: { source: string; secret: string } | null = null;
  #pages = new Pages<Source>(this, (after, signal) =>
    ask<Listed<Source>>(`${PATH}${query({ after })}`, signal),
  );
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#pages.load();
  }

  override render() {
    const { asked } = this.#pages;
    return html`${head(
      'Sources',
      'Helpdesks that post their own webhooks to Bellhop, each verified by its secret.',
      html`<button class="button primary" type="button" @click=${() => this.#edit({})}>
        ${icons.plus} New source
      </button>`,
    )}
    ${troubleBox(asked.trouble, () => this.#pages.load())} ${outcomeOf(this.#doing)}
    ${listOf(this.#pages, (items) => this.#list(items))} ${this.#dialogs()}`;
  }

  #list(items: Source[]) {
    if (items.length === 0)
      return empty(
        'No helpdesk posts webhooks here yet.',
        'Make a source to get the address and the secret for the helpdesk. Helpdesks that post CloudEvents need an API key instead.',
      );
    return html`${items.map((source) => this.#card(source))}`;
  }

  #card(source: Source) {
    const { id, kind, base_url, hook_url, last_delivery_at, last_error, last_error_at, unmatched } = source;
    const isFailing =
      last_error_at !== null && (last_delivery_at === null || last_error_at >= last_delivery_at);
    return html`<article class="card" aria-label="Source ${id}">
      <div class="top">
        <h2>
          ${plain(id)}
          <span class="muted small">${KINDS.find(([known]) => known === kind)?.[1] ?? kind}</span>
        </h2>
        ${
          isFailing
            ? pill('failed', 'failing')
            : last_delivery_at
              ? pill('active', 'works')
              : pill('planned', 'nothing came yet')
        }
        <div class="line-acts">
          <button
            class="button small"
            type="button"
            aria-label="Change ${id}"
            @click=${() => this.#edit(source)}
          >
            Change
          </button>
          <button
            class="button small"
            type="button"
            aria-label="New secret for ${id}"
            @click=${() => (this.asked = { source, what: 'rotate' })}
          >
            New secret
          </button>
          <button
            class="button small danger"
            type="button"
            aria-label="Remove ${id}"
            @click=${() => (this.asked = { source, what: 'remove' })}
          >
            Remove
          </button>
        </div>
      </div>
      <dl class="facts">
        <dt>It posts to</dt>
        <dd><code>${hook_url}</code></dd>
        ${
          base_url
            ? html`<dt>Its tickets are at</dt>
                <dd>${plain(base_url)}</dd>`
            : nothing
        }
        <dt>Last delivery</dt>
        <dd>${last_delivery_at ? timeOf(last_delivery_at) : 'none yet'}</dd>
        ${
          last_error
            ? html`<dt>Last error</dt>
                <dd>${timeOf(last_error_at)}: ${plain(last_error)}</dd>`
            : nothing
        }
      </dl>
      ${unmatched.length ? this.#unmatched(source) : nothing}
    </article>`;
  }

  #unmatched({ id: source, unmatched }: Source) {
    return html`<details>
      <summary>
        ${unmatched.length} ${unmatched.length === 1 ? 'person' : 'people'} whom nobody matches
      </summary>
      <p class="hint">
        It named them, and no agent has that id or address. Say who they are, or leave out who is no agent.
      </p>
      <ul class="people">
        ${unmatched.map(
          ({ external_id, name, times }) =>
            html`<li>
              <span class="who"
                >${plain(name || external_id)}
                <span class="muted small">${plain(external_id)}, ${times} times</span></span
              >
              <form
                class="line-acts"
                @submit=${(event: SubmitEvent) => this.#match(event, source, external_id)}
              >
                <input
                  name="agent"
                  required
                  placeholder="agent id"
                  aria-label="Agent that ${name || external_id} is"
                />
                <button class="button small" ?disabled=${this.#doing.isBusy}>That is them</button>
                <button class="button small" type="button" @click=${() => this.#forget(source, external_id)}>
                  No agent
                </button>
              </form>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  #dialogs() {
    const { edited, asked, secret } = this;
    if (secret)
      return html`<admin-dialog
        heading="Secret of ${secret.source}"
        @dialog-close=${() => (this.secret = null)}
      >
        <admin-secret .secret=${secret.secret} label="Put it into the helpdesk"></admin-secret>
      </admin-dialog>`;
    if (edited)
      return html`<admin-dialog
        .heading=${edited.id ? `Change ${edited.id}` : 'New source'}
        @dialog-close=${() => (this.edited = null)}
        >${this.#form(edited)}</admin-dialog
      >`;
    if (asked) {
      const isRemoval = asked.what === 'remove';
      return html`<admin-dialog
        .heading=${isRemoval ? 'Remove this source?' : 'Make a new secret?'}
        @dialog-close=${() => (this.asked = null)}
      >
        <p>
          ${
            isRemoval
              ? html`Webhooks of ${plain(asked.source.id)} are refused from now on.`
              : html`Webhooks of ${plain(asked.source.id)} that are signed with the old secret are refused at
                once: have the helpdesk’s settings open.`
          }
        </p>
        <div class="end">
          <button class="button" type="button" @click=${() => (this.asked = null)}>Cancel</button>
          <button
            class="button ${isRemoval ? 'danger' : 'primary'}"
            type="button"
            @click=${() => (isRemoval ? this.#remove(asked.source) : this.#rotate(asked.source))}
          >
            ${isRemoval ? 'Remove' : 'New secret'}
          </button>
        </div>
      </admin-dialog>`;
    }
    return nothing;
  }

  #form({ id, kind = 'zammad', base_url }: Partial<Source>) {
    const { trouble, isBusy } = this.#doing;
    return html`<form class="stack" @submit=${this.#save}>
      ${
        id
          ? nothing
          : html`<label class="entry">
              <span>Name</span>
              <input
                name="id"
                required
                pattern="[A-Za-z0-9._\\-]{1,64}"
                placeholder="main"
                autocomplete="off"
              />
              <span class="hint">Letters, digits, dots, dashes: it stands in the address</span>
            </label>`
      }
      <label class="entry">
        <span>Helpdesk</span>
        <select name="kind">
          ${KINDS.map(([value, words]) => html`<option value=${value} ?selected=${value === kind}>${words}</option>`)}
        </select>
      </label>
      <label class="entry">
        <span>Where it is</span>
        <input name="base_url" type="url" placeholder="https://desk.example.com" .value=${base_url ?? ''} />
        <span class="hint">For links to tickets</span>
      </label>
      ${troubleBox(trouble)}
      <div class="end">
        <button class="button" type="button" @click=${() => (this.edited = null)}>Cancel</button>
        <button class="button primary" ?disabled=${isBusy}>${id ? 'Save' : 'Make source'}</button>
      </div>
    </form>`;
  }

  #edit(source: Partial<Source>): void {
    this.#doing.clear();
    this.edited = source;
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { id = this.edited?.id ?? '', kind, base_url } = fieldsOf(event.target as HTMLFormElement);
    const isKnown = this.edited?.id !== undefined;
    await this.#change(async () => {
      const body = { kind, ...(base_url ? { base_url } : {}) };
      const { secret } = await request<Source>('PUT', pathOf(id), body);
      if (secret) this.secret = { source: id, secret };
      this.edited = null;
      return isKnown ? 'Saved.' : `The source ${id} is there.`;
    });
  };

  #rotate({ id, kind }: Source): Promise<void> {
    return this.#change(async () => {
      const secret = randomSecret();
      await request('PUT', pathOf(id), { kind, secret });
      this.secret = { source: id, secret };
      return 'A new secret is in force.';
    });
  }

  #remove({ id }: Source): Promise<void> {
    return this.#change(async () => {
      await request('DELETE', pathOf(id));
      return `The source ${id} is removed.`;
    });
  }

  #match = (event: SubmitEvent, source: string, person: string): Promise<void> => {
    event.preventDefault();
    const { agent = '' } = fieldsOf(event.target as HTMLFormElement);
    return this.#change(async () => {
      await request('PUT', `${pathOf(source)}/people/${encodeURIComponent(person)}`, { agent });
      return `${person} of ${source} is ${agent} from now on.`;
    });
  };

  #forget(source: string, person: string): Promise<void> {
    return this.#change(async () => {
      await request('DELETE', `${pathOf(source)}/people/${encodeURIComponent(person)}`);
      return `${person} is off the list.`;
    });
  }

  async #change(act: () => Promise<string>): Promise<void> {
    const isDone = await this.#doing.run(act);
    this.asked = null;
    if (isDone) await this.#pages.load();
  }

  static override styles = [adminStyles, sourceStyles];
}

function pathOf(source: string): string {
  return `${PATH}/${encodeURIComponent(source)}`;
}
