// The open bell: groups, filters, search, acts with their way back, the keyboard, a very long list, languages, and what
// a hostile helpdesk sends.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import type { Notification } from '../client/protocol';
import { covers } from '../test/covers';
import { eventually } from '../test/eventually';
import { notification } from '../test/samples';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers, PHONE } from './harness/browser';
import { becomes } from './harness/expect';
import { first, HOSTILE } from './harness/hostile';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let ana: BrowserContext;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  ana = await browsers.agent(hub, 'ana');
});
afterEach(async () => {
  await ana.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

const rows = (bell: Bell) => bell.page.locator('bellhop-item');

function mention(number: string, text: string, id: string) {
  return hub.post('note.added', {
    ticket: { number, assignees: ['ana'] },
    data: { message: { id, text: `@ana ${text}`, mentions: ['ana'] } },
  });
}

describe('the open bell', () => {
  it('groups by ticket, filters, searches, and says why', async () => {
    covers('R-176', 'R-174');
    await hub.assign('ana', { number: '1', subject: 'Router' });
    await mention('1', 'look at the router', 'c1');
    await hub.assign('ana', { number: '2', subject: 'Printer' });
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await bell.open();
    await becomes(() => rows(bell).count(), 2);
    expect(await page.locator('.more').innerText()).toContain('1 more');
    await bell.expandAll();
    await becomes(() => rows(bell).count(), 3);
    await page.locator('.chip[data-filter="mentions"]').click();
    await becomes(() => rows(bell).count(), 1);
    await page.locator('.chip[data-filter="assigned"]').click();
    await becomes(() => rows(bell).count(), 2);
    await page.locator('.chip[data-filter="all"]').click();
    await page.keyboard.press('/');
    await page.keyboard.type('printer');
    await becomes(() => rows(bell).count(), 1);
    await page.keyboard.press('Escape');
    await becomes(() => rows(bell).count(), 3);
    await page.locator('bellhop-item', { hasText: '#2' }).hover();
    await page.locator('bellhop-item', { hasText: '#2' }).locator('.explain').click();
    await page.locator('.explanation', { hasText: /assigned/i }).waitFor();
  });

  it('does by keyboard all that it does by mouse, each with its way back', async () => {
    covers('R-038', 'R-040', 'D-13', 'D-14');
    for (const number of ['1', '2', '3']) await hub.assign('ana', { number });
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await bell.shows('3');
    await bell.open();
    await becomes(() => rows(bell).count(), 3);
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await bell.shows('2');
    await page.keyboard.press('z');
    await bell.shows('3');
    await page.keyboard.press('j');
    await page.keyboard.press('e');
    await becomes(() => rows(bell).count(), 2);
    await bell.shows('2');
    await page.keyboard.press('z');
    await becomes(() => rows(bell).count(), 3);
    await page.keyboard.press('k');
    await page.keyboard.press('s');
    await page.locator('.time[data-time="tomorrow"]').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await becomes(() => rows(bell).count(), 2);
    await page.keyboard.press('z');
    await becomes(() => rows(bell).count(), 3);
    await bell.shows('3');
    await page.keyboard.press('?');
    await page.locator('.help').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.help').waitFor({ state: 'detached' });
    await page.locator('.read-all').click();
    await bell.shows('');
    await page.locator('.undo').click();
    await bell.shows('3');
  });

  it('wakes what was put off until the customer replies', async () => {
    await hub.assign('ana', { number: '1' });
    const bell = await Bell.on(ana, hub.url);
    await bell.open();
    await rows(bell).first().hover();
    await rows(bell).first().locator('.act.snooze').click();
    await bell.page.locator('.time[data-time="reply"]').click();
    await becomes(() => rows(bell).count(), 0);
    await hub.post('message.received', {
      actor: { kind: 'customer', id: 'c1', name: 'Carla Reis' },
      ticket: { number: '1', assignees: ['ana'] },
      data: { message: { id: 'm1', text: 'Hello?' } },
    });
    await becomes(() => rows(bell).count(), 1);
    await bell.expandAll();
    await becomes(() => rows(bell).count(), 2);
  });

  it('has of ten thousand entries only those in the document that somebody sees', async () => {
    const items: Notification[] = Array.from({ length: 10_000 }, (_, index) =>
      notification({
        seq: 10_000 - index,
        body: index % 3 ? 'Login' : 'A longer text that needs more than one line '.repeat(3),
      }),
    );
    await ana.route('**/api/v1/me/notifications*', (route) =>
      route.fulfill({ json: { items, next: null, counts: { unread: 10_000, unseen: 0 }, seq: 0 } }),
    );
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await bell.open();
    await becomes(async () => (await rows(bell).count()) > 5, true);
    expect(await rows(bell).count()).toBeLessThan(60);
    const scroll = page.locator('bellhop-list .scroll');
    await scroll.evaluate((it) => (it.scrollTop = it.scrollHeight / 2));
    await becomes(async () => {
      const at = await rows(bell)
        .first()
        .evaluate((it) => (it.closest('li') ?? it.parentElement!).ariaPosInSet);
      return Number(at) > 3_000;
    }, true);
    expect(await rows(bell).count()).toBeLessThan(60);
    // The end is where one arrives: rows that are drawn on the way turn out taller or shorter than was thought.
    await becomes(async () => {
      await scroll.evaluate((it) => (it.scrollTop = it.scrollHeight));
      return page.locator('li[aria-posinset="10000"]').count();
    }, 1);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await becomes(() => page.locator('bellhop-item:focus-within').count(), 1);
  });

  it('counts in title and icon of the page, and puts them back', async () => {
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    const title = await page.title();
    const icon = () => page.locator('link[rel="icon"]').getAttribute('href');
    const before = await icon();
    await hub.assign('ana');
    await becomes(() => page.title(), `(1) ${title}`);
    await becomes(async () => (await icon())?.startsWith('data:image/png'), true);
    await bell.open();
    await page.locator('.read-all').click();
    await becomes(() => page.title(), title);
    expect(await icon()).toBe(before);
  });
});

describe('in other languages', () => {
  it('speaks as the agent does, and is read from the right where that is so', async () => {
    await hub.call('PUT', '/api/v1/directory', { agents: [{ id: 'ana', locale: 'de-DE' }] });
    await hub.assign('ana');
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await bell.open();
    await page.locator('.read-all', { hasText: 'Alle gelesen' }).waitFor();
    await page.locator('.gear').click();
    await page.getByRole('button', { name: 'Einstellungen speichern' }).waitFor();
    await hub.call('PUT', '/api/v1/directory', { agents: [{ id: 'ana', locale: 'ar' }] });
    await page.reload();
    await bell.isConnected();
    await bell.open();
    await rows(bell).first().waitFor();
    expect(await page.locator('bellhop-bell').getAttribute('dir')).toBe('rtl');
    const disc = (await page.locator('bellhop-item .disc').boundingBox())!;
    const words = (await page.locator('bellhop-item .title').boundingBox())!;
    expect(disc.x).toBeGreaterThan(words.x);
  });
});

describe('a hostile helpdesk', () => {
  it.each(['light', 'dark'] as const)(
    'is shown as text, the layout holds, and axe has no complaint (%s)',
    async (colorScheme) => {
      for (const [index, text] of HOSTILE.entries()) {
        const number = String(index + 1);
        await hub.assign('ana', { number, subject: first(text, 400) });
        await hub.post('note.added', {
          actor: { kind: 'agent', id: 'jane', name: first(text, 200) },
          ticket: { number, assignees: ['ana'] },
          data: { message: { id: `c${number}`, text: `@ana ${text}`, mentions: ['ana'] } },
        });
      }
      await hub
        .assign('ana', { number: '9', url: "javascript:document.title='hacked'" })
        .catch((error: unknown) => expect(String(error)).toMatch(/4(00|22)/));
      const bell = await Bell.on(ana, hub.url);
      const { page } = bell;
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 360, height: 740 });
      await bell.open();
      await rows(bell).first().waitFor();
      await bell.expandAll();
      await eventually(async () =>
        expect(await rows(bell).count()).toBeGreaterThanOrEqual(HOSTILE.length * 2),
      );
      expect(await page.locator('bellhop-item img, bellhop-item script').count()).toBe(0);
      const links = await page
        .locator('bellhop-item a')
        .evaluateAll((all) => all.map((a) => a.getAttribute('href')));
      for (const href of links) expect(href).not.toMatch(/^\s*(javascript|data):/i);
      expect((await page.locator('bellhop-item .row').allInnerTexts()).join()).toContain(
        '<img src=x onerror',
      );
      const tooWide = await page
        .locator('bellhop-item')
        .evaluateAll(
          (all) => all.filter((it) => it.scrollWidth > it.clientWidth + 1 || it.clientHeight > 320).length,
        );
      expect(tooWide).toBe(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await page.title()).not.toContain('hacked');
      // The page around the bell hides its name on a narrow screen: that is the page's.
      const complaints = (await complaintsOfAxe(page)).filter((one) => !one.includes('class="brand"'));
      expect(complaints).toEqual([]);

      const phone = await browsers.agent(hub, 'ana', {
        ...PHONE,
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 360, height: 740 },
      });
      const list = await phone.newPage();
      await list.goto(`${hub.url}/notifications`);
      await list.locator('bellhop-row').first().waitFor();
      expect(await list.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await complaintsOfAxe(list)).toEqual([]);
      await phone.close();
    },
  );
});
