// The devices that an agent allows to be woken by push: what each is, when a push last got through, a test.
import { html, nothing, type TemplateResult } from 'lit';
import type { PushDevice } from '../client/push';
import { icons } from './icons';
import { renderSection } from './preferences_field';
import { fullTime, relativeTime } from './relative_time';
import { t } from './words';

export interface DevicesView {
  /** Null while the hub has not said. */
  devices: PushDevice[] | null;
  /** This browser's name for itself. */
  device: string;
  tests: Record<string, string>;
  now: number;
  onTest: (device: PushDevice) => void;
  onRemove: (device: PushDevice) => void;
}

export function renderDevices(view: DevicesView): TemplateResult {
  const { devices } = view;
  return renderSection(
    'devices',
    t('Devices woken by push'),
    devices === null || devices.length === 0
      ? html`<div class="block">
          <p class="text">${t('None yet. Turn push on at the notifications page of the device.')}</p>
        </div>`
      : html`<ul class="devices">
          ${devices.map((device) => renderDevice(device, view))}
        </ul>`,
  );
}

function renderDevice(device: PushDevice, view: DevicesView): TemplateResult {
  const { id, last_success_at: success, last_error: error, failures } = device;
  const isHere = device.device === view.device;
  const test = view.tests[id];
  return html`<li data-device=${id}>
    <span class="kind">${icons.device}</span>
    <span class="words">
      <span class="label"
        ><bdi>${deviceText(device)}</bdi>${isHere ? html` <em>${t('this browser')}</em>` : nothing}</span
      >
      <span class="text">
        ${
          success
            ? html`<time datetime=${success} title=${fullTime(success)}
                >${t('Last reached {when}', { when: relativeTime(success, view.now) })}</time
              >`
            : t('Not reached yet')
        }
      </span>
      ${failures > 0 ? html`<span class="fault">${icons.alert} ${t('Failed: {why}', { why: error ?? '?' })}</span>` : nothing}
      ${test ? html`<span class="text" role="status">${test}</span>` : nothing}
    </span>
    <span class="device-acts">
      <button class="button test-device" type="button" @click=${() => view.onTest(device)}>
        ${t('Test')}
      </button>
      <button class="button remove-device" type="button" @click=${() => view.onRemove(device)}>
        ${t('Remove')}
      </button>
    </span>
  </li>`;
}

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser/, 'Samsung Internet'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/** "Firefox on Windows": the agent's own name for it, else what the browser said it is. */
export function deviceText({ label, user_agent, host }: PushDevice): string {
  if (label) return label;
  const find = (list: [RegExp, string][]) => list.find(([sign]) => sign.test(user_agent ?? ''))?.[1];
  const [browser, system] = [find(BROWSERS), find(SYSTEMS)];
  if (browser && system) return t('{browser} on {system}', { browser, system });
  return browser ?? system ?? host;
}
