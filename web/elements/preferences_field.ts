// The one shape that most of the preferences have: words at the start, a switch at the end, the whole row to press.
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Fault } from '../client/api';
import type { Preferences } from '../client/preferences';
import { icons } from './icons';
import { faultAt } from './preferences_draft';

/** What the sections of the screen draw from, and how they change it. */
export interface PreferencesView {
  draft: Preferences;
  faults: Fault[];
  /** Of the agent. */
  role: string | undefined;
  timeZone: string | null;
  now: number;
  /** `pointer`: which field, as the hub names it. */
  set: (pointer: string, change: Partial<Preferences>) => void;
}

export interface SwitchField {
  /** RFC 6901 pointer of the field, also for the hub's complaints. */
  pointer: string;
  label: string;
  text?: string;
  /** "default: off". */
  aside?: string;
  /** Why it cannot be changed; empty when it can. */
  lock?: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function renderSwitch(field: SwitchField, faults: Fault[]): TemplateResult {
  const id = idOf(field.pointer);
  const fault = faultAt(faults, field.pointer);
  return html`<label class="field" data-field=${field.pointer}>
    <span class="words">
      <span class="line">
        <span class="label" id="${id}-label">${field.label}</span>
        ${field.aside ? html`<span class="aside" id="${id}-aside">${field.aside}</span>` : nothing}
      </span>
      ${field.text ? html`<span class="text" id="${id}-text">${field.text}</span>` : nothing}
      ${field.lock ? html`<span class="lock" id="${id}-lock">${icons.lock} ${field.lock}</span>` : nothing}
      ${renderFault(id, fault)}
    </span>
    <input
      type="checkbox"
      role="switch"
      class="switch"
      aria-labelledby="${id}-label"
      aria-describedby="${id}-text ${id}-aside ${id}-lock ${id}-fault"
      aria-invalid=${fault ? 'true' : nothing}
      .checked=${live(field.isOn)}
      ?disabled=${Boolean(field.lock)}
      @change=${(event: Event) => field.onChange((event.target as HTMLInputElement).checked)}
    />
  </label>`;
}

/** The hub's complaint about a field, where the field is. */
export function renderFault(id: string, fault: string): TemplateResult | typeof nothing {
  return fault ? html`<span class="fault" id="${id}-fault">${icons.alert} ${fault}</span>` : nothing;
}

export function renderSection(id: string, title: string, body: unknown): TemplateResult {
  return html`<section aria-labelledby="${id}-title" data-section=${id}>
    <h3 id="${id}-title">${title}</h3>
    ${body}
  </section>`;
}

export function idOf(pointer: string): string {
  return `f${pointer.replace(/\W/g, '-')}`;
}
