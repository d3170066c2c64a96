// `<bellhop-preferences>`: what an agent wants to hear of, when and where. Opened by the gear in the bell and on the
// notifications page; on a page of its own it takes the bell's attributes.
//
// Attributes: `server`, `token`, `token-url`, `theme`, as for `<bellhop-bell>`. Property `api`: whoever has a client
// already hands in its own, and there is a way back.
// Events: `preferences-back` when the person leaves; `preferences-saved` {preferences}.
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import type { Alerts } from '../client/alerts';
import { Api } from '../client/api';
import type { BellhopClient } from '../client/client';
import { Credentials } from '../client/credentials';
import { browserEnvironment } from '../client/environment';
import type { Preferences } from '../client/preferences';
import { formStyles } from './form_styles';
import { icons } from './icons';
import { renderChannels, renderEmail } from './preferences_channels';
import { PreferencesController } from './preferences_controller';
import type { PreferencesView } from './preferences_field';
import { renderKinds } from './preferences_kinds';
import { preferencesStyles } from './preferences_styles';
import { renderTest } from './preferences_trial';
import { renderDoNotDisturb, renderQuietHours } from './quiet_hours_view';
import { scriptOrigin } from './script_origin';
import { controls, themeOf } from './theme';
import { speak, t, WordsController } from './words';

const IDENTITY = ['api', 'server', 'token', 'tokenUrl'];
const MOST_NAMED = 3;

type Question = 'leave' | 'reset';

export class BellhopPreferences extends LitElement {
  @property({ attribute: false }) api: Api | null = null;
  /** Of the bell around it, where there is one. */
  @property({ attribute: false }) client: BellhopClient | null = null;
  @property({ attribute: false }) alerts: Alerts | null = null;
  @property() server: string | null = null;
  @property() token: string | null = null;
  @property({ attribute: 'token-url' }) tokenUrl: string | null = null;
  /** Set by itself: nobody around it, so the colours are its own. */
  @property({ type: Boolean, reflect: true }) alone = false;
  @state() private asking: Question | null = null;
  @query('.said') private saidLine!: HTMLElement | null;

  #state = new PreferencesController(this);
  #usedApi: Api | null = null;

  /** Something is set that is not saved. */
  get isChanged(): boolean {
    return this.#state.isChanged;
  }

  constructor() {
    super();
    new WordsController(this);
    this.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.escape();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#load();
  }

  /** Also right after it was put into a page. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.back, h2')?.focus());
  }

  /** Goes back, or asks first where something would be lost. */
  leave(): void {
    if (this.isChanged) this.#ask('leave');
    else this.#say('preferences-back', null);
  }

