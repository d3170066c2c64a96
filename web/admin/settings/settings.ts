// Everything that administrators set, as one form in parts. Nothing is saved before Save, which says beforehand what
// changes; what somebody else saved meanwhile stays, and where both changed the same thing a person decides. What is not
// saved yet outlasts a look at another page.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { fieldStyles } from '../../elements/field_styles';
import { groupStyles } from '../../elements/group_styles';
import { adminStyles, tabStyles } from '../admin_styles';
import { ask, request, type Listed } from '../api';
import { Asked, Doing } from '../asking';
import { head, outcomeOf, troubleBox, waiting } from '../parts';
import { hrefOf } from '../places';
import { nameOfPath, PARTS, type Part } from './fields';
import {
  changesBetween,
  changeWords,
  patchOf,
  rebase,
  valueWords,
  withValue,
  type Change,
  type Conflict,
  type Json,
  type Path,
  type Settings,
} from './model';
import { alertsPart, categoriesPart, customersPart, defaultsPart, generalPart, limitsPart } from './parts';
import { departmentsPart, rulesPart, type Department, type Rule } from './rule_parts';
import { formPageStyles } from './settings_styles';
import { settingsStyles, type SettingsView } from './views';

const PATH = '/api/v1/settings';

interface Stored {
  settings: Settings;
  rules: Rule[];
  departments: Department[];
}

/** What somebody was at when they went to another page of the console. */
let unsaved: { base: Settings; draft: Settings } | null = null;

export class AdminSettings extends LitElement {
  @property({ attribute: false }) shown: string | null = null;
  @state() private base: Settings | null = null;
  @state() private draft: Settings = {};
  @state() private conflicts: Conflict[] = [];
  @state() private department: string | null = null;
  #stored = new Asked<Stored>(this, (signal) => load(signal));
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('beforeunload', this.#onLeave);
    void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('beforeunload', this.#onLeave);
    unsaved = this.#changes.length && this.base ? { base: this.base, draft: this.draft } : null;
  }

  override render() {
    const { trouble } = this.#stored;
    return html`${head('Rules and alerts', 'Who is told of what, for the installation and for each department.')}
      <nav class="tabs" aria-label="Parts of the settings">
        ${PARTS.map(
          ([part, name]) =>
            html`<a href=${hrefOf('settings', part)} aria-current=${part === this.#part ? 'page' : nothing}
              >${name}</a
            >`,
        )}
      </nav>
      ${troubleBox(trouble, () => this.#begin())} ${this.base ? this.#form() : trouble ? nothing : waiting()}`;
  }

  get #part(): Part {
    return PARTS.find(([part]) => part === this.shown)?.[0] ?? 'alerts';
  }

  get #changes(): Change[] {
    return this.base ? changesBetween(this.base, this.draft) : [];
  }

