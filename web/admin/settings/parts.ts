// The parts of the settings' form, as templates.
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Preferences, QuietHours } from '../../client/preferences';
import { renderQuietHours } from '../../elements/quiet_hours_view';
import { plain } from '../parts';
import { channelName } from '../words';
import { emailTypesView } from './email_types';
import { ALERTS, CATEGORIES, CUSTOMERS, GENERAL, LIMITS } from './fields';
import { valueAt, type Json } from './model';
import { ANSWERED, choiceView, faultOf, groupView, numberView, textAt, type SettingsView } from './views';

export function alertsPart(view: SettingsView): TemplateResult {
  return html`<p class="hint">
      Who gets an email at once, whether they are there or not. What rings the bell is each agent’s own
      choice.
    </p>
    <div class="groups">${ALERTS.map((group) => groupView(view, group))}</div>`;
}

export function customersPart(view: SettingsView): TemplateResult {
  const topics = Object.keys((valueAt(view.draft, ['help_topics']) ?? {}) as Record<string, Json>).sort();
  return html`<div class="groups">
    ${CUSTOMERS.map((group) => groupView(view, group))}
    <section class="group">
      <h2>Help topics</h2>
      <p class="hint">A topic can keep its tickets from being answered by themselves.</p>
      ${topics.map((topic) => topicView(view, topic))}
      <form class="block" @submit=${(event: SubmitEvent) => addTopic(view, event)}>
        <label class="entry">
          <span>Another topic</span>
          <span class="with-unit">
            <input name="topic" required maxlength="200" autocomplete="off" />
            <button class="button">Add</button>
          </span>
        </label>
      </form>
    </section>
  </div>`;
}

function topicView(view: SettingsView, topic: string): TemplateResult {
  const at = ['help_topics', topic];
  return html`<div class="block topic" role="group" aria-label=${topic}>
    <strong>${plain(topic)}</strong>
    <button
      class="button small"
      type="button"
      aria-label="Forget ${topic}"
      @click=${() => view.set(at, undefined)}
    >
      Forget
    </button>
    ${choiceView(view, [...at, 'autorespond_new_ticket'], 'New ticket', ANSWERED)}
    ${choiceView(view, [...at, 'autorespond_new_message'], 'New message', ANSWERED)}
  </div>`;
}

function addTopic(view: SettingsView, event: SubmitEvent): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const input = form.elements.namedItem('topic') as HTMLInputElement;
  const topic = input.value.trim();
  if (topic)
    view.set(['help_topics', topic], { autorespond_new_ticket: false, autorespond_new_message: false });
  form.reset();
}

export function generalPart(view: SettingsView): TemplateResult {
  return html`<div class="groups">
    ${GENERAL.map((group) => groupView(view, group))}
    <section class="group">
      <h2>Wording of the bell</h2>
      <div class="block">
        ${choiceView(view, ['wording'], 'Shipped texts', [
          ['classic', 'Classic: “Ticket #123 assigned to you”'],
          ['frappe', 'Frappe: “Jane Smith assigned ticket #123 to you”'],
        ])}
      </div>
    </section>
  </div>`;
}

export function limitsPart(view: SettingsView): TemplateResult {
  return html`<section class="group">
    <h2>Limits</h2>
    <p class="hint">They act on what disturbs, never on entries of the bell.</p>
    <div class="block numbers">${LIMITS.map((field) => numberView(view, field))}</div>
  </section>`;
}

export function categoriesPart(view: SettingsView): TemplateResult {
  const bell = (shipped: string) =>
    [
      ['', `as shipped (${shipped})`],
      ['on', 'on'],
      ['off', 'off'],
      ['required', 'on, locked'],
    ] as const;
  const email = [
    ['', 'as shipped (on)'],
    ['on', 'on'],
    ['off', 'off'],
    ['required', 'on, locked'],
    ['never', 'off, locked'],
  ] as const;
  return html`<p class="hint">
      What counts for agents who chose nothing, and what they may not change. An alert email goes out at once
      where a switch names somebody; a fallback email only where no device confirmed the entry.
    </p>
    <ul class="rows kinds">
      ${CATEGORIES.map(
        ([id, label, shipped]) =>
          html`<li>
            <div class="kind" role="group" aria-label=${label}>
              <strong>${label}</strong>
              ${choiceView(view, ['categories', id], 'Bell', bell(shipped))}
              ${choiceView(view, ['alert_email', id], 'Alert email', email)}
              ${choiceView(view, ['fallback_email', id], 'Fallback email', email)}
            </div>
          </li>`,
      )}
    </ul>`;
}

export function defaultsPart(view: SettingsView): TemplateResult {
  const isOn = [
    ['', 'as shipped (on)'],
    ['true', 'on'],
    ['false', 'off'],
  ] as const;
  const quiet = (valueAt(view.draft, ['defaults', 'quiet_hours']) ?? null) as QuietHours | null;
  const draft = { quiet_hours: quiet } as Preferences;
  return html`<p class="hint">What counts for agents until they choose otherwise in their own preferences.</p>
    <div class="groups">
      <section class="group">
        <h2>Channels</h2>
        <div class="block numbers">
          ${['bell', 'desktop', 'web_push', 'email', 'sms'].map((channel) =>
            choiceView(view, ['defaults', 'channels', channel], channelName(channel), isOn),
          )}
        </div>
      </section>
      <section class="group">
        <h2>Emails</h2>
        <div class="block numbers">
          ${choiceView(view, ['defaults', 'email_frequency'], 'How often', [
            ['', 'as shipped (instant)'],
            ['instant', 'instant'],
            ['15min', 'every 15 minutes'],
            ['hourly', 'every hour'],
            ['daily', 'once a day'],
          ])}
          ${digestHour(view)} ${emailTypesView(view)}
          ${choiceView(view, ['defaults', 'high_priority_mentions_only'], 'Mentions by email', [
            ['', 'as shipped (all)'],
            ['false', 'all'],
            ['true', 'only of high priority'],
          ])}
        </div>
      </section>
      <div class="group quiet">
        ${renderQuietHours({
          draft,
          faults: view.faults,
          role: undefined,
          timeZone: 'each agent',
          now: Date.now(),
          set: (_pointer, change) =>
            view.set(
              ['defaults', 'quiet_hours'],
              (change.quiet_hours ?? undefined) as unknown as Json | undefined,
            ),
        })}
      </div>
    </div>`;
}

function digestHour(view: SettingsView): TemplateResult {
  const path = ['defaults', 'digest_hour'];
  const value = valueAt(view.draft, path);
  const fault = faultOf(view, path);
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  return html`<label class="entry">
    <span>Hour of the daily email</span>
    <select
      .value=${live(textAt(view, path))}
      @change=${(event: Event) => {
        const next = (event.target as HTMLSelectElement).value;
        view.set(path, next === '' ? undefined : Number(next));
      }}
    >
      <option value="" ?selected=${value === undefined || value === null}>as shipped (08:00)</option>
      ${hours.map(
        (hour) =>
          html`<option value=${hour} ?selected=${hour === value}>
            ${String(hour).padStart(2, '0')}:00
          </option>`,
      )}
    </select>
    <span class="hint">In the agent’s time zone</span>
    ${fault ? html`<span class="fault">${fault}</span>` : nothing}
  </label>`;
}
