// The keys of the open bell (`keys.ts`), for the person who asks.
import { html } from 'lit';
import { t } from './words';

export function renderHelp() {
  return html`<dl class="help" part="help" aria-label=${t('Keyboard')}>
    ${KEYS().map(
      ([keys, text]) =>
        html`<div>
          <dt>${keys.map((key) => html`<kbd>${key}</kbd>`)}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

function KEYS(): [keys: string[], text: string][] {
  return [
    [['j', 'k'], t('Next, previous')],
    [['Enter'], t('Open the ticket')],
    [['e'], t('Dismiss')],
    [['r'], t('Read or unread')],
    [['s'], t('Snooze')],
    [['w'], t('Why did I get this?')],
    [['z'], t('Undo')],
    [['/'], t('Search')],
    [['?'], t('These keys')],
    [['Esc'], t('Close')],
  ];
}
