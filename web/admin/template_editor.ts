// The editor of one template: subject, plain text and HTML; what it looks like with made-up people, beside it; a test
// that shows the mail server's own words; versions, each to be put in force again.
// Event: `template-saved` after another wording is in force.
import { html, LitElement, nothing } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { adminStyles } from './admin_styles';
import { ask, request, Trouble } from './api';
import { Asked, Doing } from './asking';
import { fieldsOf, head, outcomeOf, pill, plain, troubleBox, waiting } from './parts';
import { wordsOfTest, type TestResult } from './system';
import { editorStyles } from './template_styles';
import { versionsView, type Version, type Wording } from './template_versions';
import type { MergeField, Template } from './templates';

const PAUSE_MS = 500;

export class AdminTemplate extends LitElement {
  @property({ attribute: false }) template!: Template;
  @property({ attribute: false }) mergeFields: MergeField[] = [];
  @state() private draft: Wording = { subject: '', text: '', html: null };
  @state() private shown: 'html' | 'text' = 'html';
  @state() private asked: { what: 'restore'; version: Version } | { what: 'drop' } | null = null;
  @query('textarea[name=text]') private textArea!: HTMLTextAreaElement;
  /** Where a merge field goes: the field that somebody wrote in last. */
  #field: HTMLInputElement | HTMLTextAreaElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #preview = new Asked<Wording>(this, (signal) =>
    request<Wording>('POST', `${this.#path}/preview`, this.#body, signal),
  );
  #versions = new Asked<{ items: Version[] }>(this, (signal) => ask(`${this.#path}/versions`, signal));
  #doing = new Doing(this);
  #testing = new Doing(this);

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('template')) return;
    const { subject, text, html: page } = this.template;
    const before = changed.get('template') as Template | undefined;
    this.draft = { subject, text, html: page };
    if (before?.name !== this.template.name) {
      this.#preview.reset();
      this.#doing.clear();
    }
    void this.#preview.load();
    void this.#versions.load();
  }

  override render() {
    const { about, version, name, medium } = this.template;
    return html`${head(about, html`<code>${name}</code> ${version === null ? pill('shipped', 'as shipped') : pill('stored', `version ${version}`)}`)}
      <div class="two">
        <div>${this.#form()}</div>
        <div>${this.#previewView()} ${medium === 'email' ? this.#test() : nothing}</div>
      </div>
      ${versionsView(this.#versions, (version) => (this.asked = { what: 'restore', version }))}
      ${this.#dialog()}`;
  }

  get #isEmail(): boolean {
    return this.template.medium === 'email';
  }

  get #path(): string {
    return `/api/v1/templates/${encodeURIComponent(this.template.name)}`;
  }

  get #body(): Partial<Wording> {
    const { subject, text, html: page } = this.draft;
    return this.#isEmail ? { subject, text, html: page?.trim() ? page : null } : { text };
  }

  get #isChanged(): boolean {
    const { subject, text, html: page } = this.template;
    return (
      this.draft.subject !== subject || this.draft.text !== text || (this.draft.html ?? '') !== (page ?? '')
    );
  }

  #form() {
    const { trouble, isBusy } = this.#doing;
    return html`<form class="card stack" @submit=${this.#save} @focusin=${this.#onFocus}>
      ${
        this.#isEmail
          ? html`<label class="entry">
              <span>Subject</span>
              <input
                name="subject"
                required
                aria-invalid=${trouble?.faultAt('/subject') ? 'true' : nothing}
                .value=${live(this.draft.subject)}
                @input=${(event: Event) => this.#write({ subject: valueOf(event) })}
              />
            </label>`
          : nothing
      }
      <label class="entry">
        <span>Plain text</span>
        <textarea
          class="mono"
          name="text"
          rows="11"
          required
          aria-invalid=${trouble?.faultAt('/text') ? 'true' : nothing}
          .value=${live(this.draft.text)}
          @input=${(event: Event) => this.#write({ text: valueOf(event) })}
        ></textarea>
      </label>
      ${
        this.#isEmail
          ? html`<label class="entry">
              <span>HTML</span>
              <textarea
                class="mono"
                name="html"
                rows="11"
                spellcheck="false"
                aria-invalid=${trouble?.faultAt('/html') ? 'true' : nothing}
                .value=${live(this.draft.html ?? '')}
                @input=${(event: Event) => this.#write({ html: valueOf(event) })}
              ></textarea>
              <span class="hint">Empty: made of the plain text, its lines kept.</span>
            </label>`
          : nothing
      }
      ${this.#fields()} ${outcomeOf(this.#doing)}
      <div class="end">
        ${
          this.template.version === null
            ? nothing
            : html`<button class="button" type="button" @click=${() => (this.asked = { what: 'drop' })}>
                Back to the shipped one
              </button>`
        }
        <button class="button" type="button" ?disabled=${!this.#isChanged} @click=${this.#discard}>
          Discard
        </button>
        <button class="button primary" ?disabled=${isBusy || !this.#isChanged}>Save as a new version</button>
      </div>
    </form>`;
  }

  #fields() {
    return html`<details class="fields">
      <summary>Merge fields</summary>
      <p class="hint">Put in where the cursor is. People’s own text is always a value, never markup.</p>
      <ul>
        ${this.mergeFields.map(
          ({ name, about }) =>
            html`<li>
              <button class="link" type="button" @click=${() => this.#insert(`{${name}}`)}>
                <code>{${name}}</code>
              </button>
              <span class="hint">${about}</span>
            </li>`,
        )}
      </ul>
    </details>`;
  }

  #previewView() {
    const { value, trouble, isLoading } = this.#preview;
    return html`<section class="card preview" aria-label="Preview" aria-busy=${isLoading}>
      <div class="line">
        <h2>With made-up people</h2>
        ${
          this.#isEmail
            ? html`<button
                class="button small"
                type="button"
                aria-pressed=${this.shown === 'text'}
                @click=${() => (this.shown = this.shown === 'text' ? 'html' : 'text')}
              >
                Plain text
              </button>`
            : nothing
        }
      </div>
      ${this.#previewTrouble(trouble)}
      ${value ? this.#previewOf(value, trouble !== null) : trouble ? nothing : waiting()}
    </section>`;
  }

  #previewTrouble(trouble: Trouble | null) {
    if (trouble?.kind !== 'invalid') return troubleBox(trouble, () => this.#preview.load());
    return html`<p class="fault" role="status">${trouble.message}</p>`;
  }

  #previewOf({ subject, text, html: page }: Wording, isOld: boolean) {
    const isPage = this.#isEmail && this.shown === 'html' && page;
    return html`<div class=${isOld ? 'stale' : ''}>
      ${this.#isEmail ? html`<p class="subject">${plain(subject)}</p>` : nothing}
      ${
        isPage
          ? html`<iframe title="The email" sandbox="" referrerpolicy="no-referrer" .srcdoc=${page}></iframe>`
          : html`<pre tabindex="0">${text}</pre>`
      }
      ${this.#isEmail ? nothing : html`<p class="hint">${[...text].length} characters</p>`}
    </div>`;
  }

  #test() {
    return html`<form class="card test" @submit=${this.#sendTest}>
      <label class="entry">
        <span>Send a test to</span>
        <input name="to" type="email" required autocomplete="email" placeholder="you@example.com" />
        <span class="hint"
          >With the version in force${this.#isChanged ? ', not what you are writing' : nothing}.</span
        >
      </label>
      <button class="button" ?disabled=${this.#testing.isBusy}>
        ${this.#testing.isBusy ? 'Sending…' : 'Send test'}
      </button>
      ${outcomeOf(this.#testing)}
    </form>`;
  }

  #dialog() {
    const { asked } = this;
    if (!asked) return nothing;
    const isDrop = asked.what === 'drop';
    return html`<admin-dialog
      .heading=${isDrop ? 'Back to the shipped wording?' : `Restore version ${asked.version.version}?`}
      @dialog-close=${() => (this.asked = null)}
    >
      ${isDrop ? html`<p>Your versions stay, and each can be restored.</p>` : html`<pre class="old" tabindex="0">${asked.version.text}</pre>`}
      <p class="hint">
        In force at once, on every node.${this.#isChanged ? ' What you are writing is lost.' : ''}
      </p>
      <div class="end">
        <button class="button" type="button" @click=${() => (this.asked = null)}>Cancel</button>
        <button
          class="button primary"
          type="button"
          @click=${() => this.#turnTo(isDrop ? null : asked.version)}
        >
          ${isDrop ? 'Use the shipped one' : 'Restore'}
        </button>
      </div>
    </admin-dialog>`;
  }

  #write(change: Partial<Wording>): void {
    this.draft = { ...this.draft, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#preview.load(), PAUSE_MS);
  }

  #onFocus = (event: FocusEvent): void => {
    const field = event.target as HTMLElement;
    if (field.matches('input[name], textarea[name]')) this.#field = field as HTMLTextAreaElement;
  };

  #insert(text: string): void {
    const field = this.#field?.isConnected ? this.#field : this.textArea;
    field.focus();
    field.setRangeText(text, field.selectionStart ?? 0, field.selectionEnd ?? 0, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  #discard = (): void => {
    const { subject, text, html: page } = this.template;
    this.draft = { subject, text, html: page };
    void this.#preview.load();
  };

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const isDone = await this.#doing.run(async () => {
      const { version } = await request<Template>('PUT', this.#path, this.#body);
      return `Saved: version ${version} is in force.`;
    });
    if (isDone) this.#tell();
  };

  async #turnTo(version: Version | null): Promise<void> {
    const isDone = await this.#doing.run(async () => {
      if (version === null) {
        await request('DELETE', this.#path);
        return 'The shipped wording is in force.';
      }
      const restored = await request<Template>('POST', `${this.#path}/restore`, { version: version.version });
      return `Version ${version.version} is in force again, as version ${restored.version}.`;
    });
    this.asked = null;
    if (isDone) this.#tell();
  }

  #sendTest = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { to } = fieldsOf(event.target as HTMLFormElement);
    await this.#testing.run(async () =>
      wordsOfTest(await request<TestResult>('POST', `${this.#path}/test`, { to })),
    );
  };

  #tell(): void {
    this.dispatchEvent(new CustomEvent('template-saved'));
  }

  static override styles = [adminStyles, editorStyles];
}

function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
}