  #form() {
    return html`<div class="parts">${this.#view()}</div>
      ${this.#foot()}`;
  }

  #view(): TemplateResult {
    const { rules = [], departments = [] } = this.#stored.value ?? {};
    const view: SettingsView = {
      draft: this.draft,
      faults: this.#doing.trouble?.faults ?? [],
      set: (path, value) => this.#set(path, value),
    };
    switch (this.#part) {
      case 'rules':
        return rulesPart(view, rules);
      case 'departments':
        return departmentsPart(view, rules, departments, this.department, (id) => (this.department = id));
      case 'categories':
        return categoriesPart(view);
      case 'defaults':
        return defaultsPart(view);
      case 'customers':
        return customersPart(view);
      case 'limits':
        return limitsPart(view);
      case 'general':
        return generalPart(view);
      default:
        return alertsPart(view);
    }
  }

  #foot() {
    const changes = this.#changes;
    const names = Object.fromEntries(
      (this.#stored.value?.departments ?? []).map(({ id, name }) => [id, name]),
    );
    return html`<footer class=${changes.length ? 'foot has-changes' : 'foot'}>
      ${this.#conflictsView(names)} ${outcomeOf(this.#doing)}
      ${
        changes.length
          ? html`<details class="changes">
                <summary>
                  <strong>${changes.length}</strong> ${changes.length === 1 ? 'change is' : 'changes are'} not
                  saved
                </summary>
                <ul>
                  ${changes.map(
                    (change) =>
                      html`<li>
                        ${nameOfPath(change.path, names)} <span class="muted">${changeWords(change)}</span>
                      </li>`,
                  )}
                </ul>
              </details>
              <div class="end">
                <button class="button" type="button" ?disabled=${this.#doing.isBusy} @click=${this.#discard}>
                  Discard
                </button>
                <button
                  class="button primary save"
                  type="button"
                  ?disabled=${this.#doing.isBusy || this.conflicts.length > 0}
                  @click=${this.#save}
                >
                  ${this.#doing.isBusy ? 'Saving…' : 'Save'}
                </button>
              </div>`
          : nothing
      }
    </footer>`;
  }

  #conflictsView(names: Record<string, string>) {
    if (this.conflicts.length === 0) return nothing;
    return html`<div class="trouble conflict" role="alert">
      <div>
        <p>
          <strong>Somebody else changed the same meanwhile.</strong> Nothing is saved yet: say what is to
          count.
        </p>
        <ul>
          ${this.conflicts.map(
            (conflict) =>
              html`<li>
                ${nameOfPath(conflict.path, names)}: theirs is “${valueWords(conflict.theirs)}”, yours
                “${valueWords(conflict.mine)}”.
                <span class="line-acts">
                  <button
                    class="button small"
                    type="button"
                    @click=${() => this.#settle(conflict, conflict.theirs)}
                  >
                    Take theirs
                  </button>
                  <button
                    class="button small"
                    type="button"
                    @click=${() => this.#settle(conflict, conflict.mine)}
                  >
                    Keep mine
                  </button>
                </span>
              </li>`,
          )}
        </ul>
      </div>
    </div>`;
  }

  #set(path: Path, value: Json | undefined): void {
    this.draft = withValue(this.draft, path, value);
    this.#doing.said = null;
    this.requestUpdate();
  }

  #settle(conflict: Conflict, value: Json | undefined): void {
    this.#set(conflict.path, value);
    this.conflicts = this.conflicts.filter((each) => each !== conflict);
  }

  #discard = (): void => {
    this.draft = this.base ?? {};
    this.conflicts = [];
    this.#doing.clear();
  };

  async #begin(): Promise<void> {
    await this.#stored.load();
    const { value, trouble } = this.#stored;
    if (!value || trouble) return;
    this.base = value.settings;
    this.draft = value.settings;
    if (unsaved) this.#carryOver(unsaved.base, unsaved.draft, value.settings);
    unsaved = null;
  }

  /** My changes over what is stored now; whether they fit. */
  #carryOver(base: Settings, draft: Settings, stored: Settings): boolean {
    const rebased = rebase(base, draft, stored);
    this.base = stored;
    this.draft = rebased.draft;
    this.conflicts = rebased.conflicts;
    return rebased.conflicts.length === 0;
  }

  #save = async (): Promise<void> => {
    await this.#doing.run(async () => {
      const { settings } = split(await ask<Settings>(PATH));
      if (!this.#carryOver(this.base!, this.draft, settings)) return null;
      const changes = this.#changes;
      if (changes.length === 0) return 'It is so already.';
      const saved = split(await request<Settings>('PATCH', PATH, patchOf(changes))).settings;
      this.base = saved;
      this.draft = saved;
      return `Saved: ${changes.map((change) => nameOfPath(change.path)).join('; ')}.`;
    });
  };

  #onLeave = (event: BeforeUnloadEvent): void => {
    if (this.#changes.length > 0) event.preventDefault();
  };

  static override styles = [fieldStyles, groupStyles, adminStyles, settingsStyles, tabStyles, formPageStyles];
}

async function load(signal: AbortSignal): Promise<Stored> {
  const [shown, departments] = await Promise.all([
    ask<Settings>(PATH, signal),
    ask<Listed<Department>>('/api/v1/departments?limit=1000', signal),
  ]);
  return { ...split(shown), departments: departments.items };
}

/** The settings, and the book that stands beside them. */
function split(shown: Settings): { settings: Settings; rules: Rule[] } {
  const { rules, ...settings } = shown;
  return { settings, rules: (rules ?? []) as unknown as Rule[] };
}
