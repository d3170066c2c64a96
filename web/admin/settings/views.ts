// The pieces of the settings' form: switches, choices, numbers. Each says with its path what it changes.
import { css, html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Fault } from '../../client/api';
import { renderSwitch } from '../../elements/preferences_field';
import type { Group, NumberField } from './fields';
import { valueAt, type Json, type Path, type Settings } from './model';

/** What the parts draw from, and how they change it. */
export interface SettingsView {
  draft: Settings;
  faults: Fault[];
  set: (path: Path, value: Json | undefined) => void;
}

export const pointerOf = (path: Path): string =>
  path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export function switchView(
  view: SettingsView,
  path: Path,
  label: string,
  text?: string,
  lock?: string,
): TemplateResult {
  const field = {
    pointer: pointerOf(path),
    label,
    ...(text ? { text } : {}),
    ...(lock ? { lock } : {}),
    isOn: valueAt(view.draft, path) === true,
    onChange: (isOn: boolean) => view.set(path, isOn),
  };
  return renderSwitch(field, view.faults);
}

export function groupView(view: SettingsView, { title, text, active, fields }: Group): TemplateResult {
  const isOn = active === undefined || valueAt(view.draft, active.split('.')) === true;
  return html`<section class="group">
    <h2>${title}</h2>
    ${text ? html`<p class="hint">${text}</p>` : nothing}
    ${active ? switchView(view, active.split('.'), 'The alert as a whole') : nothing}
    <div class=${active ? 'inner' : ''}>
      ${fields.map(({ path, label, text: more }) => switchView(view, path.split('.'), label, more))}
    </div>
    ${isOn ? nothing : html`<p class="hint pad">Off as a whole: nobody below gets it.</p>`}
  </section>`;
}

/** A choice by name; the empty one goes back to what is shipped. */
export function choiceView(
  view: SettingsView,
  path: Path,
  label: string,
  choices: readonly (readonly [value: string, words: string])[],
  { isHidden = false } = {},
): TemplateResult {
  const value = valueAt(view.draft, path);
  const chosen = typeof value === 'boolean' ? String(value) : typeof value === 'string' ? value : '';
  const fault = faultOf(view, path);
  return html`<label class="entry">
    <span class=${isHidden ? 'hidden-text' : ''}>${label}</span>
    <select
      aria-invalid=${fault ? 'true' : nothing}
      .value=${live(chosen)}
      @change=${(event: Event) => {
        const next = (event.target as HTMLSelectElement).value;
        view.set(path, next === '' ? undefined : next === 'true' ? true : next === 'false' ? false : next);
      }}
    >
      ${choices.map(([each, words]) => html`<option value=${each} ?selected=${each === chosen}>${words}</option>`)}
    </select>
    ${fault ? html`<span class="fault">${fault}</span>` : nothing}
  </label>`;
}

export function numberView(
  view: SettingsView,
  { path, label, text, least, unit }: NumberField,
): TemplateResult {
  const parts = path.split('.');
  const fault = faultOf(view, parts);
  return html`<label class="entry">
    <span>${label}</span>
    <span class="with-unit">
      <input
        type="number"
        inputmode="numeric"
        min=${least}
        max="4294967295"
        step="1"
        required
        aria-invalid=${fault ? 'true' : nothing}
        .value=${live(textAt(view, parts))}
        @change=${(event: Event) => {
          const { value, validity } = event.target as HTMLInputElement;
          if (validity.valid) view.set(parts, Number(value));
          else (event.target as HTMLInputElement).reportValidity();
        }}
      />
      ${unit}
    </span>
    <span class="hint">${text}</span>
    ${fault ? html`<span class="fault">${fault}</span>` : nothing}
  </label>`;
}

/** A switch that stands for a name in a list of what is off. */
export function listedSwitch(
  view: SettingsView,
  path: Path,
  name: string,
  label: string,
  text?: string,
  lock?: string,
): TemplateResult {
  const value = valueAt(view.draft, path);
  const off = Array.isArray(value) ? value : [];
  const field = {
    pointer: `${pointerOf(path)}/${name}`,
    label,
    ...(text ? { text } : {}),
    ...(lock ? { lock } : {}),
    isOn: !off.includes(name),
    onChange: (isOn: boolean) => view.set(path, isOn ? off.filter((each) => each !== name) : [...off, name]),
  };
  return renderSwitch(field, view.faults);
}

/** What a department or a help topic can say of answers by themselves. */
export const ANSWERED = [
  ['', 'as the installation says'],
  ['false', 'no answer by itself'],
] as const;

/** A value as a field shows it; empty where there is none. */
export function textAt(view: SettingsView, path: Path): string {
  const value = valueAt(view.draft, path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function faultOf({ faults }: SettingsView, path: Path): string | null {
  const pointer = pointerOf(path);
  return faults.find((fault) => fault.pointer === pointer)?.message ?? null;
}

export const settingsStyles = css`
  .group {
    padding: 16px 0 6px;
    background: var(--bellhop-surface);
    border: 1px solid var(--bellhop-line);
    border-radius: var(--bellhop-radius);
  }
  .group > h2,
  .group > .hint,
  .group > .pad {
    padding: 0 18px;
  }
  .group > .pad {
    padding-bottom: 10px;
  }
  .group > .inner {
    margin-inline-start: 14px;
    border-inline-start: 2px solid var(--bellhop-line);
  }
  .group > .block {
    padding: 10px 18px 14px;
  }
  .group select {
    max-width: 100%;
  }
  .groups {
    columns: 2 360px;
    column-gap: 16px;
  }
  .groups > * {
    break-inside: avoid;
    margin-bottom: 16px;
  }
  .groups > section + section {
    margin-top: 0;
  }
  .with-unit {
    display: flex;
    align-items: center;
    gap: 10px;
    color: var(--bellhop-muted);
  }
  .with-unit input {
    width: 130px;
    color: var(--bellhop-text);
  }
  .numbers {
    display: grid;
    gap: 18px;
  }
`;
