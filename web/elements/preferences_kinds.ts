// The kinds of notifications, a row each (R-061 to R-069), and which of them also come by email (D-22). Watching has
// no row: who does not want it stops watching (R-058, R-059).
import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { PreferenceRow } from '../client/preferences';
import { icons } from './icons';
import { faultAt, withRow } from './preferences_draft';
import { idOf, renderFault, renderSection, renderSwitch, type PreferencesView } from './preferences_field';
import { defaultText, isFor, kindText, lockText } from './preferences_words';
import { t, within } from './words';

export function renderKinds(view: PreferencesView): TemplateResult {
  const { draft, faults, role, set } = view;
  const rows = draft.categories.filter((row) => isFor(role, row));
  return renderSection(
    'kinds',
    t('Notify me about'),
    rows.map((row) => {
      const pointer = `/categories/${row.id}`;
      return renderSwitch(
        {
          pointer,
          label: t(row.label),
          text: kindText(row.id),
          aside: defaultText(row),
          lock: lockText(row),
          isOn: row.choice !== 'off',
          onChange: (isOn) => set(pointer, withRow(draft, row.id, { choice: isOn ? 'on' : 'off' })),
        },
        faults,
      );
    }),
  );
}

const COLUMNS = [
  ['alert_email', 'Alert'],
  ['fallback_email', 'Fallback'],
] as const;
type Column = (typeof COLUMNS)[number][0];

/** Two boxes for each kind. Behind a disclosure, because most people never want to know. */
export function renderEmailKinds(view: PreferencesView): TemplateResult {
  const rows = view.draft.categories.filter((row) => isFor(view.role, row));
  const isWrong = COLUMNS.some(([column]) => faultAt(view.faults, `/${column}`) !== '');
  return html`<details class="more" data-field="/alert_email" ?open=${isWrong}>
    <summary>${t('Email for each kind')}</summary>
    <p class="text">
      <b>${t('Alert')}</b>: ${t('at once, where your administrator’s rules name you.')}
      <b>${t('Fallback')}</b>: ${t('only what none of your pages and devices has shown you.')}
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col"><span class="hidden-text">${t('Kind')}</span></th>
          ${COLUMNS.map(([, title]) => html`<th scope="col">${t(title)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => renderEmailRow(row, view))}
      </tbody>
    </table>
  </details>`;
}

function renderEmailRow(row: PreferenceRow, view: PreferencesView): TemplateResult {
  const faults = COLUMNS.map(([column]) => faultAt(view.faults, `/${column}/${row.id}`));
  return html`<tr>
    <th scope="row">${t(row.label)} ${renderFault(idOf(`/email/${row.id}`), faults.find(Boolean) ?? '')}</th>
    ${COLUMNS.map(([column, title]) => html`<td>${renderBox(row, column, title, view)}</td>`)}
  </tr>`;
}

function renderBox(row: PreferenceRow, column: Column, title: string, view: PreferencesView): TemplateResult {
  const pointer = `/${column}/${row.id}`;
  const isLocked = row[`${column}_locked`];
  const lock = isLocked ? `, ${t('set by your administrator')}` : '';
  return html`<label class="box" title=${isLocked ? t('Set by your administrator') : ''}>
    <input
      type="checkbox"
      data-field=${pointer}
      aria-label="${t(row.label)}: ${t('{kind} email', { kind: within(t(title)) })}${lock}"
      .checked=${live(row[column])}
      ?disabled=${isLocked}
      @change=${(event: Event) => {
        const isOn = (event.target as HTMLInputElement).checked;
        view.set(pointer, withRow(view.draft, row.id, { [column]: isOn }));
      }}
    />
    ${isLocked ? icons.lock : ''}
  </label>`;
}
