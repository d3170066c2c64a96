// @vitest-environment happy-dom
// Push on this device, on a browser whose push service is made up.
import { beforeEach, describe, expect, it } from 'vitest';
import { Api } from '../client/api';
import { Credentials } from '../client/credentials';
import type { Environment } from '../client/environment';
import { forgetPush, Push, type PushPlatform } from '../client/push';
import { read, readProposal } from '../worker/payload';
import { covers } from './covers';

const KEY = 'BMjQIp55pdbU8pfCBKyXcZjlmER_mXt5LqNrN1hrXbdBS5EnhIbMu3Au-RV53iIpztzNXkGI56BFB1udQ8Bq_H4';

/** A browser: its permission, its one subscription, and what was asked of it. */
class Browser implements PushPlatform {
  answer: NotificationPermission = 'granted';
  state: NotificationPermission = 'default';
  supported = true;
  appleWebPage = false;
  asked = 0;
  made = 0;
  subscription: PushSubscription | null = null;
  storage = localStorage;
  isSupported = () => this.supported;
  needsInstall = () => this.appleWebPage;
  permission = () => this.state;
  requestPermission = () => {
    this.asked += 1;
    return Promise.resolve((this.state = this.answer));
  };
  registration = () =>
    Promise.resolve({ pushManager: this.#manager } as unknown as ServiceWorkerRegistration);
  register = () => this.registration();
  #manager = {
    getSubscription: () => Promise.resolve(this.subscription),
    subscribe: ({ applicationServerKey }: { applicationServerKey: string }) => {
      this.made += 1;
      this.subscription = this.subscribed(`https://push.example/${this.made}`, applicationServerKey);
      return Promise.resolve(this.subscription);
    },
  };
  subscribed(endpoint: string, key: string): PushSubscription {
    const bytes = Uint8Array.from(atob(key.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return {
      endpoint,
      options: { applicationServerKey: bytes.buffer },
      toJSON: () => ({ endpoint, keys: { p256dh: 'p', auth: 'a' } }),
      unsubscribe: () => {
        this.subscription = null;
        return Promise.resolve(true);
      },
    } as unknown as PushSubscription;
  }
}

let browser: Browser;
let calls: { method: string; path: string; body?: { endpoint?: string; device?: string } }[];
let push: Push;

beforeEach(() => {
  localStorage.clear();
  browser = new Browser();
  calls = [];
  const answers: Record<string, unknown> = {
    'GET /api/v1/push-key': { public_key: KEY, service_worker: '/sw.js' },
  };
  const call = (method: string, path: string, body?: object) => {
    calls.push({ method, path, body });
    if (method === 'GET' && path.endsWith('push-subscriptions'))
      return Promise.resolve({
        items: [
          { id: 's1', device: localStorage.getItem('bellhop.device') },
          { id: 's2', device: 'another' },
        ],
      });
    return Promise.resolve(answers[`${method} ${path}`]);
  };
  const environment = { fetch: answerBy(call) } as unknown as Environment;
  push = new Push(new Api('', new Credentials({}, environment), environment), browser);
});
type Call = (method: string, path: string, body?: object) => Promise<unknown>;
const answerBy = (call: Call) => async (path: string, init: RequestInit) => {
  const body = init.body ? (JSON.parse(init.body as string) as object) : undefined;
  const answer = await call(init.method ?? 'GET', path, body);
  return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
};
const told = () => calls.filter(({ method }) => method === 'POST').map(({ body }) => body?.endpoint);

describe('push on this device', () => {
  it('is off until the person asks for it, and no page load asks for permission', async () => {
    covers('R-002');
    expect(await push.sync('ana')).toBe('off');
    browser.state = 'granted';
    expect(await push.sync('ana')).toBe('off');
    expect([browser.asked, calls]).toEqual([0, []]);
    expect(await push.subscribe('ana', 'd1')).toBe('on');
    expect([browser.asked, told(), calls.at(-1)?.body?.device]).toEqual([
      1,
      ['https://push.example/1'],
      'd1',
    ]);
  });

  it('says what stands in the way', async () => {
    browser.answer = 'denied';
    expect(await push.subscribe('ana')).toBe('blocked');
    expect(await push.sync('ana')).toBe('blocked');
    browser.state = browser.answer = 'default';
    expect(await push.subscribe('ana')).toBe('off');
    browser.supported = false;
    expect([await push.sync('ana'), await push.subscribe('ana')]).toEqual(['unsupported', 'unsupported']);
    browser.appleWebPage = true;
    expect(await push.sync('ana')).toBe('needs-install');
    expect(told()).toEqual([]);
  });

  it('tells the hub on every page load, and subscribes again where the browser lost it', async () => {
    await push.subscribe('ana');
    await push.sync('ana');
    browser.subscription = null;
    expect(await push.sync('ana')).toBe('on');
    expect(told()).toEqual(['https://push.example/1', 'https://push.example/1', 'https://push.example/2']);
  });

  it('replaces a subscription that was made with another key', async () => {
    browser.subscription = browser.subscribed('https://push.example/old', KEY.replace('BMj', 'BAj'));
    await push.subscribe('ana');
    expect(told()).toEqual(['https://push.example/1']);
  });

  it('ends when somebody else signs in, who has not asked for it', async () => {
    await push.subscribe('ana');
    expect(await push.sync('ben')).toBe('off');
    expect(browser.subscription).toBeNull();
    expect(told()).toHaveLength(1);
    expect(await push.sync('ana')).toBe('off');
  });

  it('is turned off here and at the hub, for this device only', async () => {
    await push.subscribe('ana');
    expect(await push.unsubscribe()).toBe('off');
    expect(browser.subscription).toBeNull();
    const deleted = calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    expect(deleted).toEqual(['/api/v1/me/push-subscriptions/s1']);
    expect(await push.sync('ana')).toBe('off');
    expect(await forgetPush(browser)).toBeNull();
  });
});

describe('what a push shows', () => {
  const hub = 'https://bell.example.com';

  it('is what the hub wrote', () => {
    const text = JSON.stringify({
      web_push: 8030,
      app_badge: 3,
      notification: {
        title: 'T',
        body: 'B',
        navigate: 'https://desk.example.com/1',
        tag: 'ticket:1',
        silent: false,
        data: { id: 'n1', renotify: true, close: ['ticket:2', 7] },
      },
    });
    expect(read(text, hub)).toEqual({
      title: 'T',
      options: {
        body: 'B',
        tag: 'ticket:1',
        lang: '',
        dir: 'auto',
        silent: false,
        renotify: true,
        data: { url: 'https://desk.example.com/1', id: 'n1' },
      },
      badge: 3,
      close: ['ticket:2'],
    });
  });

  it('is the same where the browser has read it already and proposes a notification', () => {
    const notification = Object.create({
      title: 'T',
      body: 'B',
      navigate: 'https://desk.example.com/1',
      tag: 'ticket:1',
      data: { id: 'n1', renotify: true, close: [] },
    }) as object;
    const { title, options, badge } = readProposal({ notification, appBadge: 3 }, hub);
    expect([title, options.tag, options.data, badge]).toEqual([
      'T',
      'ticket:1',
      { url: 'https://desk.example.com/1', id: 'n1' },
      3,
    ]);
  });

  it('is something in any case, and a click never runs a script', () => {
    for (const text of [null, '', 'not json', '7', 'null', '[]', '{"notification":null}']) {
      const { title, options } = read(text, hub);
      expect([title, options.data.url]).toEqual(['New notification', `${hub}/notifications`]);
    }
    for (const navigate of ['javascript:alert(1)', 'data:text/html,x', 'https://', 7]) {
      const { options } = read(JSON.stringify({ notification: { title: 'T', navigate } }), hub);
      expect(options.data.url).toBe(`${hub}/notifications`);
    }
  });

  it('renotifies only where browsers allow it', () => {
    const options = (notification: object) => read(JSON.stringify({ notification }), hub).options;
    expect(options({ data: { renotify: true } }).renotify).toBe(false);
    expect(options({ tag: 't', silent: true, data: { renotify: true } }).renotify).toBe(false);
  });
});
