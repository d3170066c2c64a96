// The directory: agents, teams, departments and customers, searched and changed one at a time.
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles, tabStyles } from './admin_styles';
import { ask, query, type Listed } from './api';
import { Pages } from './asking';
import { KINDS, kindOf, type Kind, type Person } from './people_kinds';
import { empty, fieldsOf, head, pill, plain, troubleBox, listOf } from './parts';
import { hrefOf } from './places';

export class AdminPeople extends LitElement {
  /** `agents`, `teams`, `departments`, `contacts`. */
  @property({ attribute: false }) kind: string | null = null;
  @property({ attribute: false }) query = new URLSearchParams();
  @state() private edited: { id: string | null } | null = null;
  @state() private said = '';
  #asked = '';
  #pages = new Pages<Person>(this, (after, signal) =>
    ask<Listed<Person>>(`${this.#kind.path}${query({ q: this.#q, limit: 50, after })}`, signal),
  );

  override willUpdate(): void {
    const wanted = `${this.#kind.name} ${this.#q}`;
    if (wanted === this.#asked) return;
    this.#asked = wanted;
    this.said = '';
    this.#pages.asked.reset();
    void this.#pages.load();
  }

  override render() {
    const { asked } = this.#pages;
    const kind = this.#kind;
    return html`${head(
        'People',
        'Who exists, who belongs where, who may be told. As a rule the helpdesk sends all of it.',
        html`<button class="button primary" type="button" @click=${() => (this.edited = { id: null })}>
          ${icons.plus} New ${kind.one}
        </button>`,
      )}
      <nav class="tabs" aria-label="Kinds">
        ${KINDS.map(
          ({ name, many }) =>
            html`<a href=${hrefOf('people', name)} aria-current=${name === kind.name ? 'page' : nothing}
              >${many}</a
            >`,
        )}
      </nav>
      <form class="filters" role="search" aria-label=${kind.many} @submit=${this.#onSearch}>
        <label class="entry">
          <span>Search ${kind.many.toLowerCase()}</span>
          <input
            name="q"
            type="search"
            autocomplete="off"
            placeholder="id, name or address"
            .value=${this.#q}
          />
        </label>
        <button class="button">Search</button>
      </form>
      <p class="said" role="status">${this.said ? html`${icons.check} ${this.said}` : nothing}</p>
      ${troubleBox(asked.trouble, () => this.#pages.load())}
      ${listOf(this.#pages, (items) => this.#list(items, kind))}
      ${
        this.edited
          ? html`<admin-person
              .kind=${kind.name}
              .person=${this.edited.id}
              @dialog-close=${() => (this.edited = null)}
              @person-saved=${this.#onSaved}
            ></admin-person>`
          : nothing
      }`;
  }

  get #kind(): Kind {
    return kindOf(this.kind);
  }

  get #q(): string {
    return this.query.get('q') ?? '';
  }

  #list(items: Person[], kind: Kind) {
    if (items.length === 0)
      return this.#q
        ? empty(
            `Nobody fits “${this.#q}”.`,
            html`A part of the id, the name or the address is enough.
              <a class="link" href=${hrefOf('people', kind.name)}>Show all</a>.`,
          )
        : empty(
            `The directory has no ${kind.many.toLowerCase()} yet.`,
            'Let the helpdesk send its directory (PUT /api/v1/directory), or make one here.',
          );
    return html`<ul class="rows" aria-label=${kind.many}>
      ${items.map(
        (person) =>
          html`<li>
            <button class="row" type="button" @click=${() => (this.edited = { id: person.id })}>
              <span class="main">
                <span class="title">${plain(person.name || person.id)}</span>
                <span class="small muted">${plain(kind.about(person))}</span>
              </span>
              <span class="side">${kind.pills(person).map(([word, words]) => pill(word, words))}</span>
            </button>
          </li>`,
      )}
    </ul>`;
  }

  #onSearch = (event: SubmitEvent): void => {
    event.preventDefault();
    location.hash = hrefOf('people', this.#kind.name, fieldsOf(event.target as HTMLFormElement));
  };

  #onSaved = async (event: CustomEvent<{ said: string }>): Promise<void> => {
    this.edited = null;
    await this.#pages.load();
    this.said = event.detail.said;
  };

  static override styles = [adminStyles, tabStyles];
}
