// Somebody who has just read README.md, with a phone and a browser that has never been here: from its one command and its
// one `curl` to the first notification, and on to every state that comes along. No dead end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers, PHONE } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(async () => {
  await browsers.close();
  expect(browsers.takeComplaints()).toEqual([]);
});
beforeEach(async () => {
  hub = await Hub.demo();
  context = await browsers.context({ ...PHONE, isNew: true });
  page = await context.newPage();
  context.setDefaultTimeout(15_000);
});
afterEach(async () => {
  await context.close();
  await hub.stop();
});

/** What README.md tells a new user to send. */
function curlOfReadme(): { path: string; headers: Record<string, string>; body: string } {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [, path, rest] = /curl http:\/\/127\.0\.0\.1:8080(\S+) \\\n([\s\S]*?)```/.exec(text)!;
  const headers = [...rest!.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) => [name!, value!]);
  return {
    path: path!,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: /-d '([^']+)'/.exec(rest!)![1]!,
  };
}

async function followReadme(): Promise<string> {
  const { path, headers, body } = curlOfReadme();
  return (await fetch(hub.url + path, { method: 'POST', headers, body })).text();
}

const row = (text: string) => page.locator('bellhop-row', { hasText: text });
const isLive = () => page.locator('bellhop-status [data-phase="live"]').first().waitFor();

/** As one of the demo's people, on the page for phones. */
async function signInAs(name: string): Promise<void> {
  await page.goto(`${hub.url}/notifications`);
  await page.getByRole('button', { name, exact: true }).tap();
  await isLive();
}

describe('a new user with a phone', () => {
  it('rings the bell of the desk as README.md says, and finds the way to the list for phones', async () => {
    await page.goto(`${hub.url}/panel`);
    const bell = new Bell(page);
    await bell.isConnected();
    const before = Number(await bell.badge());
    expect(await followReadme()).toMatch(/"accepted".*"ana"/);
    await bell.shows(String(before + 1));
    expect(await followReadme()).toMatch(/"duplicate"/);
    await page.getByText('Enable browser notifications?').waitFor();
    await page.getByRole('button', { name: 'Not now' }).tap();
    expect(await complaintsOfAxe(page)).toEqual([]);
    const opened = context.waitForEvent('page');
    await page.locator('.tickets .phone').tap();
    page = await opened;
    await isLive();
    await row('Mei Tanaka').first().waitFor();
  });

  it('opens the list for phones first, becomes one of the people, and reads, deletes and takes back', async () => {
    await page.goto(`${hub.url}/notifications`);
    await page.getByText('This is the demo').waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
    await signInAs('Ana Souza');
    await followReadme();
    const news = row('Any news?');
    await news.locator('.open').tap();
    const details = page.locator('bellhop-details');
    await details.getByText('Any news? We have a deadline tomorrow.').waitFor();
    await details.getByRole('button', { name: 'Delete' }).tap();
    await news.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).tap();
    await news.waitFor();
    await page.getByRole('button', { name: 'Preferences' }).tap();
    await page.getByRole('heading', { name: 'Notify me about' }).waitFor();
    await page.goBack();
    await news.waitFor();
  });

  it('is told what is wrong with a token and a link, and how to go on', async () => {
    await page.goto(`${hub.url}/notifications`);
    await page.locator('#token').fill('what I found in a drawer');
    await page.getByRole('button', { name: 'Sign in with the token' }).tap();
    await page.getByText('This token is not accepted.').waitFor();
    await page.goto(`${hub.url}/session/link/of-last-week`);
    await page.getByRole('button', { name: 'Sign in' }).tap();
    await page.getByText('This link does not work any more').first().waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
    await page.getByRole('link', { name: 'Ask for a new one' }).tap();
    await page.locator('#email').fill('ana@example.com');
    await page.getByRole('button', { name: 'Email me a link' }).tap();
    await page.getByText('a link is on its way').waitFor();
    await page.goto(`${hub.url}/mailbox`);
    await page.getByText('Your link to sign in').first().tap();
    const opened = context.waitForEvent('page');
    await page.frameLocator('iframe').getByRole('link', { name: 'Sign in' }).tap();
    page = await opened;
    await page.getByRole('button', { name: 'Sign in' }).tap();
    await isLive();
  });

  it('has the list without network, in words of people, and lands on it from the page’s own sign', async () => {
    await signInAs('Ana Souza');
    await page.evaluate(() => navigator.serviceWorker.ready);
    await row('Mei Tanaka').first().waitFor();
    await becomes(
      () => page.evaluate(async () => (await caches.open('bellhop-state')).keys().then((all) => all.length)),
      2,
    );
    await context.setOffline(true);
    await page.reload();
    await row('Mei Tanaka').first().waitFor();
    await page.getByText('The hub cannot be reached').first().waitFor();
    expect(await page.getByText('Failed to fetch').count()).toBe(0);
    await page.locator('a.home').tap();
    await page.waitForURL('**/notifications');
    await row('Mei Tanaka').first().waitFor();
    await context.setOffline(false);
    await isLive();
  });
});
