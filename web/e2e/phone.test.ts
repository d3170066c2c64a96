// `/notifications` at a phone's width: list, swipes and the ways without them, details over the whole screen.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { complaintsOfAxe } from './harness/axe';
import { Browsers, PHONE } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  context = await browsers.agent(hub, 'ana', PHONE);
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

async function openPage(): Promise<void> {
  await page.goto(`${hub.url}/notifications`);
  await page.locator('bellhop-status [data-phase="live"]').waitFor();
}
const row = (text: string) => page.locator('bellhop-row', { hasText: text });
const unread = async () => (await page.locator('[data-unread]').allTextContents())[0] ?? '';

/** A finger over the row, as the browser's own touch input. */
async function swipe(target: Locator, dx: number): Promise<void> {
  const box = (await target.boundingBox())!;
  const [x, y] = [box.x + box.width / 2 - dx / 2, box.y + box.height / 2];
  const session = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at: number) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: at, y }],
    });
  await touch('touchStart', x);
  for (let step = 1; step <= 8; step += 1) await touch('touchMove', x + (dx * step) / 8);
  await touch('touchEnd', x + dx);
  await session.detach();
}

describe('the phone page', () => {
  it('lists, follows what comes, and marks all read', async () => {
    covers('R-127', 'R-128', 'R-034', 'R-039');
    await hub.assign('ana', { number: '1' });
    await openPage();
    await becomes(unread, '1');
    await hub.assign('ana', { number: '2' });
    await becomes(unread, '2', 1_000);
    expect(await page.locator('bellhop-row .title').allTextContents()).toEqual([
      expect.stringContaining('#2'),
      expect.stringContaining('#1'),
    ]);
    await page.locator('.read-all').click();
    await becomes(unread, '');
  });

  it('reads by a swipe to the right and deletes by one to the left', async () => {
    covers('R-129');
    for (const number of ['1', '2', '3']) await hub.assign('ana', { number });
    await openPage();
    await becomes(unread, '3');
    await swipe(row('#1'), 200);
    await becomes(unread, '2');
    await swipe(row('#2'), -200);
    await row('#2').waitFor({ state: 'detached' });
    await becomes(unread, '1');
    await swipe(row('#3'), 40);
    expect(await unread()).toBe('1');
    await page.reload();
    await becomes(unread, '1');
    expect(await page.locator('bellhop-row').count()).toBe(2);
  });

  it('does both by buttons too, large enough for a thumb, and undoes a delete', async () => {
    covers('R-129', 'R-038', 'R-040');
    for (const number of ['1', '2']) await hub.assign('ana', { number });
    await openPage();
    await becomes(unread, '2');
    for (const name of ['do-read', 'do-delete']) {
      const box = (await row('#1').locator(`.${name}`).boundingBox())!;
      expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
    }
    await row('#1').locator('.do-read').tap();
    await becomes(unread, '1');
    await row('#2').locator('.do-delete').tap();
    await row('#2').waitFor({ state: 'detached' });
    await page.locator('.undo').tap();
    await row('#2').waitFor();
    await becomes(unread, '1');
  });

  it('shows the details over the whole screen on a tap, reads the entry, and leads to the ticket', async () => {
    covers('R-130', 'R-047', 'R-112');
    await hub.post('note.added', {
      ticket: { number: '9', assignees: ['ana'] },
      data: { message: { id: 'Comment-9', text: '@ana what do you think?', mentions: ['ana'] } },
    });
    await openPage();
    await becomes(unread, '1');
    await row('#9').locator('.open').tap();
    const details = page.locator('bellhop-details');
    await details.waitFor();
    await becomes(unread, '');
    const box = (await details.boundingBox())!;
    expect([box.x, box.y, box.width, box.height]).toEqual([0, 0, 390, 844]);
    expect(await details.locator('article').innerText()).toMatch(
      /Jane Smith[\s\S]*You were mentioned[\s\S]*#9/,
    );
    await page.goBack();
    await details.waitFor({ state: 'detached' });
    await row('#9').locator('.open').tap();
    await details.locator('a.primary').tap();
    await page.waitForURL('**/?ticket=HD-9*');
  });

  it('asks to sign in when nobody is, and is there right after', async () => {
    covers('R-172');
    await context.clearCookies();
    await page.goto(`${hub.url}/notifications`);
    await page.locator('#token').fill('not a token');
    await page.locator('bellhop-sign-in .by-token button').tap();
    await page.locator('bellhop-sign-in .by-token .error', { hasText: 'not accepted' }).waitFor();
    await page.locator('#token').fill(hub.token('ana'));
    await page.locator('bellhop-sign-in .by-token button').tap();
    await page.locator('bellhop-status [data-phase="live"]').waitFor();
  });

  it('stays within the screen, and axe finds nothing to complain of', async () => {
    covers('R-128');
    await hub.assign('ana', { number: '1', subject: 'A_very_long_subject_without_any_space_'.repeat(5) });
    await openPage();
    await row('#1').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await complaintsOfAxe(page)).toEqual([]);
    await row('#1').locator('.open').tap();
    await page.locator('bellhop-details').waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
  });
});
