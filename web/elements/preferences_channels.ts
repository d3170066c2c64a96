// Which channels are on at all (R-073, R-074), and how email goes out (R-076, R-077).
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { EmailFrequency } from '../client/preferences';
import { faultAt, hourText } from './preferences_draft';
import { idOf, renderFault, renderSection, renderSwitch, type PreferencesView } from './preferences_field';
import { renderEmailKinds } from './preferences_kinds';
import { CHANNELS, EMAIL_TYPES, FREQUENCIES } from './preferences_words';
import { t } from './words';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

export function renderChannels({ draft, faults, set }: PreferencesView): TemplateResult {
  const known = CHANNELS.filter(({ id }) => id in draft.channels);
  return renderSection(
    'channels',
    t('Channels'),
    known.map(({ id, label, text }) => {
      const pointer = `/channels/${id}`;
      const onChange = (isOn: boolean) => set(pointer, { channels: { ...draft.channels, [id]: isOn } });
      return renderSwitch(
        { pointer, label: t(label), text: t(text), isOn: draft.channels[id] ?? true, onChange },
        faults,
      );
    }),
  );
}

export function renderEmail(view: PreferencesView): TemplateResult {
  const { draft, faults, set } = view;
  const isDaily = draft.email_frequency === 'daily';
  return renderSection(
    'email',
    t('Email'),
    html`${renderSelect(view, {
      pointer: '/email_frequency',
      label: t('How often'),
      value: draft.email_frequency,
      options: Object.entries(FREQUENCIES).map(([id, words]) => [id, t(words)]),
      onChange: (value) => set('/email_frequency', { email_frequency: value as EmailFrequency }),
    })}
    ${
      isDaily
        ? renderSelect(view, {
            pointer: '/digest_hour',
            label: t('Digest at'),
            value: String(draft.digest_hour),
            options: HOURS.map((hour) => [String(hour), hourText(hour)]),
            onChange: (value) => set('/digest_hour', { digest_hour: Number(value) }),
          })
        : nothing
    }
    ${renderTypes(view)}
    ${renderSwitch(
      {
        pointer: '/high_priority_mentions_only',
        label: t('High priority mentions only'),
        text: t('Other mentions ring the bell and send no email.'),
        isOn: draft.high_priority_mentions_only,
        onChange: (isOn) => set('/high_priority_mentions_only', { high_priority_mentions_only: isOn }),
      },
      faults,
    )}
    ${renderEmailKinds(view)}`,
  );
}

interface SelectField {
  pointer: string;
  label: string;
  value: string;
  options: [value: string, text: string][];
  onChange: (value: string) => void;
}

function renderSelect({ faults }: PreferencesView, field: SelectField): TemplateResult {
  const id = idOf(field.pointer);
  const fault = faultAt(faults, field.pointer);
  return html`<label class="field" data-field=${field.pointer}>
    <span class="words"><span class="label">${field.label}</span>${renderFault(id, fault)}</span>
    <select
      aria-invalid=${fault ? 'true' : nothing}
      aria-describedby="${id}-fault"
      @change=${(event: Event) => field.onChange((event.target as HTMLSelectElement).value)}
    >
      ${field.options.map(
        ([value, text]) =>
          html`<option value=${value} .selected=${live(value === field.value)}>${text}</option>`,
      )}
    </select>
  </label>`;
}

/** "All types", or those that are ticked, "assignments only" to begin with. */
function renderTypes(view: PreferencesView): TemplateResult {
  const { draft, set } = view;
  const { email_types: chosen } = draft;
  const pointer = '/email_types';
  const toggle = (type: string, isOn: boolean) => {
    const others = (chosen ?? []).filter((other) => other !== type);
    set(pointer, { email_types: isOn ? [...others, type] : others });
  };
  return html`${renderSelect(view, {
    pointer,
    label: t('Types'),
    value: chosen === null ? 'all' : 'some',
    options: [
      ['all', t('All types')],
      ['some', t('Only these:')],
    ],
    onChange: (value) => set(pointer, { email_types: value === 'all' ? null : ['assignment'] }),
  })}
  ${
    chosen === null
      ? nothing
      : html`<div class="chips" role="group" aria-label=${t('Types that go out by email')}>
          ${Object.entries(EMAIL_TYPES).map(
            ([type, label]) =>
              html`<label class="chip">
                <input
                  type="checkbox"
                  .checked=${live(chosen.includes(type))}
                  @change=${(event: Event) => toggle(type, (event.target as HTMLInputElement).checked)}
                />
                ${t(label)}
              </label>`,
          )}
        </div>`
  }`;
}
