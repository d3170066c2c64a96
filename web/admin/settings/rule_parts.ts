// The rules of the bell, and what departments switch off.
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { empty } from '../parts';
import { hrefOf } from '../places';
import { capital, reasonWords } from '../words';
import { ALERTS, CATEGORIES, EMAILED_CATEGORIES } from './fields';
import { valueAt, type Json } from './model';
import { ANSWERED, choiceView, faultOf, listedSwitch, textAt, type SettingsView } from './views';

/** A row of the hub's rule book. */
export interface Rule {
  id: string;
  on: string;
  when: string;
  audience: string;
  reason: string;
  category: string | null;
  text: string;
}

export interface Department {
  id: string;
  name: string;
}

export function rulesPart(view: SettingsView, rules: Rule[]): TemplateResult {
  const events = [...new Set(rules.map(({ on }) => on))];
  return html`<p class="hint">
      Who hears of an event by the bell. Of a person’s rules the first that nothing blocks counts. Switched
      off here, a rule holds nowhere; departments can switch off more.
    </p>
    <div class="groups">
      ${events.map(
        (event) =>
          html`<section class="group">
            <h2>${eventName(event)}</h2>
            <p class="hint"><code>${event}</code></p>
            ${rules
              .filter(({ on }) => on === event)
              .map((rule) => listedSwitch(view, ['rules_off'], rule.id, audienceName(rule), ruleText(rule)))}
            ${textsOf(view, [...new Set(rules.filter(({ on }) => on === event).map(({ text }) => text))])}
          </section>`,
      )}
    </div>`;
}

function textsOf(view: SettingsView, keys: string[]): TemplateResult {
  const own = keys.filter((key) => valueAt(view.draft, ['texts', key]) !== undefined);
  const fault = keys.some((key) => faultOf(view, ['texts', key]));
  return html`<details class="block" ?open=${fault}>
    <summary>Own wording${own.length ? html` <span class="muted">(${own.length})</span>` : nothing}</summary>
    <div class="numbers">
      ${keys.map((key) => {
        const path = ['texts', key];
        const words = faultOf(view, path);
        return html`<label class="entry">
          <span><code>${key}</code></span>
          <input
            placeholder="as shipped"
            maxlength="1000"
            aria-invalid=${words ? 'true' : nothing}
            .value=${live(textAt(view, path))}
            @change=${(event: Event) => {
              const text = (event.target as HTMLInputElement).value.trim();
              view.set(path, text === '' ? undefined : text);
            }}
          />
          ${words ? html`<span class="fault">${words}</span>` : nothing}
        </label>`;
      })}
    </div>
  </details>`;
}

const eventName = (event: string) => capital(event.replaceAll(/[._]/g, ' '));

const AUDIENCES: Record<string, string> = {
  assignees: 'Assigned agents',
  pm: 'Project manager',
  named: 'Whoever it is addressed to',
  new_team: 'Members of the new team',
  newly_assigned: 'Newly assigned agents',
  previous_assignees: 'Who had it before',
  chat_first: 'Who may answer a new chat',
  chat_last_agent: 'Last agent of the chat',
  comment_author: 'Author of the comment',
  coverage: 'Whoever answers for it',
};

const CONDITIONS: Record<string, string> = {
  critical: 'when it becomes critical',
  reopened: 'when it reopens the ticket',
  not_chat: 'but in chats',
  team_alone: 'when a team has it and no agent',
  unassigned: 'when nobody is assigned',
  chat_first: 'first message of a chat',
  chat_later: 'later messages of a chat',
  reactions_told: 'where reactions are told',
  nobody_reached: 'when nobody was reached',
};

function audienceName({ audience }: Rule): string {
  return AUDIENCES[audience] ?? capital(audience.replaceAll('_', ' '));
}

function ruleText({ reason, when, category }: Rule): string {
  const condition = when === 'always' ? '' : `, ${CONDITIONS[when] ?? when.replaceAll('_', ' ')}`;
  const row = CATEGORIES.find(([id]) => id === category)?.[1];
  return `Because ${reasonWords(reason)}${condition}${row ? ` (${row})` : ''}`;
}

export function departmentsPart(
  view: SettingsView,
  rules: Rule[],
  departments: Department[],
  chosen: string | null,
  choose: (id: string) => void,
): TemplateResult {
  if (departments.length === 0)
    return empty(
      'The directory has no departments yet.',
      html`Make one under <a class="link" href=${hrefOf('people', 'departments')}>People</a>, or let the
        helpdesk send its directory.`,
    );
  const department = departments.find(({ id }) => id === chosen) ?? departments[0]!;
  return html`<div class="filters">
      <label class="entry">
        <span>Department</span>
        <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
          ${departments.map(
            ({ id, name }) =>
              html`<option value=${id} ?selected=${id === department.id}>${name || id}</option>`,
          )}
        </select>
      </label>
      <p class="hint">
        A department can switch off what the installation does. It cannot switch anything on.
      </p>
    </div>
    ${narrowed(view, rules, department.id)}`;
}

function narrowed(view: SettingsView, rules: Rule[], id: string): TemplateResult {
  const at = (member: string) => ['departments', id, member];
  const offHere = valueAt(view.draft, at('alerts_off'));
  const isOff = (name: string) => Array.isArray(offHere) && offHere.includes(name);
  const everywhereOff = (valueAt(view.draft, ['rules_off']) ?? []) as Json[];
  const lock = (path: string) =>
    valueAt(view.draft, path.split('.')) === true ? undefined : 'Off for the whole installation';
  return html`<div class="groups">
    ${ALERTS.map(({ title, active, fields }) => {
      const group = active!.replace(/\.active$/, '');
      return html`<section class="group">
        <h2>${title}</h2>
        ${listedSwitch(view, at('alerts_off'), group, 'The alert as a whole', undefined, lock(active!))}
        <div class="inner">
          ${fields
            .filter(({ path }) => !path.endsWith('members_only_if_unassigned'))
            .map(({ path, label }) =>
              listedSwitch(
                view,
                at('alerts_off'),
                path,
                label,
                undefined,
                isOff(group) ? 'Off here as a whole' : lock(path),
              ),
            )}
        </div>
      </section>`;
    })}
    <section class="group">
      <h2>Further alert emails</h2>
      ${EMAILED_CATEGORIES.map((category) =>
        listedSwitch(
          view,
          at('alerts_off'),
          `alert_email.${category}`,
          CATEGORIES.find(([known]) => known === category)![1],
        ),
      )}
    </section>
    <section class="group">
      <h2>Customers</h2>
      <div class="block numbers">
        ${choiceView(view, at('autorespond_new_ticket'), 'New ticket', ANSWERED)}
        ${choiceView(view, at('autorespond_new_message'), 'New message', ANSWERED)}
      </div>
    </section>
    <section class="group">
      <h2>Rules of the bell</h2>
      ${rules.map((rule) =>
        listedSwitch(
          view,
          at('rules_off'),
          rule.id,
          `${eventName(rule.on)}: ${audienceName(rule).toLowerCase()}`,
          undefined,
          everywhereOff.includes(rule.id) ? 'Off for the whole installation' : undefined,
        ),
      )}
    </section>
  </div>`;
}
