// A secret that the hub shows once: to be copied now. It is in this element and nowhere else, and goes with it.
import { css, html, LitElement } from 'lit';
import { property, state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles } from './admin_styles';

export class AdminSecret extends LitElement {
  @property({ attribute: false }) secret = '';
  @property() label = 'Secret';
  @state() private said = '';

  override render() {
    return html`<div class="box">
      <p class="warning">${icons.alert} <span>Copy it now. It cannot be shown again.</span></p>
      <label for="secret">${this.label}</label>
      <div class="line">
        <input id="secret" readonly .value=${this.secret} spellcheck="false" @focus=${this.#select} />
        <button class="button primary" type="button" @click=${this.#copy}>Copy</button>
      </div>
      <p class="said" role="status">${this.said}</p>
    </div>`;
  }

  #select = (event: Event): void => (event.target as HTMLInputElement).select();

  #copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.secret);
      this.said = 'Copied.';
    } catch {
      // Without https, or without leave: by hand.
      this.renderRoot.querySelector('input')?.select();
      this.said = 'Press Ctrl+C (⌘C) to copy what is selected.';
    }
  };

  static override styles = [
    adminStyles,
    css`
      .box {
        display: grid;
        gap: 8px;
      }
      .warning {
        display: flex;
        gap: 8px;
        align-items: center;
        color: var(--bellhop-amber);
        font-weight: 570;
      }
      .line {
        display: flex;
        gap: 8px;
      }
      input {
        flex: 1;
        min-width: 0;
        font-family: ui-monospace, Menlo, Consolas, monospace;
      }
    `,
  ];
}
