// The devices that push wakes, as the preferences list them: a test that says what came of it, and the way out.
import { createECDH, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';
import { PreferencesScreen } from './harness/preferences';

const GONE = 410;
const CREATED = 201;
const SLOW_MS = 20_000;

let browsers: Browsers;
let hub: Hub;
let service: Server;
let context: BrowserContext;
let page: Page;
let answer = CREATED;
const asked: string[] = [];

beforeAll(async () => {
  browsers = await Browsers.open();
  service = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume();
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browsers.close();
  service.close();
});
beforeEach(async () => {
  answer = CREATED;
  asked.length = 0;
  hub = await Hub.serve({ BELLHOP_WEB_PUSH__ALLOWED_HOSTS: serviceUrl() });
  context = await browsers.agent(hub, 'ana');
});
afterEach(async () => {
  await context.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

const serviceUrl = () => `http://127.0.0.1:${(service.address() as AddressInfo).port}`;

/** As a telephone would say it of itself. */
async function allow(device: string, label: string): Promise<void> {
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const subscription = {
    endpoint: `${serviceUrl()}/push/${device}`,
    keys: { p256dh: keys.getPublicKey('base64url'), auth: randomBytes(16).toString('base64url') },
    device,
    label,
  };
  await hub.call('POST', '/api/v1/me/push-subscriptions', subscription, hub.token('ana'));
}

async function openDevices(): Promise<void> {
  const bell = await Bell.on(context, hub.url);
  await PreferencesScreen.in(bell);
  page = bell.page;
  await page.locator('li[data-device]').first().waitFor();
}
const device = (label: string) => page.locator('li[data-device]', { hasText: label });

describe('the devices that push wakes', () => {
  it('are tested one by one, and the test says what came of it', async () => {
    await allow('phone', 'My telephone');
    await allow('tablet', 'My tablet');
    await openDevices();
    await device('My telephone').getByText('Not reached yet').waitFor();
    await device('My telephone').getByRole('button', { name: 'Test' }).click();
    await becomes(() => Promise.resolve(asked), ['/push/phone'], SLOW_MS);
    await device('My telephone').getByText('Last reached').waitFor({ timeout: SLOW_MS });
    expect(await device('My telephone').locator('[role="status"]').innerText()).not.toBe('Sending…');
    await device('My tablet').getByText('Not reached yet').waitFor();
    answer = 500;
    await device('My tablet').getByRole('button', { name: 'Test' }).click();
    await device('My tablet').getByText('500').first().waitFor({ timeout: SLOW_MS });
  });

  it('are removed by their button, for good, and the others stay', async () => {
    await allow('phone', 'My telephone');
    await allow('tablet', 'My tablet');
    await openDevices();
    await device('My tablet').getByRole('button', { name: 'Remove' }).click();
    await device('My tablet').waitFor({ state: 'detached' });
    const path = '/api/v1/me/push-subscriptions';
    const { items } = await hub.call<{ items: { label: string }[] }>(
      'GET',
      path,
      undefined,
      hub.token('ana'),
    );
    expect(items.map(({ label }) => label)).toEqual(['My telephone']);
    await device('My telephone').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('None yet. Turn push on').waitFor();
  });

  it('that are gone are told apart from those that work', async () => {
    await allow('phone', 'My telephone');
    answer = GONE;
    await openDevices();
    await device('My telephone').getByRole('button', { name: 'Test' }).click();
    await becomes(() => Promise.resolve(asked.length), 1, SLOW_MS);
    // Either the hub has dropped it, or it names what is wrong: what it never says is that it was reached.
    await becomes(async () => (await page.getByText('Sending…').count()) === 0, true, SLOW_MS);
    expect(await page.getByText('Last reached').count()).toBe(0);
  });
});
