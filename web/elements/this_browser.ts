// The part of the preferences that concerns this browser alone and counts at once: desktop notifications, sounds, the
// devices that are woken by push, and the check-up when something is missing.
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { property, state } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { allowDesktop, type Alerts } from '../client/alerts';
import type { Api } from '../client/api';
import type { BellhopClient } from '../client/client';
import { browserDesktop } from '../client/desktop';
import { deviceName } from '../client/device';
import { LocalChoices, PRIORITIES, TONES, type SoundSettings, type Tone } from '../client/local_settings';
import type { Preferences } from '../client/preferences';
import type { Me } from '../client/protocol';
import { isPushOn, type PushDevice } from '../client/push';
import { Sound } from '../client/sound';
import { checkup, desktopText, permissionHelp, type CheckupFacts, type Verdict } from './checkup';
import { renderDevices } from './devices';
import { formStyles } from './form_styles';
import { icons, type Icon } from './icons';
import { renderSection, renderSwitch } from './preferences_field';
import { preferencesStyles } from './preferences_styles';
import { controls } from './theme';
import { thisBrowserStyles } from './this_browser_styles';
import { t, WordsController } from './words';

const MARKS: Record<Verdict['tone'], Icon> = { good: icons.check, note: icons.info, bad: icons.alert };

