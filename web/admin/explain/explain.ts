// Who would hear of an event, and who heard of one that was: by a form for common events, by raw JSON, or by its id.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { adminStyles } from '../admin_styles';
import { request } from '../api';
import { Doing } from '../asking';
import { fieldsOf, head, troubleBox } from '../parts';
import { hrefOf } from '../places';
import { eventOf, SAMPLES, type FormField } from './samples';
import { candidatesView, verdictStyles, type Candidate } from './verdict';

type Way = 'form' | 'json' | 'stored';

export class AdminExplain extends LitElement {
  /** The id of the stored event that is explained. */
  @property({ attribute: false }) event: string | null = null;
  @property({ attribute: false }) query = new URLSearchParams();
  @state() private way: Way = 'form';
  @state() private type = SAMPLES[0]!.type;
  @state() private json = '';
  @state() private jsonFault: string | null = null;
  @state() private candidates: Candidate[] | null = null;
  #doing = new Doing(this);

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('event') && this.event !== null) this.way = 'stored';
  }

  override render() {
    return html`${head('Explain', 'Who would hear of an event and why, or why not. Nothing is stored and nobody is told.')}
      <div class="ways-in" role="group" aria-label="Which event">
        ${this.#wayButton('form', 'A common event')} ${this.#wayButton('json', 'Raw JSON')}
        ${this.#wayButton('stored', 'One that happened')}
      </div>
      ${this.way === 'form' ? this.#form() : this.way === 'json' ? this.#raw() : this.#stored()}
      ${
        this.way === 'stored'
          ? nothing
          : html`${troubleBox(this.#doing.trouble)}
              <section aria-live="polite">
                ${this.candidates ? candidatesView(this.candidates) : nothing}
              </section>`
      }`;
  }

  #wayButton(way: Way, words: string) {
    return html`<button
      class="button"
      type="button"
      aria-pressed=${this.way === way}
      @click=${() => this.#choose(way)}
    >
      ${words}
    </button>`;
  }

  #form() {
    const sample = SAMPLES.find(({ type }) => type === this.type)!;
    return html`<form class="card" @submit=${this.#ask}>
      <div class="grid">
        <label class="entry">
          <span>What happens</span>
          <select
            .value=${this.type}
            @change=${(event: Event) => {
              this.type = (event.target as HTMLSelectElement).value;
              this.candidates = null;
            }}
          >
            ${SAMPLES.map(
              ({ type, label }) =>
                html`<option value=${type} ?selected=${type === this.type}>${label}</option>`,
            )}
          </select>
        </label>
        ${sample.fields.map((field) => this.#field(field))}
      </div>
      <div class="end">
        <button class="button" type="button" @click=${this.#asJson}>Edit as JSON</button>
        <button class="button primary" ?disabled=${this.#doing.isBusy}>Who would hear of it?</button>
      </div>
    </form>`;
  }

  #field({ name, label, hint = '', choices, value = '' }: FormField) {
    return html`<label class="entry">
      <span>${label}</span>
      ${
        choices
          ? html`<select name=${name}>
              ${choices.map(([choice, words]) => html`<option value=${choice}>${words}</option>`)}
            </select>`
          : html`<input
              name=${name}
              value=${value}
              placeholder=${hint}
              autocomplete="off"
              spellcheck="false"
              ?required=${name === 'ticket'}
            />`
      }
    </label>`;
  }

  #raw() {
    return html`<form class="card stack" @submit=${this.#askRaw}>
      <label class="entry">
        <span>One event, as POST /api/v1/events takes it</span>
        <textarea
          class="mono"
          rows="16"
          spellcheck="false"
          required
          aria-invalid=${this.jsonFault ? 'true' : nothing}
          .value=${live(this.json)}
          @input=${(event: Event) => (this.json = (event.target as HTMLTextAreaElement).value)}
        ></textarea>
        <span class="hint"
          >Beside the event, <code>"settings": {…}</code> lays switches over the stored ones for this
          answer.</span
        >
        ${this.jsonFault ? html`<span class="fault" role="alert">${this.jsonFault}</span>` : nothing}
      </label>
      <div class="end">
        <button class="button primary" ?disabled=${this.#doing.isBusy}>Who would hear of it?</button>
      </div>
    </form>`;
  }

  #stored() {
    return html`<form class="card" @submit=${this.#openStored}>
        <div class="grid">
          <label class="entry">
            <span>Event</span>
            <input
              name="event"
              required
              autocomplete="off"
              spellcheck="false"
              placeholder="id"
              .value=${this.event ?? ''}
            />
          </label>
          <label class="entry">
            <span>Source</span>
            <input
              name="source"
              autocomplete="off"
              spellcheck="false"
              placeholder="only where several have that id"
              .value=${this.query.get('source') ?? ''}
            />
          </label>
        </div>
        <div class="end"><button class="button primary">Who heard of it?</button></div>
      </form>
      ${
        this.event
          ? html`<admin-stored-event
              .event=${this.event}
              .source=${this.query.get('source')}
            ></admin-stored-event>`
          : html`<p class="hint">
              The id is what the helpdesk gave the event; each delivery names the one it came from.
            </p>`
      }`;
  }

  #choose(way: Way): void {
    this.way = way;
    this.candidates = null;
    this.#doing.clear();
    if (way === 'json' && this.json === '')
      this.json = pretty(eventOf(this.type, { ticket: 'HD-00123', assignees: '' }));
  }

  #asJson = (event: Event): void => {
    const form = (event.target as HTMLButtonElement).form!;
    this.json = pretty(eventOf(this.type, fieldsOf(form)));
    this.#choose('json');
  };

  #ask = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    await this.#explain(eventOf(this.type, fieldsOf(event.target as HTMLFormElement)));
  };

  #askRaw = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.jsonFault = null;
    let parsed: unknown;
    try {
      parsed = JSON.parse(this.json);
    } catch (error) {
      this.jsonFault = `This is not JSON: ${(error as Error).message}`;
      return;
    }
    await this.#explain(parsed);
  };

  async #explain(body: unknown): Promise<void> {
    this.candidates = null;
    await this.#doing.run(async () => {
      const { candidates } = await request<{ candidates: Candidate[] }>('POST', '/api/v1/explain', body);
      this.candidates = candidates;
      return null;
    });
  }

  #openStored = (event: SubmitEvent): void => {
    event.preventDefault();
    const { event: id = '', source = '' } = fieldsOf(event.target as HTMLFormElement);
    location.hash = hrefOf('explain', id, { source });
  };

  static override styles = [
    adminStyles,
    verdictStyles,
    css`
      .ways-in {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-bottom: 14px;
      }
      .button[aria-pressed='true'] {
        border-color: var(--bellhop-accent);
        color: var(--bellhop-accent);
      }
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr));
        gap: 14px;
        margin-bottom: 16px;
      }
      form.card,
      .trouble {
        margin-bottom: 16px;
      }
      textarea {
        min-height: 260px;
      }
    `,
  ];
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
