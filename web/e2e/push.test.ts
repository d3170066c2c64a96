// Web push in a real browser: the control on the phone page, and a service worker that shows what it is sent. The way
// between is a push service of this file: Chromium reaches none here, so it hands the decrypted push to the browser
// through the DevTools protocol.
import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { eventually } from '../test/eventually';
import { complaintsOfAxe } from './harness/axe';
import { Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

/** A push service with one subscription; keeps what it was sent, decrypted (RFC 8291). */
class PushService {
  readonly pushes: string[] = [];
  #server: Server;
  #keys: ECDH = createECDH('prime256v1');
  #auth = randomBytes(16);

  constructor() {
    this.#keys.generateKeys();
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.pushes.push(this.#decrypted(Buffer.concat(chunks)));
        response.writeHead(201).end();
      });
    });
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `PushSubscription.toJSON()`. */
  get subscription() {
    const keys = { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') };
    return { endpoint: `${this.url}/push/1`, expirationTime: null, keys };
  }

  #decrypted(body: Buffer): string {
    const [salt, sender] = [body.subarray(0, 16), body.subarray(21, 86)];
    const derive = (secret: Buffer, salt: Buffer, info: Buffer, length: number) =>
      Buffer.from(hkdfSync('sha256', secret, salt, info, length));
    const who = Buffer.concat([Buffer.from('WebPush: info\0'), this.#keys.getPublicKey(), sender]);
    const secret = derive(this.#keys.computeSecret(sender), this.#auth, who, 32);
    const key = derive(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
    const nonce = derive(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(body.subarray(-16));
    const padded = Buffer.concat([decipher.update(body.subarray(86, -16)), decipher.final()]);
    return padded.subarray(0, padded.lastIndexOf(2)).toString();
  }
}

let browsers: Browsers;
let service: PushService;
let hub: Hub;
let context: BrowserContext;
let page: Page;
let devtools: CDPSession;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  service = new PushService();
  await service.start();
  hub = await Hub.serve({ BELLHOP_WEB_PUSH__ALLOWED_HOSTS: service.url });
  context = await browsers.agent(hub, 'ana', { permissions: ['notifications'] });
  await context.addInitScript(pretendToSubscribe, service.subscription);
  page = await context.newPage();
  await page.goto(`${hub.url}/notifications`);
});
afterEach(async () => {
  await context.close();
  await hub.stop();
  await service.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

/** In the page: the one thing that this browser cannot do here, reach its maker's push service. */
function pretendToSubscribe(json: object & { endpoint: string }): void {
  const key = 'pretended';
  const made = (applicationServerKey: unknown) => ({
    endpoint: json.endpoint,
    options: { applicationServerKey },
    toJSON: () => json,
    unsubscribe: () => Promise.resolve(localStorage.removeItem(key)),
  });
  PushManager.prototype.getSubscription = () =>
    Promise.resolve(localStorage.getItem(key) ? (made(null) as never) : null);
  PushManager.prototype.subscribe = (options) => {
    localStorage.setItem(key, 'yes');
    return Promise.resolve(made(options?.applicationServerKey) as never);
  };
}

const toggle = (state: 'on' | 'off') => page.locator(`bellhop-push-switch .toggle[data-push="${state}"]`);
const mine = async () => {
  const list = await hub.call<{ items: { id: string; host: string }[] }>(
    'GET',
    '/api/v1/me/push-subscriptions',
    undefined,
    hub.token('ana'),
  );
  return list.items;
};

async function turnOn(): Promise<void> {
  devtools = await context.newCDPSession(page);
  await toggle('off').click();
  await toggle('on').waitFor();
}

/** Hands a push to the browser as its push service would. */
async function deliver(data: string): Promise<void> {
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [ours] = registrations;
      if (ours) resolve(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  await devtools.send('ServiceWorker.deliverPushMessage', { origin: hub.url, registrationId, data });
}

/** The same until something is shown: what DevTools hands to a worker that is just ending gets lost. */
async function appears(data: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await devtools.send('ServiceWorker.disable');
    await deliver(data);
    try {
      return await becomes(async () => (await shown()).length, 1);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

const shown = () =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    const all = (await registration?.getNotifications()) ?? [];
    return all.map(({ title, body, tag }) => ({ title, body, tag }));
  });

/** What a click on the notification of that tag does; the browser grants focus only to a person's own click. */
async function click(tag: string): Promise<string[]> {
  const [worker] = context.serviceWorkers() as [Worker];
  return worker.evaluate(async (tag: string) => {
    const scope = globalThis as unknown as {
      registration: ServiceWorkerRegistration;
      WindowClient: { prototype: { focus: unknown } };
      Clients: { prototype: { openWindow: unknown } };
      NotificationEvent: new (type: string, init: object) => Event;
      dispatchEvent: (event: Event) => void;
    };
    const done: string[] = [];
    scope.WindowClient.prototype.focus = function (this: { url: string }) {
      done.push(`focus ${this.url}`);
      return Promise.resolve(this);
    };
    scope.Clients.prototype.openWindow = (url: string) => Promise.resolve(void done.push(`open ${url}`));
    const [notification] = await scope.registration.getNotifications({ tag });
    const event = new scope.NotificationEvent('notificationclick', { notification });
    let work: Promise<unknown> = Promise.resolve();
    Object.defineProperty(event, 'waitUntil', { value: (promise: Promise<unknown>) => (work = promise) });
    scope.dispatchEvent(event);
    await work;
    return done;
  }, tag);
}

const push = (tag: string, url: string, data: object = {}) =>
  JSON.stringify({
    web_push: 8030,
    app_badge: 1,
    notification: { title: `About ${tag}`, body: 'Body', navigate: url, tag, data },
  });

describe('web push', () => {
  it('is off until it is turned on, arrives as the hub encrypted it, and is turned off again', async () => {
    covers('R-001', 'R-002', 'R-009', 'R-181');
    await toggle('off').waitFor();
    expect(await mine()).toEqual([]);
    await turnOn();
    const hints = page.locator('bellhop-push-switch details');
    await hints.locator('summary').click();
    expect(await hints.innerText()).toMatch(/Focus assist[\s\S]*let background apps run/);
    const [subscription] = await mine();
    expect(subscription?.host).toBe('127.0.0.1');
    const path = `/api/v1/me/push-subscriptions/${subscription!.id}/test`;
    const tested = await hub.call<{ outcome: string }>('POST', path, {}, hub.token('ana'));
    expect(tested.outcome).toBe('sent');
    await deliver(service.pushes[0]!);
    await becomes(async () => (await shown()).map(({ title }) => title), ['Push works on this device']);
    expect(await complaintsOfAxe(page)).toEqual([]);
    await page.reload();
    await toggle('on').waitFor();
    expect(await mine()).toHaveLength(1);
    await toggle('on').click();
    await toggle('off').waitFor();
    expect(await mine()).toEqual([]);
  });

  it('shows something whatever comes, one per ticket, and closes what was read elsewhere', async () => {
    covers('R-022');
    await turnOn();
    await deliver('not json at all');
    await becomes(async () => (await shown()).length, 1);
    for (const tag of ['ticket:1', 'ticket:2', 'ticket:1']) {
      await devtools.send('ServiceWorker.disable');
      await deliver(push(tag, `${hub.url}/?ticket=1`));
    }
    const tags = async () => (await shown()).map(({ tag }) => tag).sort();
    await becomes(tags, ['', 'ticket:1', 'ticket:2']);
    await devtools.send('ServiceWorker.disable');
    await deliver(push('ticket:3', hub.url, { close: ['ticket:1', 'ticket:3'] }));
    await becomes(tags, ['', 'ticket:2', 'ticket:3']);
  });

  it('leads a click to the tab that shows it, else to an open page of ours, else to a new one, and marks it read', async () => {
    await hub.assign('ana', { number: '7' });
    const entry = page.locator('bellhop-row');
    await entry.waitFor();
    const id = await entry.getAttribute('data-id');
    await turnOn();
    const desk = await context.newPage();
    await desk.goto(`${hub.url}/docs?ticket=7`);
    await desk.evaluate(() => (document.title = 'as it was'));
    await appears(push('ticket:7', `${hub.url}/docs?ticket=7`, { id }));
    expect(await click('ticket:7')).toEqual([`focus ${hub.url}/docs?ticket=7`]);
    expect(await shown()).toEqual([]);
    expect(await desk.title()).toBe('as it was');
    await page.locator('[data-unread]').waitFor({ state: 'detached' });

    await appears(push('ticket:8', 'https://desk.example.com/8'));
    expect(await click('ticket:8')).toEqual(['open https://desk.example.com/8']);

    await appears(push('ticket:9', `${hub.url}/notifications#n=${id}`));
    expect(await click('ticket:9')).toEqual([`focus ${hub.url}/notifications`]);
    await eventually(() => expect(page.url()).toBe(`${hub.url}/notifications#n=${id}`));
  });

  it('ends for who signs out', async () => {
    await turnOn();
    expect(await mine()).toHaveLength(1);
    await page.goto(hub.url);
    await page.locator('.sign-out').click();
    await becomes(async () => (await mine()).length, 0);
  });
});
