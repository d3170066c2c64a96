// The question whether desktop notifications may come: asked once in a browser, away for good when it is answered
// or waved away. The browser itself asks only after the click.
import { html, type TemplateResult } from 'lit';
import type { Alerts } from '../client/alerts';
import { t } from './words';

export function renderConsent(alerts: Alerts, onDone: () => void): TemplateResult {
  const allow = () => void alerts.allowDesktop().finally(onDone);
  const decline = () => {
    alerts.declineDesktop();
    onDone();
  };
  return html`<div class="question">
    <p>${t('Enable browser notifications?')}</p>
    <div class="answers">
      <button class="answer allow" type="button" @click=${allow}>${t('Allow')}</button>
      <button class="answer later" type="button" @click=${decline}>${t('Not now')}</button>
    </div>
  </div>`;
}
