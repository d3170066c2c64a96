// A card to sign in: by a link that the hub mails to an agent's address, or by pasting a token. In the language that the
// page around it speaks.
// Event: `signed-in` after the hub has set its session cookie.
import { css, html, LitElement, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { t, WordsController } from '../elements/words';
import type { DemoAgent } from '../panel/types';
import { demoPeople } from './demo';
import { askForLink, signIn } from './session';
import { pageStyles } from './page_styles';

export class BellhopSignIn extends LitElement {
  @state() private mailed: string | null = null;
  @state() private notMailed: string | null = null;
  @state() private error: string | null = null;
  @state() private isBusy = false;
  @state() private people: DemoAgent[] = [];
  @query('#email') private email!: HTMLInputElement;
  @query('#token') private token!: HTMLInputElement;

  constructor() {
    super();
    new WordsController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void demoPeople().then((people) => (this.people = people));
  }

  override render() {
    return html`<div class="card">
      <h2>${t('Sign in')}</h2>
      ${this.people.length ? this.#demo() : nothing}
      <form class="by-link" @submit=${this.#askForLink}>
        <label for="email">${t('Your email address at work')}</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="email"
          inputmode="email"
          required
          aria-describedby="not-mailed"
        />
        <p id="not-mailed" class="error" role="alert">${this.notMailed ?? nothing}</p>
        <button class="button primary" ?disabled=${this.isBusy}>${t('Email me a link')}</button>
        <p class="mailed" role="status">${this.mailed ?? nothing}</p>
      </form>
      <p class="or"><span>${t('or')}</span></p>
      <form class="by-token" @submit=${this.#submit}>
        <label for="token">${t('An agent’s token')}</label>
        <p class="muted">${t('Your helpdesk issues them; on the server, so does:')}</p>
        <pre tabindex="0">bellhop token --agent ana</pre>
        <input
          id="token"
          name="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          required
          aria-describedby="error"
        />
        <p id="error" class="error" role="alert">${this.error ?? nothing}</p>
        <button class="button" ?disabled=${this.isBusy}>
          ${this.isBusy ? t('One moment…') : t('Sign in with the token')}
        </button>
      </form>
    </div>`;
  }

  #demo() {
    return html`<div class="demo" role="group" aria-labelledby="demo">
      <p id="demo">${t('This is the demo. Be one of its people:')}</p>
      <div class="people">
        ${this.people.map(
          ({ name, role, token }) =>
            html`<button
              class="button"
              type="button"
              ?disabled=${this.isBusy}
              @click=${() => this.#signIn(token)}
            >
              ${role === 'agent' ? name : `${name} (${role})`}
            </button>`,
        )}
      </div>
    </div>`;
  }

  #askForLink = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const address = this.email.value.trim();
    this.mailed = null;
    this.isBusy = true;
    this.notMailed = await askForLink(address);
    this.isBusy = false;
    if (this.notMailed === null) {
      this.mailed = t(
        'If the hub knows {address}, a link is on its way. It works once, within ten minutes.',
        {
          address,
        },
      );
    }
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    await this.#signIn(this.token.value.trim());
  };

  async #signIn(token: string): Promise<void> {
    this.isBusy = true;
    this.error = await signIn(token);
    this.isBusy = false;
    if (this.error === null) {
      this.dispatchEvent(new CustomEvent('signed-in', { bubbles: true, composed: true }));
    }
  }

  static override styles = [
    controls,
    pageStyles,
    css`
      :host {
        min-height: 0;
        background: none;
      }
      .card {
        display: grid;
        gap: 16px;
        padding: 24px;
      }
      form {
        display: grid;
        gap: 10px;
      }
      .demo {
        display: grid;
        gap: 10px;
        padding-bottom: 18px;
        border-bottom: 1px solid var(--bellhop-line);
      }
      .people {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .or {
        display: grid;
        grid-template-columns: 1fr auto 1fr;
        align-items: center;
        gap: 12px;
        color: var(--bellhop-muted);
        font-size: 13px;
      }
      .or::before,
      .or::after {
        content: '';
        border-top: 1px solid var(--bellhop-line);
      }
      .mailed {
        overflow-wrap: anywhere;
      }
      label {
        font-weight: 600;
        font-size: 14px;
      }
      pre {
        margin: 0;
        padding: 9px 12px;
        border-radius: 8px;
        background: var(--bellhop-raised);
        overflow-x: auto;
      }
      .error {
        color: var(--bellhop-red);
      }
      .error:empty,
      .mailed:empty {
        display: none;
      }
    `,
  ];
}
