// The bell in somebody else's page: one script tag, another origin, hostile texts, keyboard and screen reader.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { HostPage } from './harness/host_page';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let host: HostPage;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browsers = await Browsers.open();
  host = await HostPage.start();
});
afterAll(async () => {
  await browsers.close();
  await host.stop();
});
beforeEach(async () => {
  hub = await Hub.serve({ BELLHOP_HTTP__ALLOWED_ORIGINS: host.url });
  context = await browsers.context();
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await hub.stop();
});

async function embed(attributes: string): Promise<Bell> {
  host.html = `<!doctype html><html lang="en"><title>Desk</title><main><h1>Desk</h1>
    <script type="module" src="${hub.url}/bell.js"></script><bellhop-bell ${attributes}></bellhop-bell></main></html>`;
  await page.goto(host.url);
  const bell = new Bell(page);
  await bell.isConnected();
  return bell;
}

describe('the bell in another page', () => {
  it('rings with one script tag and a token, at the hub that served it', async () => {
    covers('R-003', 'R-034', 'R-035');
    const bell = await embed(`token="${hub.token('ana')}"`);
    await hub.assign('ana');
    await bell.shows('1', 1_000);
    await bell.open();
    await becomes(() => bell.isRed(), false);
  });

  it('fetches its token from the helpdesk, says so when that ends, and is back with a new one', async () => {
    covers('R-172');
    host.token = () => hub.token('ana');
    const bell = await embed('token-url="/token"');
    await hub.assign('ana');
    await bell.shows('1');
    host.token = () => null;
    const other = await context.newPage();
    await other.goto(host.url);
    await other.locator('bellhop-bell button.bell').click();
    await other.locator('bellhop-bell', { hasText: 'You are signed out' }).waitFor();
    host.token = () => hub.token('ana');
    await other.locator('bellhop-status button').click();
    await new Bell(other).shows('1');
  });

  it('lets the page decide what opening means', async () => {
    covers('R-037');
    const bell = await embed(`token="${hub.token('ana')}"`);
    await page.evaluate(() =>
      addEventListener('bellhop-open', (event) => {
        event.preventDefault();
        const { notification } = (event as CustomEvent<{ notification: { ticket: { id: string } } }>).detail;
        document.title = notification.ticket.id;
      }),
    );
    await hub.assign('ana', { number: '5' });
    await bell.open();
    await bell.item('#5').locator('.open').click();
    await becomes(() => page.title(), 'HD-5');
    expect(page.url()).toBe(`${host.url}/`);
    await bell.shows('');
  });

  it('works by keyboard alone: open, go through, read, close, focus back on the bell', async () => {
    covers('R-035', 'R-038');
    for (const number of ['1', '2']) await hub.assign('ana', { number });
    const bell = await embed(`token="${hub.token('ana')}"`);
    await bell.shows('2');
    const button = page.locator('bellhop-bell button.bell');
    expect(await button.getAttribute('aria-label')).toBe('Notifications, 2 unread, some are new');
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    await bell.item('#1').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await bell.shows('1');
    expect(await bell.item('#1').locator('.mark').count()).toBe(0);
    await bell.close();
    expect(await button.evaluate((it) => (it.getRootNode() as ShadowRoot).activeElement === it)).toBe(true);
    expect(await button.getAttribute('aria-label')).toBe('Notifications, 1 unread');
  });

  it('closes on a click beside it', async () => {
    const bell = await embed(`token="${hub.token('ana')}"`);
    await bell.open();
    await page.mouse.click(20, 700);
    await page.locator('bellhop-bell .panel').waitFor({ state: 'detached' });
  });

  it.each(['light', 'dark'] as const)('gives axe nothing to complain of (%s)', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await hub.assign('ana');
    const bell = await embed(`token="${hub.token('ana')}"`);
    await bell.shows('1');
    await bell.open();
    await bell.item('#123').waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
  });
});
