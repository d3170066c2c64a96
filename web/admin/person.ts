// One record of the directory as a form. Only what was changed is sent; removing asks first.
// Events: `person-saved` (`detail.said`), `dialog-close`.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask, request } from './api';
import { Asked, Doing } from './asking';
import { changesOf, kindOf, shownValue, type Field, type Person } from './people_kinds';
import { fieldsOf, plain, troubleBox, waiting } from './parts';
import { hrefOf } from './places';

export class AdminPerson extends LitElement {
  @property({ attribute: false }) kind = 'agents';
  /** An id; null for somebody new. */
  @property({ attribute: false }) person: string | null = null;
  @state() private isRemoving = false;
  #asked = new Asked<Person>(this, (signal) => ask<Person>(this.#path(this.person ?? ''), signal));
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.person !== null) void this.#asked.load();
  }

  override render() {
    const { value, trouble } = this.#asked;
    const { one } = kindOf(this.kind);
    const heading = this.person === null ? `New ${one}` : value?.name || this.person;
    return html`<admin-dialog .heading=${heading} @dialog-close=${this.#close}>
      ${troubleBox(trouble, () => this.#asked.load())}
      ${this.person === null || value ? this.#form(value ?? null) : trouble ? nothing : waiting()}
    </admin-dialog>`;
  }

  #form(person: Person | null) {
    if (this.isRemoving && person) return this.#removal(person);
    const { one, fields } = kindOf(this.kind);
    return html`<form class="stack" @submit=${this.#save}>
      ${
        person
          ? html`<p class="muted">
              Id ${plain(person.id)}${this.kind === 'agents' ? this.#links(person) : nothing}
            </p>`
          : html`<label class="entry">
              <span>Id</span>
              <input name="id" required autocomplete="off" spellcheck="false" />
              <span class="hint">As the helpdesk knows them</span>
            </label>`
      }
      ${fields.map((field) => this.#field(field, person))} ${troubleBox(this.#doing.trouble)}
      <div class="end">
        ${
          person
            ? html`<button class="button danger" type="button" @click=${() => (this.isRemoving = true)}>
                Remove
              </button>`
            : nothing
        }
        <button class="button" type="button" @click=${this.#close}>Cancel</button>
        <button class="button primary" ?disabled=${this.#doing.isBusy}>
          ${person ? 'Save' : `Make ${one}`}
        </button>
      </div>
    </form>`;
  }

  #links({ id }: Person) {
    return html`,
      <a class="link" href=${hrefOf('deliveries', null, { recipient: id })}>what was sent to them</a>`;
  }

  #field(field: Field, person: Person | null) {
    const { name, label, hint, type = 'text', choices } = field;
    const value = shownValue(field, person);
    const fault = this.#doing.trouble?.faultAt(`/${name}`);
    const mark = fault ? 'true' : nothing;
    if (type === 'switch')
      return html`<label class="check">
        <input type="checkbox" name=${name} value="yes" ?checked=${person?.[name] !== false} />
        <span>${label}</span>
      </label>`;
    return html`<label class="entry">
      <span>${label}</span>
      ${
        choices
          ? html`<select name=${name} aria-invalid=${mark}>
              ${choices.map(
                ([each, words]) =>
                  html`<option value=${each} ?selected=${each === (value || choices[0]![0])}>
                    ${words}
                  </option>`,
              )}
            </select>`
          : html`<input
              name=${name}
              type=${type === 'list' ? 'text' : type}
              placeholder=${hint ?? ''}
              autocomplete="off"
              aria-invalid=${mark}
              value=${value}
            />`
      }
      ${fault ? html`<span class="fault">${fault}</span>` : nothing}
    </label>`;
  }

  #removal(person: Person) {
    const canErase = this.kind === 'agents' || this.kind === 'contacts';
    return html`<form class="stack" @submit=${this.#remove}>
      <p>Remove ${plain(person.name || person.id)}? If the helpdesk still sends them, they come back.</p>
      ${
        canErase
          ? html`<label class="check">
              <input type="checkbox" name="erase" value="yes" />
              <span>
                Forget them altogether<br /><span class="hint"
                  >Inbox, devices, what others’ entries say of them. That cannot be undone and may take a
                  while.</span
                >
              </span>
            </label>`
          : nothing
      }
      ${troubleBox(this.#doing.trouble)}
      <div class="end">
        <button class="button" type="button" @click=${() => (this.isRemoving = false)}>Keep</button>
        <button class="button danger" ?disabled=${this.#doing.isBusy}>Remove</button>
      </div>
    </form>`;
  }

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const given = fieldsOf(event.target as HTMLFormElement);
    const kind = kindOf(this.kind);
    const before = this.#asked.value ?? null;
    const changes = changesOf(kind, before, given);
    const id = this.person ?? given.id ?? '';
    if (this.person !== null && Object.keys(changes).length === 0) return this.#close();
    const isDone = await this.#doing.run(async () => {
      await request('PUT', this.#path(id), changes);
      return null;
    });
    const names = kind.fields.filter(({ name }) => name in changes).map(({ label }) => label.toLowerCase());
    if (isDone)
      this.#saved(
        `${given.name || id}: ${before ? `${names.join(', ')} changed` : `the ${kind.one} is there`}.`,
      );
  };

  #remove = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { erase } = fieldsOf(event.target as HTMLFormElement);
    const id = this.person ?? '';
    const isDone = await this.#doing.run(async () => {
      await request('DELETE', `${this.#path(id)}${erase ? '?erase=true' : ''}`);
      return null;
    });
    if (isDone) this.#saved(`${id} is ${erase ? 'forgotten' : 'removed'}.`);
  };

  #path(id: string): string {
    return `${kindOf(this.kind).path}/${encodeURIComponent(id)}`;
  }

  #saved(said: string): void {
    this.dispatchEvent(new CustomEvent('person-saved', { detail: { said } }));
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('dialog-close'));
  };

  static override styles = [
    adminStyles,
    css`
      /* In one column its end would lie below the window. */
      @media (min-width: 720px) {
        form.stack {
          grid-template-columns: 1fr 1fr;
          align-items: start;
        }
        form.stack > :not(.entry) {
          grid-column: 1 / -1;
        }
      }
    `,
  ];
}
