// Web push on this device: asked for by a click, kept true on every page load, ended by signing out. Whose it is stands
// in the browser's storage: somebody else who signs in here has not asked for it.
import type { Api } from './api';
import { isApplePhone } from './desktop';
import { deviceName } from './device';

/**
 * - `unsupported`: this browser cannot, or the page is not served over https;
 * - `needs-install`: on an iPhone or iPad it can once the page is on the home screen;
 * - `blocked`: the person, or their system, said no; only the browser's settings change that;
 * - `off`, `on`.
 */
export type PushState = 'unsupported' | 'needs-install' | 'blocked' | 'off' | 'on';

/** A device of the agent's that may be woken, as the hub knows it. */
export interface PushDevice {
  id: string;
  /** Of the push service. */
  host: string;
  /** The browser's name for itself. */
  device: string | null;
  /** The agent's name for it. */
  label: string | null;
  user_agent: string | null;
  created_at: string;
  last_success_at: string | null;
  last_error_at: string | null;
  last_error: string | null;
  /** How often in a row. */
  failures: number;
}

/** How the test of a device ended. */
export interface PushTest {
  outcome: string;
  why: string | null;
  message: string;
  detail: string | null;
}

interface PushKey {
  public_key: string;
  service_worker: string;
}

/** What of the browser it needs; handed in, so that tests have one without a push service. */
export interface PushPlatform {
  isSupported: () => boolean;
  needsInstall: () => boolean;
  permission: () => NotificationPermission;
  requestPermission: () => Promise<NotificationPermission>;
  register: (path: string) => Promise<ServiceWorkerRegistration>;
  registration: () => Promise<ServiceWorkerRegistration | undefined>;
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}

/** Where the browser's storage says whose push it is here. */
const PUSH_KEY = 'bellhop.push';
const PATH = '/api/v1/me/push-subscriptions';

export const browserPlatform: PushPlatform = {
  isSupported: () =>
    globalThis.isSecureContext &&
    'serviceWorker' in navigator &&
    'PushManager' in window &&
    'Notification' in window,
  needsInstall: () => isApplePhone() && !('PushManager' in window),
  permission: () => Notification.permission,
  requestPermission: () => Notification.requestPermission(),
  register: async (path) => active(await navigator.serviceWorker.register(path)),
  registration: async () => navigator.serviceWorker?.getRegistration(),
  get storage() {
    return localStorage;
  },
};

export class Push {
  #api: Api;
  #platform: PushPlatform;

  constructor(api: Api, platform: PushPlatform = browserPlatform) {
    this.#api = api;
    this.#platform = platform;
  }

  /** Asks the person, subscribes, and tells the hub. Only from a click: browsers refuse it otherwise. */
  async subscribe(agent: string, device = deviceName()): Promise<PushState> {
    const state = this.#possible();
    if (state !== null) return state;
    if ((await this.#platform.requestPermission()) !== 'granted') return this.#denied();
    await this.#tell(await this.#api.call<PushKey>('GET', '/api/v1/push-key'), device);
    this.#platform.storage.setItem(PUSH_KEY, agent);
    return 'on';
  }

  /**
   * On every page load: what the browser has, the hub has. A subscription that the browser lost is made again, and one
   * that somebody else asked for here ends.
   */
  async sync(agent: string, device = deviceName()): Promise<PushState> {
    const state = this.#possible();
    if (state !== null) return state;
    if (this.#platform.permission() === 'denied') return 'blocked';
    const asked = this.#platform.storage.getItem(PUSH_KEY);
    if (asked !== null && asked !== agent) await forgetPush(this.#platform);
    if (asked !== agent || this.#platform.permission() !== 'granted') return 'off';
    await this.#tell(await this.#api.call<PushKey>('GET', '/api/v1/push-key'), device);
    return 'on';
  }

  /** Ends it on this device, here and at the hub. */
  async unsubscribe(): Promise<PushState> {
    const endpoint = await forgetPush(this.#platform);
    if (endpoint !== null) {
      const device = deviceName();
      const devices = await this.#api.pushDevices();
      for (const { id } of devices.filter((one) => one.device === device))
        await this.#api.forgetPushDevice(id);
    }
    return 'off';
  }

  #possible(): PushState | null {
    if (this.#platform.isSupported()) return null;
    return this.#platform.needsInstall() ? 'needs-install' : 'unsupported';
  }

  /** A question that was closed without an answer may be asked again. */
  #denied(): PushState {
    return this.#platform.permission() === 'denied' ? 'blocked' : 'off';
  }

  async #tell({ public_key, service_worker }: PushKey, device: string): Promise<void> {
    const { pushManager } = await this.#platform.register(service_worker);
    let subscription = await pushManager.getSubscription();
    if (subscription && keyOf(subscription) !== public_key) {
      // Of another installation's key, or of one that was replaced: the push service would refuse what we send.
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key });
    await this.#api.call('POST', PATH, { ...subscription.toJSON(), device });
  }
}

/** Whether this browser is woken by push for that agent: then push takes the place of desktop notifications (D-11). */
export function isPushOn(agent: string): boolean {
  try {
    return globalThis.localStorage?.getItem(PUSH_KEY) === agent && Notification.permission === 'granted';
  } catch {
    return false;
  }
}

/** Ends it in this browser; returns the endpoint that it had. The push service answers 410 from then on. */
export async function forgetPush(platform: PushPlatform = browserPlatform): Promise<string | null> {
  platform.storage.removeItem(PUSH_KEY);
  const subscription = await (await platform.registration())?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
  return subscription?.endpoint ?? null;
}

/** The key that a subscription was made with, in base64url; null where the browser does not tell. */
function keyOf(subscription: PushSubscription): string | null {
  const key = subscription.options?.applicationServerKey;
  if (!key) return null;
  const text = btoa(String.fromCharCode(...new Uint8Array(key)));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Subscribing wants a worker that runs. */
async function active(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active || !worker) return registration;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker could not be installed'));
    });
  });
  return registration;
}
