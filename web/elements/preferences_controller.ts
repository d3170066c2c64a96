// The state behind the preferences screen: what the hub has, what the person has set meanwhile, and the requests.
// Every change asks the element to render.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Refused, type Api, type Fault } from '../client/api';
import type { Preferences, PreferencesChange, TestReached } from '../client/preferences';
import type { Agent, Me } from '../client/protocol';
import { asEdited, changesBetween, faultsOf, resetOf, type Changes } from './preferences_draft';
import { t } from './words';

const AT_FAULT = () => t('Not saved. What is wrong stands at its field.');
const UNREACHABLE = () => t('The hub cannot be reached. Nothing is lost: try again.');

export interface Said {
  text: string;
  isWrong: boolean;
}

export class PreferencesController implements ReactiveController {
  #host: ReactiveControllerHost;
  #api: Api | null = null;
  #saved: Preferences | null = null;
  me: Me | null = null;
  /** What the fields show; null until the hub has answered. */
  draft: Preferences | null = null;
  faults: Fault[] = [];
  busy: 'save' | 'reset' | 'test' | null = null;
  /** The last thing to tell the person. */
  said: Said | null = null;
  reached: TestReached | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#api = null;
  }

  get agent(): Agent | null {
    return this.me?.agent ?? null;
  }

  /** As the hub has them. */
  get saved(): Preferences | null {
    return this.#saved;
  }

  get changes(): Changes {
    if (!this.#saved || !this.draft) return { body: {}, words: [] };
    return changesBetween(this.#saved, this.draft);
  }

  get isChanged(): boolean {
    return this.changes.words.length > 0;
  }

  /** Reads anew; what was set and not saved is gone. */
  async load(api: Api): Promise<void> {
    this.#api = api;
    this.#saved = this.draft = this.said = null;
    this.#changed();
    try {
      const [me, preferences] = await Promise.all([api.me(), api.preferences()]);
      if (api !== this.#api) return;
      this.me = me;
      this.#show(preferences);
    } catch (error) {
      if (api === this.#api) this.#fail(error);
    }
    this.#changed();
  }

  /** `pointer` is the field's: what was wrong with it is being mended, other fields stay marked. */
  set(pointer: string, change: Partial<Preferences>): void {
    if (!this.draft) return;
    this.draft = { ...this.draft, ...change };
    this.said = null;
    this.faults = this.faults.filter((fault) => !`${fault.pointer}/`.startsWith(`${pointer}/`));
    this.#changed();
  }

  discard(): void {
    this.draft = this.#saved;
    this.faults = [];
    this.said = null;
    this.#changed();
  }

  /** Null unless the hub has taken it. */
  async save(): Promise<Preferences | null> {
    const { draft, changes } = this;
    if (!draft || !this.isChanged) return null;
    this.faults = faultsOf(draft, Date.now());
    if (this.faults.length > 0) {
      this.said = { text: AT_FAULT(), isWrong: true };
      this.#changed();
      return null;
    }
    return this.#put('save', changes.body, t('Saved: {what}.', { what: changes.words.join(', ') }));
  }

  async reset(): Promise<Preferences | null> {
    if (!this.draft) return null;
    return this.#put('reset', resetOf(this.draft), t('Everything is back to the defaults.'));
  }

  async test(): Promise<void> {
    const api = this.#api;
    if (!api || this.busy) return;
    await this.#do('test', async () => {
      this.reached = null;
      this.reached = await api.sendTest();
    });
  }

  async #put(busy: 'save' | 'reset', body: PreferencesChange, done: string): Promise<Preferences | null> {
    const api = this.#api;
    if (!api || this.busy) return null;
    let answer: Preferences | null = null;
    await this.#do(busy, async () => {
      answer = await api.changePreferences(body);
      this.#show(answer);
      this.said = { text: done, isWrong: false };
    });
    return answer;
  }

  async #do(busy: 'save' | 'reset' | 'test', act: () => Promise<void>): Promise<void> {
    this.busy = busy;
    this.said = null;
    this.#changed();
    try {
      await act();
    } catch (error) {
      this.#fail(error);
    }
    this.busy = null;
    this.#changed();
  }

  #show(preferences: Preferences): void {
    this.#saved = this.draft = asEdited(preferences, Date.now());
    this.faults = [];
  }

  #fail(error: unknown): void {
    if (error instanceof Refused) this.faults = error.faults;
    const text = error instanceof Refused ? refusal(error) : UNREACHABLE();
    this.said = { text, isWrong: true };
  }

  #changed(): void {
    this.#host.requestUpdate();
  }
}

function refusal(error: Refused): string {
  if (error.isUnauthorized) return t('You are signed out. Sign in again.');
  if (error.faults.length > 0) return AT_FAULT();
  return t('That did not work: {why}', { why: error.message });
}
