// `<bellhop-consent>`: the question whether desktop notifications may come. Asked once in a browser, away for good
// when it is answered or waved away. The browser itself asks only after the click.
// Event: `consent-done`.
import { html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Alerts } from '../client/alerts';
import { consentStyles } from './consent_styles';
import { controls } from './theme';
import { t, WordsController } from './words';

export class BellhopConsent extends LitElement {
  @property({ attribute: false }) alerts!: Alerts;

  constructor() {
    super();
    new WordsController(this);
  }

  override render() {
    return html`<div class="question">
      <p>${t('Enable browser notifications?')}</p>
      <div class="answers">
        <button class="answer allow" type="button" @click=${this.#allow}>${t('Allow')}</button>
        <button class="answer later" type="button" @click=${this.#decline}>${t('Not now')}</button>
      </div>
    </div>`;
  }

  #allow = async (): Promise<void> => {
    await this.alerts.allowDesktop();
    this.#done();
  };

  #decline = (): void => {
    this.alerts.declineDesktop();
    this.#done();
  };

  #done(): void {
    this.dispatchEvent(new CustomEvent('consent-done', { bubbles: true, composed: true }));
  }

  /** At the foot of the window, in the top layer: it covers neither the list nor what stands below the bell. */
  protected override firstUpdated(): void {
    this.closest<HTMLElement>('[popover]')?.showPopover?.();
  }

  static override styles = [controls, consentStyles];
}
