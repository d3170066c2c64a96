// The bell in a page: two people, two browsers, and a helpdesk that posts events.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { covers } from '../test/covers';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let ana: BrowserContext;
let ben: BrowserContext;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  ana = await browsers.agent(hub, 'ana');
  ben = await browsers.agent(hub, 'ben');
});
afterEach(async () => {
  await Promise.all([ana.close(), ben.close()]);
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

const bellOf = (context: BrowserContext) => Bell.on(context, `${hub.url}/`);

describe('the bell', () => {
  it('rings for whom an event concerns, within a second, and for nobody else', async () => {
    covers('R-031', 'R-032', 'R-033', 'R-034', 'R-093', 'R-118', 'R-119', 'R-120');
    const [anas, bens] = [await bellOf(ana), await bellOf(ben)];
    expect([await anas.badge(), await anas.isRed()]).toEqual(['', false]);
    const { notified } = await hub.assign('ana');
    await anas.shows('1', 1_000);
    expect(await anas.isRed()).toBe(true);
    expect(notified).toEqual(['ana']);
    // Whatever was on its way to Ben comes before this, which is for him.
    await hub.assign('ben', { number: '200' });
    await bens.shows('1', 1_000);
    await bens.open();
    expect(await bens.titles()).toHaveLength(1);
    expect(await anas.badge()).toBe('1');
  });

  it('loses its red indicator when opened, and keeps the badge', async () => {
    covers('R-033', 'R-035');
    const bell = await bellOf(ana);
    await hub.assign('ana');
    await bell.shows('1');
    await bell.open();
    await becomes(() => bell.isRed(), false);
    expect(await bell.badge()).toBe('1');
    await bell.page.reload();
    await bell.isConnected();
    expect([await bell.badge(), await bell.isRed()]).toEqual(['1', false]);
  });

  it('lists what happened, newest first, with who, when and why', async () => {
    covers('R-036', 'R-041', 'R-042', 'R-043', 'R-044', 'R-045', 'R-087', 'R-092', 'R-095');
    await hub.assign('ana', { number: '1' });
    await hub.post('note.added', {
      ticket: { number: '1', assignees: ['ana'] },
      data: { message: { id: 'Comment-1', text: '@ana look', mentions: ['ana'] } },
    });
    const bell = await bellOf(ana);
    await bell.open();
    const rows = bell.page.locator('bellhop-item');
    await rows.nth(0).waitFor();
    await bell.expandAll();
    await rows.nth(1).waitFor();
    expect(await rows.nth(0).locator('[data-type]').getAttribute('data-type')).toBe('mention');
    expect(await rows.nth(1).locator('[data-type]').getAttribute('data-type')).toBe('assignment');
    expect(await rows.nth(0).locator('.meta').textContent()).toMatch(
      /Jane Smith[\s\S]*just now[\s\S]*You were mentioned/,
    );
    expect(await rows.nth(0).locator('.mark').count()).toBe(1);
  });

  it('opens the ticket by a click and reads the entry', async () => {
    covers('R-037', 'R-046', 'R-047', 'R-112');
    const bell = await bellOf(ana);
    const second = await bellOf(ana);
    await hub.assign('ana', { number: '77' });
    await bell.shows('1');
    await bell.open();
    await bell.item('#77').locator('.open').click();
    await bell.page.waitForURL('**/?ticket=HD-77');
    await bell.isConnected();
    await bell.shows('');
    await second.shows('');
  });

  it('marks one as read by the check icon, and all by the link', async () => {
    covers('R-032', 'R-038', 'R-039', 'R-113');
    for (const number of ['1', '2', '3']) await hub.assign('ana', { number });
    const bell = await bellOf(ana);
    await bell.shows('3');
    await bell.open();
    await bell.item('#2').hover();
    await bell.item('#2').locator('button.read').click();
    await bell.shows('2');
    await bell.page.locator('bellhop-bell .read-all').click();
    await bell.shows('');
    expect(await bell.titles()).toHaveLength(3);
  });

  it('lets go of what is dismissed, for good; and gives it back within ten seconds', async () => {
    covers('R-040', 'R-116');
    for (const number of ['1', '2']) await hub.assign('ana', { number });
    const bell = await bellOf(ana);
    await bell.open();
    const dismiss = async (text: string) => {
      await bell.item(text).hover();
      await bell.item(text).locator('button.dismiss').click();
      await bell.item(text).waitFor({ state: 'detached' });
    };
    await dismiss('#1');
    await bell.shows('1');
    await bell.page.locator('bellhop-bell .undo').click();
    await bell.item('#1').waitFor();
    await dismiss('#1');
    await bell.shows('1');
    await bell.page.reload();
    await bell.isConnected();
    await bell.open();
    await becomes(async () => (await bell.titles()).length, 1);
    await bell.page.locator('bellhop-bell .read-all').click();
    await bell.page.locator('bellhop-bell .clear-read').click();
    await bell.page.locator('bellhop-bell', { hasText: 'All caught up' }).waitFor();
  });

  it('follows each act in a second tab', async () => {
    covers('R-048', 'R-121');
    const [first, second] = [await bellOf(ana), await bellOf(ana)];
    await second.open();
    for (const number of ['1', '2', '3']) await hub.assign('ana', { number });
    await first.shows('3');
    await becomes(async () => (await second.titles()).length, 3);
    await first.open();
    await first.item('#1').hover();
    await first.item('#1').locator('button.read').click();
    await second.shows('2');
    await becomes(() => second.item('#1').locator('.mark').count(), 0);
    await first.item('#2').hover();
    await first.item('#2').locator('button.dismiss').click();
    await second.item('#2').waitFor({ state: 'detached' });
    await second.shows('1');
    await first.page.locator('bellhop-bell .read-all').click();
    await second.shows('');
  });

  it('holds what came while nobody was there, at the next visit', async () => {
    covers('R-122', 'R-123');
    await hub.assign('ana');
    const bell = await bellOf(ana);
    await bell.shows('1');
    expect(await bell.isRed()).toBe(true);
  });

  it('loads older entries when asked', async () => {
    for (let number = 1; number <= 60; number += 1) await hub.assign('ana', { number: String(number) });
    const bell = await bellOf(ana);
    await bell.shows('60');
    await bell.open();
    const before = (await bell.titles()).length;
    expect(before).toBeLessThan(60);
    while ((await bell.page.locator('bellhop-bell .older').count()) > 0) {
      const listed = (await bell.titles()).length;
      await bell.page.locator('bellhop-bell .older').click();
      await expect.poll(async () => (await bell.titles()).length).toBeGreaterThan(listed);
    }
    const titles = await bell.titles();
    expect([titles.length, new Set(titles).size]).toEqual([60, 60]);
  });

  it('shows more than ninety-nine as 99+', async () => {
    covers('R-031');
    const assigned = Array.from({ length: 101 }, (_, number) =>
      hub.assign('ana', { number: String(number + 1) }),
    );
    await Promise.all(assigned);
    await (await bellOf(ana)).shows('99+');
  });
});