  /** What the Escape key means here: a question is withdrawn, otherwise the way back. */
  escape(): void {
    if (this.asking) this.#withdraw();
    else if (!this.alone) this.leave();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (IDENTITY.some((name) => changed.has(name))) this.#load();
    if (this.asking === 'leave' && !this.isChanged) this.asking = null;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('asking') && this.asking)
      this.renderRoot.querySelector<HTMLElement>('.question .stay')?.focus();
  }

  override render() {
    const { draft, busy } = this.#state;
    return html`<div class="top" part="header">
        ${
          this.alone
            ? nothing
            : html`<button
                class="back"
                type="button"
                aria-label=${t('Back to the notifications')}
                @click=${() => this.leave()}
              >
                ${icons.back}
              </button>`
        }
        <h2 tabindex="-1">${t('Preferences')}</h2>
      </div>
      <div
        class="body"
        part="preferences"
        ?inert=${this.asking !== null || busy === 'save' || busy === 'reset'}
      >
        ${draft ? this.#sections(draft) : this.#notLoaded()}
      </div>
      ${this.asking ? this.#question(this.asking) : this.#foot()}`;
  }

  #sections(draft: Preferences): TemplateResult {
    const { agent, faults, reached, busy } = this.#state;
    const now = Date.now();
    const view: PreferencesView = {
      draft,
      faults,
      role: agent?.role,
      timeZone: agent?.time_zone ?? null,
      now,
      set: (pointer, change) => this.#state.set(pointer, change),
    };
    return html`${renderDoNotDisturb(view)} ${renderKinds(view)} ${renderChannels(view)} ${renderEmail(view)}
      ${renderQuietHours(view)}
      ${renderTest({
        reached,
        isSending: busy === 'test',
        isUnsaved: this.isChanged,
        now,
        onSend: () => void this.#state.test(),
      })}
      ${this.#thisBrowser()}
      <div class="block end">
        <button class="link reset" type="button" @click=${() => this.#ask('reset')}>
          ${t('Reset to defaults')}
        </button>
      </div>`;
  }

  #thisBrowser() {
    const { me, saved } = this.#state;
    if (!me || !saved) return nothing;
    return html`<bellhop-this-browser
      .api=${this.client?.api ?? this.#usedApi}
      .client=${this.client}
      .alerts=${this.alerts}
      .me=${me}
      .preferences=${saved}
      .hub=${this.client?.server ?? this.#hub}
    ></bellhop-this-browser>`;
  }

  #notLoaded(): TemplateResult {
    const { said } = this.#state;
    if (!said) return html`<p class="state" aria-busy="true">${t('Loading…')}</p>`;
    return html`<div class="state">
      <p role="alert">${said.text}</p>
      <button class="button" type="button" @click=${() => this.#load()}>${t('Try again')}</button>
    </div>`;
  }

  #foot(): TemplateResult | typeof nothing {
    const { draft, said, busy, changes } = this.#state;
    if (!draft) return nothing;
    const { words } = changes;
    const pending = words.length > 0 ? t('Changed: {what}', { what: changesText(words) }) : t('No changes');
    return html`<div class="foot" part="preferences-footer">
      <p
        class="said ${said?.isWrong ? 'wrong' : ''}"
        role="status"
        tabindex="-1"
        title=${words.join(', ') || nothing}
      >
        ${said ? html`${said.isWrong ? icons.alert : icons.check} <span>${said.text}</span>` : pending}
      </p>
      <button
        class="button primary save"
        type="button"
        ?disabled=${words.length === 0 || busy !== null}
        @click=${() => void this.#save()}
      >
        ${busy === 'save' ? t('Saving…') : t('Save Preferences')}
      </button>
    </div>`;
  }

  #question(about: Question): TemplateResult {
    const isLeaving = about === 'leave';
    const text = isLeaving
      ? t('Not saved: {what}.', { what: changesText(this.#state.changes.words) })
      : t('Everything goes back to what your administrator set.');
    return html`<div
      class="foot question"
      role="alertdialog"
      aria-label=${isLeaving ? t('Unsaved changes') : t('Reset to defaults')}
      aria-describedby="question"
    >
      <p id="question">${text}</p>
      <button class="button danger go" type="button" @click=${() => void this.#go(about)}>
        ${isLeaving ? t('Discard') : t('Reset')}
      </button>
      <button class="button stay" type="button" @click=${() => this.#withdraw()}>
        ${isLeaving ? t('Keep editing') : t('Cancel')}
      </button>
    </div>`;
  }

  #ask(about: Question): void {
    this.asking = about;
  }

  #withdraw(): void {
    const back = this.asking === 'reset' ? '.reset' : '.back';
    this.asking = null;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(back)?.focus());
  }

  async #go(about: Question): Promise<void> {
    this.asking = null;
    if (about === 'leave') {
      this.#state.discard();
      return this.#say('preferences-back', null);
    }
    await this.#tell(await this.#state.reset());
  }

  async #save(): Promise<void> {
    await this.#tell(await this.#state.save());
  }

  /** The pressed button may be disabled now: whoever works by keyboard goes on from the answer, or from the fault. */
  async #tell(saved: Preferences | null): Promise<void> {
    await this.updateComplete;
    const fault = this.renderRoot.querySelector('.fault');
    const field = fault?.closest('.field, .span, .block, tr');
    const control = field?.querySelector<HTMLElement>('input:enabled, select');
    fault?.scrollIntoView({ block: 'center' });
    (control ?? this.saidLine)?.focus({ preventScroll: true });
    if (saved) this.alerts?.takePreferences(saved);
    if (saved) this.#say('preferences-saved', { preferences: saved });
  }

  #speak(): void {
    const { locale = null } = this.#state.agent ?? {};
    void speak(this.lang, locale, document.documentElement.lang, navigator.language);
  }

  #load(): void {
    if (!this.isConnected) return;
    this.alone = this.api === null;
    this.asking = null;
    this.#usedApi = this.api ?? this.#ownApi();
    const loaded = this.#state.load(this.#usedApi);
    // Inside a bell it is the bell that says in which language.
    if (this.alone) void loaded.then(() => this.#speak());
  }

  get #hub(): string {
    return (this.server ?? scriptOrigin()).replace(/\/+$/, '');
  }

  #ownApi(): Api {
    const environment = browserEnvironment();
    return new Api(this.#hub, new Credentials(this, environment), environment);
  }

  #say(name: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  static override styles = [themeOf('[alone]'), controls, formStyles, preferencesStyles];
}

/** "Transfer on, Email off and 2 more". */
function changesText(words: string[]): string {
  const named = words.slice(0, MOST_NAMED).join(', ');
  return words.length > MOST_NAMED
    ? t('{named} and {count} more', { named, count: words.length - MOST_NAMED })
    : named;
}