export class BellhopThisBrowser extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) client: BellhopClient | null = null;
  @property({ attribute: false }) alerts: Alerts | null = null;
  @property({ attribute: false }) me!: Me;
  /** As saved. */
  @property({ attribute: false }) preferences!: Preferences;
  @property() hub = '';
  @state() private devices: PushDevice[] | null = null;
  /** What a test of a device came to, by its id. */
  @state() private tests: Record<string, string> = {};
  @state() private isChecking = false;
  @state() private verdicts: Verdict[] | null = null;
  #ownSound: Sound | null = null;

  constructor() {
    super();
    new WordsController(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ownSound?.stop();
    this.#ownSound = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('api')) void this.#loadDevices();
  }

  override render() {
    return html`${this.#desktopSection()} ${this.#soundSection()}
    ${renderDevices({
      devices: this.devices,
      device: deviceName(),
      tests: this.tests,
      now: Date.now(),
      onTest: (device) => void this.#test(device),
      onRemove: (device) => void this.#remove(device),
    })}
    ${this.#checkupSection()}`;
  }

  get #choices(): LocalChoices {
    return this.alerts?.choices ?? new LocalChoices(this.hub, this.me.agent.id);
  }

  get #desktop() {
    return this.alerts?.desktop ?? browserDesktop;
  }

  /** The button that tries a sound unlocks it: it is a click. */
  get #sound(): Sound {
    if (this.alerts) return this.alerts.sound;
    this.#ownSound ??= new Sound();
    this.#ownSound.start();
    return this.#ownSound;
  }

  get #isPushOn(): boolean {
    return this.alerts?.isPushOn ?? isPushOn(this.me.agent.id);
  }

  #desktopSection() {
    const desktop = this.#desktop.state();
    const answer = this.#choices.all.desktop;
    const { host } = location;
    const isPush = this.#isPushOn;
    const text = desktopText({ desktop, answer, isPushOn: isPush, host });
    const isPossible = (desktop === 'allowed' || desktop === 'undecided') && !isPush;
    return renderSection(
      'desktop',
      t('Desktop notifications'),
      html`${
        isPossible
          ? renderSwitch(
              {
                pointer: '/browser/desktop',
                label: t('In this browser'),
                text,
                isOn: desktop === 'allowed' && answer === 'on',
                onChange: (isOn) => void this.#turnDesktop(isOn),
              },
              [],
            )
          : html`<div class="block"><p class="text" data-desktop=${desktop}>${text}</p></div>`
      }
      ${
        desktop === 'allowed' || desktop === 'blocked'
          ? html`<div class="block"><p class="text help">${permissionHelp(host)}</p></div>`
          : nothing
      }`,
    );
  }

  #soundSection() {
    const { sound } = this.#choices.all;
    const set = (change: Partial<SoundSettings>) => {
      this.#choices.set({ sound: { ...sound, ...change } });
      this.requestUpdate();
    };
    const priorities = { low: t('Low'), normal: t('Normal'), high: t('High'), critical: t('Critical') };
    return renderSection(
      'sound',
      t('Sound'),
      html`${renderSwitch(
        {
          pointer: '/browser/sound',
          label: t('Sounds in this browser'),
          text: t('Silent in quiet hours and “do not disturb”, except for critical ones.'),
          isOn: sound.isOn,
          onChange: (isOn) => set({ isOn }),
        },
        [],
      )}
      ${
        sound.isOn
          ? html`<label class="field">
                <span class="words"><span class="label">${t('Volume')}</span></span>
                <input
                  class="volume"
                  type="range"
                  min="0"
                  max="1"
                  step="0.1"
                  .value=${live(String(sound.volume))}
                  @change=${(event: Event) => set({ volume: Number((event.target as HTMLInputElement).value) })}
                />
              </label>
              ${PRIORITIES.map((priority) =>
                this.#tone(priorities[priority], sound.tones[priority], (tone) =>
                  set({ tones: { ...sound.tones, [priority]: tone } }),
                ),
              )}
              ${renderSwitch(
                {
                  pointer: '/browser/loop',
                  label: t('Repeat until I open the bell'),
                  isOn: sound.loops,
                  onChange: (loops) => set({ loops }),
                },
                [],
              )}`
          : nothing
      }`,
    );
  }

  #tone(priority: string, tone: Tone, onChange: (tone: Tone) => void) {
    const names: Record<Tone, string> = {
      chime: t('Chime'),
      ping: t('Ping'),
      knock: t('Knock'),
      alarm: t('Alarm'),
      none: t('None'),
    };
    return html`<div class="field">
      <span class="words"><span class="label">${priority}</span></span>
      <button
        class="try"
        type="button"
        ?disabled=${tone === 'none'}
        aria-label=${t('Play: {priority}', { priority })}
        @click=${() => this.#try(tone)}
      >
        ${icons.speaker}
      </button>
      <select
        aria-label=${t('Sound: {priority}', { priority })}
        @change=${(event: Event) => onChange((event.target as HTMLSelectElement).value as Tone)}
      >
        ${TONES.map((one) => html`<option value=${one} .selected=${live(one === tone)}>${names[one]}</option>`)}
      </select>
    </div>`;
  }

  #try(tone: Tone): void {
    this.#sound.play(tone, this.#choices.all.sound.volume);
    this.requestUpdate();
  }

  #checkupSection() {
    return renderSection(
      'checkup',
      t('Something missing?'),
      html`<div class="block">
        <p class="text">${t('Looks at everything that can stand in the way, and names it.')}</p>
        <button class="button run-checkup" type="button" ?disabled=${this.isChecking} @click=${this.#check}>
          ${icons.review} ${this.isChecking ? t('Checking…') : t('Check now')}
        </button>
        <div role="status">
          <ul class="verdicts">
            ${(this.verdicts ?? []).map(
              ({ id, tone, title, text }) =>
                html`<li data-check=${id} data-tone=${tone}>
                  <span class="mark ${tone}">${MARKS[tone]}</span>
                  <span><b>${title}</b>: <span dir="auto">${text}</span></span>
                </li>`,
            )}
          </ul>
        </div>
      </div>`,
    );
  }

  #check = async (): Promise<void> => {
    this.isChecking = true;
    const [me, preferences] = await Promise.all([
      this.api.me().catch(() => this.me),
      this.api.preferences().catch(() => this.preferences),
      this.#loadDevices(),
    ]);
    const { sound } = this.#choices.all;
    const facts: CheckupFacts = {
      host: location.host,
      desktop: this.#desktop.state(),
      answer: this.#choices.all.desktop,
      isPushOn: this.#isPushOn,
      status: this.client?.status ?? null,
      preferences,
      timeZone: me.agent.time_zone ?? null,
      sound,
      isSoundUnlocked: this.#sound.isUnlocked,
      soundFailure: this.#sound.failure,
      email: me.email,
      devices: this.devices,
      device: deviceName(),
      now: Date.now(),
    };
    this.verdicts = checkup(facts);
    this.isChecking = false;
  };

  async #turnDesktop(isOn: boolean): Promise<void> {
    if (this.alerts) await (isOn ? this.alerts.allowDesktop() : this.alerts.declineDesktop());
    else if (isOn) await allowDesktop(this.#desktop, this.#choices);
    else this.#choices.set({ desktop: 'asked' });
    this.requestUpdate();
  }

  async #loadDevices(): Promise<void> {
    try {
      this.devices = await this.api.pushDevices();
    } catch {
      this.devices = null;
    }
  }

  async #test({ id }: PushDevice): Promise<void> {
    const tell = (text: string) => (this.tests = { ...this.tests, [id]: text });
    tell(t('Sending…'));
    try {
      const { message, detail } = await this.api.testPushDevice(id);
      tell([t(message), detail].filter(Boolean).join(' '));
    } catch (error) {
      tell(t('That did not work: {why}', { why: (error as Error).message }));
    }
    await this.#loadDevices();
  }

  async #remove({ id }: PushDevice): Promise<void> {
    await this.api.forgetPushDevice(id).catch((error: unknown) => {
      this.tests = { ...this.tests, [id]: t('That did not work: {why}', { why: (error as Error).message }) };
    });
    await this.#loadDevices();
  }

  static override styles = [controls, formStyles, preferencesStyles, thisBrowserStyles];
}
