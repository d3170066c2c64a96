// "Try it" for one endpoint: fields for its parameters and body, the request as `curl`, and the answer.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { exampleOf, follow, type Document, type Endpoint, type Parameter } from './openapi';

interface Answer {
  status: string;
  isGood: boolean;
  text: string;
  ms: number;
}

export class DocsTry extends LitElement {
  @property({ attribute: false }) document!: Document;
  @property({ attribute: false }) endpoint!: Endpoint;
  /** An API key or an agent's token; without one the session cookie speaks. */
  @property({ attribute: false }) token = '';
  @state() private answer: Answer | null = null;
  @state() private isBusy = false;
  #values: Record<string, string> = {};
  #body: string | null = null;

  override render() {
    const { parameters = [] } = this.endpoint.operation;
    return html`<form @submit=${this.#send} @input=${() => this.requestUpdate()}>
      ${parameters.filter((each) => each.in !== 'cookie').map((each) => this.#field(each))}
      ${this.#bodyField()}
      <pre class="curl" tabindex="0">${this.#curl()}</pre>
      <button class="button primary" ?disabled=${this.isBusy}>${this.isBusy ? 'Sending…' : 'Send'}</button>
      ${this.#answer()}
    </form>`;
  }

  #field({ name, in: place, required }: Parameter) {
    return html`<label>
      <span><code>${name}</code> <em>${place}</em></span>
      <input
        autocomplete="off"
        ?required=${place === 'path' || Boolean(required)}
        @input=${(event: Event) => (this.#values[`${place}:${name}`] = (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  #bodyField() {
    if (this.#mediaType === null) return nothing;
    return html`<label class="body">
      <span>Body <em>${this.#mediaType}</em></span>
      <textarea
        spellcheck="false"
        rows=${Math.min(18, this.#bodyText.split('\n').length + 1)}
        .value=${this.#bodyText}
        @input=${(event: Event) => (this.#body = (event.target as HTMLTextAreaElement).value)}
      ></textarea>
    </label>`;
  }

  #answer() {
    const { answer } = this;
    if (!answer) return nothing;
    return html`<div class="answer" role="status">
      <p>
        <strong class=${answer.isGood ? 'good' : 'bad'}>${answer.status}</strong> <em>${answer.ms} ms</em>
      </p>
      ${answer.text ? html`<pre tabindex="0">${answer.text}</pre>` : nothing}
    </div>`;
  }

  get #mediaType(): string | null {
    const { requestBody } = this.endpoint.operation;
    if (!requestBody) return null;
    return Object.keys(follow(this.document, requestBody).content ?? {})[0] ?? 'application/json';
  }

  get #bodyText(): string {
    if (this.#body !== null) return this.#body;
    const { requestBody } = this.endpoint.operation;
    const media = requestBody && follow(this.document, requestBody).content?.[this.#mediaType ?? ''];
    const example = (media && exampleOf(this.document, media)) ?? {};
    return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
  }

  get #path(): string {
    const { path } = this.endpoint;
    const filled = path.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = this.#values[`path:${name}`];
      return value ? encodeURIComponent(value) : whole;
    });
    const query = new URLSearchParams(this.#given('query')).toString();
    return query ? `${filled}?${query}` : filled;
  }

  #given(place: string): [string, string][] {
    return Object.entries(this.#values)
      .filter(([key, value]) => key.startsWith(`${place}:`) && value !== '')
      .map(([key, value]) => [key.slice(place.length + 1), value]);
  }

  get #headers(): Record<string, string> {
    const headers = Object.fromEntries(this.#given('header'));
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (this.#mediaType !== null) headers['content-type'] = this.#mediaType;
    return headers;
  }

  #curl(): string {
    const lines = [`curl -X ${this.endpoint.method} ${quote(location.origin + this.#path)}`];
    for (const [name, value] of Object.entries(this.#headers)) {
      lines.push(`  -H ${quote(`${name}: ${name === 'authorization' ? 'Bearer …' : value}`)}`);
    }
    if (this.#mediaType !== null) lines.push(`  -d ${quote(this.#bodyText)}`);
    return lines.join(' \\\n');
  }

  #send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    this.isBusy = true;
    const startedAt = performance.now();
    try {
      const answer = await fetch(this.#path, {
        method: this.endpoint.method,
        headers: this.#headers,
        credentials: this.token ? 'omit' : 'same-origin',
        body: this.#mediaType === null ? undefined : this.#bodyText,
        signal: AbortSignal.timeout(15_000),
      });
      const text = pretty(await answer.text());
      this.#show(`${answer.status} ${answer.statusText}`, answer.ok, text, startedAt);
    } catch (error) {
      this.#show('No answer', false, error instanceof Error ? error.message : String(error), startedAt);
    }
    this.isBusy = false;
  };

  #show(status: string, isGood: boolean, text: string, startedAt: number): void {
    this.answer = { status, isGood, text, ms: Math.round(performance.now() - startedAt) };
  }

  static override styles = [
    controls,
    pageStyles,
    css`
      :host {
        min-height: 0;
        background: none;
        font-size: 14px;
      }
      form {
        display: grid;
        gap: 12px;
      }
      label {
        display: grid;
        grid-template-columns: 190px minmax(0, 1fr);
        align-items: center;
        gap: 6px 12px;
      }
      .body {
        grid-template-columns: minmax(0, 1fr);
      }
      textarea {
        font:
          13px/1.5 ui-monospace,
          Menlo,
          Consolas,
          monospace;
      }
      em {
        font-style: normal;
        font-size: 13px;
        color: var(--bellhop-muted);
      }
      pre {
        margin: 0;
        max-height: 420px;
        padding: 12px 14px;
        overflow: auto;
        border-radius: 9px;
        background: var(--bellhop-raised);
        line-height: 1.55;
      }
      .button {
        justify-self: start;
      }
      .good {
        color: var(--bellhop-green);
      }
      .bad {
        color: var(--bellhop-red);
      }
      @media (max-width: 600px) {
        label {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
}

function quote(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
