// A card to sign in by pasting a token: for an installation without a helpdesk page around it.
// Event: `signed-in` after the hub has set its session cookie.
import { css, html, LitElement, nothing } from 'lit';
import { query, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { signIn } from './session';
import { pageStyles } from './page_styles';

export class BellhopSignIn extends LitElement {
  @state() private error: string | null = null;
  @state() private isBusy = false;
  @query('input') private input!: HTMLInputElement;

  override render() {
    return html`<form class="card" @submit=${this.#submit}>
      <h2>Sign in</h2>
      <p class="muted">Paste an agent's token. Your helpdesk issues them; on the server, so does:</p>
      <pre tabindex="0">bellhop token --agent ana</pre>
      <label for="token">Token</label>
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
      <button class="button primary" ?disabled=${this.isBusy}>
        ${this.isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>`;
  }

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const token = this.input.value.trim();
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
      form {
        display: grid;
        gap: 10px;
        padding: 24px;
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
      .error:empty {
        display: none;
      }
    `,
  ];
}
