// `/notifications` as an app: it can be installed, is there without network with what it showed last, and asks the hub
// when it is pulled down.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { Browsers, PHONE } from './harness/browser';
import { Cable } from './harness/cable';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let cable: Cable;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  cable = await Cable.to(hub.url);
  context = await browsers.agent(hub, 'ana', { ...PHONE, at: cable.url });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await cable.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

const SLOW_MS = 20_000;

async function open(path = '/notifications'): Promise<void> {
  await page.goto(cable.url + path);
  await page.locator('bellhop-status [data-phase="live"]').waitFor({ timeout: SLOW_MS });
}
const row = (text: string) => page.locator('bellhop-row', { hasText: text });

/** What the browser keeps of the inbox. */
const kept = () =>
  page.evaluate(async () => {
    const answer = await caches.match('/api/v1/me/notifications', { cacheName: 'bellhop-state' });
    return (await answer?.text()) ?? '';
  });
/** The worker runs, and has the page's files. */
const hasShell = () =>
  page.evaluate(async () => {
    const files = await (await caches.open('bellhop-shell')).keys();
    const { active } = (await navigator.serviceWorker.getRegistration()) ?? {};
    return active?.state === 'activated' && files.length > 3;
  });

async function isKept(words: string): Promise<void> {
  await becomes(hasShell, true, SLOW_MS);
  await becomes(async () => (await kept()).includes(words), true, SLOW_MS);
}

/** A finger from near the top downwards. */
async function pullDown(by: number): Promise<void> {
  const devtools = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y: number) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: 150, y }],
    });
  await touch('touchStart', 150);
  for (let step = 1; step <= 8; step += 1) await touch('touchMove', 150 + (by * step) / 8);
  await touch('touchEnd', 150 + by);
  await devtools.detach();
}

describe('the notifications page as an app', () => {
  it('can be installed', async () => {
    covers('R-127');
    await open();
    await becomes(hasShell, true, SLOW_MS);
    const devtools = await context.newCDPSession(page);
    const { errors, data } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const { icons, display, start_url } = JSON.parse(data ?? '') as {
      icons: { src: string; sizes: string }[];
      display: string;
      start_url: string;
    };
    expect([display, start_url]).toEqual(['standalone', '/notifications']);
    const touchIcon = await page.locator('link[rel="apple-touch-icon"]').getAttribute('href');
    for (const src of [...icons.map((icon) => icon.src), touchIcon!]) {
      const answer = await context.request.get(new URL(src, cable.url).href);
      expect([src, answer.status()]).toEqual([src, 200]);
      expect(answer.headers()['content-type']).toMatch(/^image\/(png|svg)/);
    }
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    // A window without a profile of its own installs nothing; that is all that stands in the way.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    );
  });

  it('shows without network what it showed last, says so, and has the rest when the network is back', async () => {
    covers('R-122', 'R-128');
    await hub.assign('ana', { number: '1' });
    await open();
    await hub.assign('ana', { number: '2' });
    await row('#2').waitFor();
    await isKept('#2');
    cable.pull();
    await page.reload();
    await row('#1').waitFor();
    await row('#2').waitFor();
    await page.locator('bellhop-status [data-phase="offline"]').waitFor({ timeout: SLOW_MS });
    await row('#2').locator('.open').tap();
    await page.locator('bellhop-details').waitFor();
    await page.goBack();
    await hub.assign('ana', { number: '3' });
    cable.plugIn();
    await row('#3').waitFor({ timeout: SLOW_MS });
    await becomes(async () => (await page.locator('[data-unread]').allTextContents())[0], '2', SLOW_MS);
  });

  it('keeps nothing of whoever signed out', async () => {
    covers('R-172');
    await hub.assign('ana', { number: '1' });
    await open();
    await isKept('#1');
    await page.goto(cable.url);
    await page.locator('.sign-out').click();
    await page.locator('#token').waitFor();
    expect(await kept()).toBe('');
    cable.pull();
    await page.goto(`${cable.url}/notifications`);
    await page.getByText('The hub cannot be reached').first().waitFor({ timeout: SLOW_MS });
    expect(await page.locator('bellhop-row').count()).toBe(0);
  });

  it('asks the hub when it is pulled down far enough', async () => {
    cable.firewall = { webSocket: true, eventStream: true };
    await page.goto(`${cable.url}/notifications`);
    await page.locator('bellhop-status [data-way="polling"]').waitFor({ timeout: SLOW_MS });
    await hub.assign('ana', { number: '8' });
    await pullDown(60);
    expect(await page.locator('.pull').count()).toBe(0);
    expect(await row('#8').count()).toBe(0);
    await pullDown(320);
    await row('#8').waitFor({ timeout: SLOW_MS });
    await page.getByText('Up to date').waitFor({ timeout: SLOW_MS });
    cable.pull();
    await pullDown(320);
    await page.locator('.notice', { hasText: 'The hub cannot be reached' }).waitFor({ timeout: SLOW_MS });
  });
});
