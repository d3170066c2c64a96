// A question or a form above the page: a native dialog, with a heading, closed by Escape, its cross or `dialog-close`.
// Event: `dialog-close` when the person wants it gone.
import { css, html, LitElement } from 'lit';
import { property, query } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { controls } from '../elements/theme';

export class AdminDialog extends LitElement {
  @property() heading = '';
  @query('dialog') private dialog!: HTMLDialogElement;

  override render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.#onCancel}>
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button type="button" aria-label="Close" @click=${this.#close}>${icons.close}</button>
      </header>
      <div class="body"><slot></slot></div>
    </dialog>`;
  }

  override firstUpdated(): void {
    this.dialog.showModal();
  }

  #onCancel = (event: Event): void => {
    event.preventDefault();
    this.#close();
  };

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('dialog-close'));
  };

  static override styles = [
    controls,
    css`
      dialog {
        width: min(560px, calc(100vw - 24px));
        max-height: calc(100dvh - 32px);
        padding: 0;
        overflow: auto;
        border: 0;
        border-radius: var(--bellhop-radius);
        color: var(--bellhop-text);
        background: var(--bellhop-surface);
        box-shadow: var(--bellhop-shadow);
      }
      dialog::backdrop {
        background: rgb(10 12 20 / 45%);
      }
      header {
        position: sticky;
        top: 0;
        display: flex;
        align-items: start;
        justify-content: space-between;
        gap: 12px;
        padding: 18px 20px 6px;
        background: var(--bellhop-surface);
      }
      h2 {
        margin: 0;
        font-size: 18px;
        line-height: 1.3;
        letter-spacing: -0.01em;
        overflow-wrap: anywhere;
      }
      button {
        flex: none;
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        margin: -6px -8px 0 0;
        border-radius: 9px;
        font-size: 20px;
        color: var(--bellhop-muted);
      }
      button:hover {
        background: var(--bellhop-hover);
      }
      .body {
        padding: 4px 20px 20px;
      }
    `,
  ];
}
