// Which types of notifications go out by email to agents who did not choose: all, or those that are ticked.
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { EMAIL_TYPES } from '../../elements/preferences_words';
import { valueAt } from './model';
import { faultOf, type SettingsView } from './views';

const PATH = ['defaults', 'email_types'];
const FIRST_CHOICE = ['assignment'];

export function emailTypesView(view: SettingsView): TemplateResult {
  const value = valueAt(view.draft, PATH);
  const chosen = Array.isArray(value) ? value : null;
  const fault = faultOf(view, PATH);
  const toggle = (type: string, isOn: boolean) => {
    const others = (chosen ?? []).filter((other) => other !== type);
    view.set(PATH, isOn ? [...others, type] : others);
  };
  return html`<label class="entry">
      <span>Types by email</span>
      <select
        .value=${live(chosen ? 'some' : '')}
        @change=${(event: Event) =>
          view.set(PATH, (event.target as HTMLSelectElement).value === 'some' ? FIRST_CHOICE : null)}
      >
        <option value="">as shipped (all)</option>
        <option value="some" ?selected=${chosen !== null}>only these</option>
      </select>
      ${fault ? html`<span class="fault">${fault}</span>` : nothing}
    </label>
    ${
      chosen
        ? html`<div role="group" aria-label="Types that go out by email">
            ${Object.entries(EMAIL_TYPES).map(
              ([type, label]) =>
                html`<label class="check">
                  <input
                    type="checkbox"
                    .checked=${live(chosen.includes(type))}
                    @change=${(event: Event) => toggle(type, (event.target as HTMLInputElement).checked)}
                  />
                  <span>${label}</span>
                </label>`,
            )}
          </div>`
        : nothing
    }`;
}
