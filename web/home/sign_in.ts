// A card to sign in: by a link that the hub mails to an agent's address, or by pasting a token.
// Event: `signed-in` after the hub has set its session cookie.
import { css, html, LitElement, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { askForLink, signIn } from './session';
import { pageStyles } from './page_styles';

export class BellhopSignIn extends LitElement {
  @state() private mailed: string | null = null;
  @state() private notMailed: string | null = null;
  @state() private error: string | null = null;
  @state() private isBusy = false;
  @query('#email') private email!: HTMLInputElement;
  @query('#token') private token!: HTMLInputElement;

  override render() {
    return html`<div class="card">
      <h2>Sign in</h2>
      <form class="by-link" @submit=${this.#askForLink}>
        <label for="email">Your email address at work</label>
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
        <button class="button primary" ?disabled=${this.isBusy}>Email me a link</button>
        <p class="mailed" role="status">${this.mailed ?? nothing}</p>
      </form>
      <p class="or"><span>or</span></p>
      <form class="by-token" @submit=${this.#submit}>
        <label for="token">An agent's token</label>
        <p class="muted">Your helpdesk issues them; on the server, so does:</p>
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
          ${this.isBusy ? 'One moment…' : 'Sign in with the token'}
        </button>
      </form>
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
      this.mailed = `If the hub knows ${address}, a link is on its way. It works once, within ten minutes.`;
    }
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = this.token.value.trim();
    this.isBusy = true;
    this.error = await signIn(token);
    this.isBusy = false;
    if (this.error === null) {
      this.dispatchEvent(new CustomEvent('signed-in', { bubbles: true, composed: true }));
    }
  };

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
