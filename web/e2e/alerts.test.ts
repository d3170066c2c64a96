// Desktop notifications and sound in a real browser. What it would show and play is written down: this one has neither a
// desktop nor loudspeakers.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';
import { PreferencesScreen } from './harness/preferences';

let browsers: Browsers;
let hub: Hub;
let ana: BrowserContext;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  ana = await browsers.agent(hub, 'ana', { isNew: true });
  await ana.addInitScript(writeDown);
});
afterEach(async () => {
  await ana.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

interface Written {
  asked: number;
  shown: { title: string; tag: string; click: () => void }[];
  notes: number;
}

/** In the page: the browser's question, its notifications and its sounds, as far as a test can see them. */
function writeDown(): void {
  const written: Written = { asked: 0, shown: [], notes: 0 };
  (window as unknown as { written: Written }).written = written;
  class Pretended {
    static get permission() {
      return localStorage.getItem('permission') ?? 'default';
    }
    static requestPermission() {
      written.asked += 1;
      localStorage.setItem('permission', localStorage.getItem('answer') ?? 'granted');
      return Promise.resolve(Pretended.permission);
    }
    onclick: (() => void) | null = null;
    constructor(title: string, { tag = '' }: NotificationOptions = {}) {
      written.shown.push({ title, tag, click: () => this.onclick?.() });
    }
    close() {}
  }
  Object.defineProperty(window, 'Notification', { value: Pretended });
  const start: (this: OscillatorNode, when?: number) => void = Reflect.get(OscillatorNode.prototype, 'start');
  OscillatorNode.prototype.start = function (when) {
    written.notes += 1;
    start.call(this, when);
  };
}

const written = (page: Page) =>
  page.evaluate(() => {
    const { asked, shown, notes } = (window as unknown as { written: Written }).written;
    return { asked, titles: shown.map(({ title }) => title), notes };
  });
const question = (page: Page) => page.locator('bellhop-bell .ask');

describe('desktop notifications', () => {
  it('are asked for once, come after "Allow", in one tab of many, and lead to the ticket', async () => {
    covers('R-002', 'R-010', 'R-011', 'R-012', 'R-013', 'R-014', 'R-017', 'R-018', 'R-230');
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await question(page).getByText('Enable browser notifications?').waitFor();
    await hub.assign('ana', { number: '1' });
    await bell.shows('1');
    // Over and done with, before the click unlocks the sound and allows the rest.
    await becomes(() => page.evaluate(() => JSON.stringify(localStorage).includes('alertedSeq')), true);
    expect(await written(page)).toMatchObject({ asked: 0, titles: [] });
    await question(page).getByRole('button', { name: 'Allow' }).click();
    await question(page).waitFor({ state: 'detached' });
    const other = await Bell.on(ana, hub.url);
    expect(await question(other.page).count()).toBe(0);
    const heard = (await written(page)).notes;
    await hub.assign('ana', { number: '2' });
    await becomes(
      async () => [...(await written(page)).titles, ...(await written(other.page)).titles],
      ['Ticket #2 assigned to you'],
    );
    const sounds = (await written(page)).notes + (await written(other.page)).notes;
    expect(sounds - heard).toBe(1);
    const shower = (await written(page)).titles.length > 0 ? bell : other;
    const popup = ana.waitForEvent('page');
    await shower.page.evaluate(() => (window as unknown as { written: Written }).written.shown[0]!.click());
    await becomes(async () => (await popup).url(), expect.stringContaining('ticket=HD-2'));
    await bell.shows('1');
  });

  it('do not come while no page is open, nor late: the bell has what came meanwhile', async () => {
    covers('R-015');
    const first = await Bell.on(ana, hub.url);
    await question(first.page).getByRole('button', { name: 'Allow' }).click();
    await hub.assign('ana', { number: '1' });
    await becomes(async () => (await written(first.page)).titles, ['Ticket #1 assigned to you']);
    await first.page.close();
    await hub.assign('ana', { number: '2' });
    const again = await Bell.on(ana, hub.url);
    await again.shows('2');
    await hub.assign('ana', { number: '3' });
    await becomes(async () => (await written(again.page)).titles, ['Ticket #3 assigned to you']);
    await again.open();
    await becomes(() => again.item('#2').count(), 1);
  });

  it('are not asked for again by who said "Not now", and can be turned on later', async () => {
    covers('R-013', 'R-168', 'R-169', 'R-170');
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await question(page).getByRole('button', { name: 'Not now' }).click();
    await page.reload();
    await bell.isConnected();
    await hub.assign('ana');
    await bell.shows('1');
    expect(await question(page).count()).toBe(0);
    const screen = await PreferencesScreen.in(bell);
    await screen.flip('In this browser');
    await becomes(() => screen.switch('In this browser').isChecked(), true);
    await page.locator('[data-section="desktop"] .help', { hasText: new URL(hub.url).host }).waitFor();
  });

  it('say what is wrong where they cannot come, and survive a permission that is taken back', async () => {
    covers('R-019', 'R-167', 'R-168', 'R-170');
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await question(page).getByRole('button', { name: 'Allow' }).click();
    await page.evaluate(() => localStorage.setItem('permission', 'denied'));
    await hub.assign('ana');
    await bell.shows('1');
    await PreferencesScreen.in(bell);
    await page.locator('.run-checkup').click();
    const verdict = page.locator('[data-check="permission"]');
    await verdict.waitFor();
    expect(await verdict.getAttribute('data-tone')).toBe('bad');
    expect(await page.locator('[data-check="connection"]').getAttribute('data-tone')).toBe('good');
    expect(await page.locator('[data-check]').count()).toBe(6);
    expect((await written(page)).titles).toEqual([]);
  });
});

describe('sound', () => {
  it('is silent until the first click, then plays, and goes on until the bell is opened where one wants it', async () => {
    covers('R-230', 'R-231', 'R-232');
    const bell = await Bell.on(ana, hub.url);
    const { page } = bell;
    await hub.assign('ana', { number: '1' });
    await bell.shows('1');
    expect((await written(page)).notes).toBe(0);
    const screen = await PreferencesScreen.in(bell);
    await screen.flip('Repeat until I open the bell');
    await page.keyboard.press('Escape');
    await bell.close();
    await hub.assign('ana', { number: '2' });
    await becomes(async () => (await written(page)).notes > 0, true);
    await becomes(async () => (await written(page)).notes > 1, true, 8_000);
    await bell.open();
    await becomes(() => bell.isRed(), false);
    const heard = (await written(page)).notes;
    await hub.post('ticket.viewed', { actor: { kind: 'agent', id: 'ana' } });
    expect((await written(page)).notes).toBe(heard);
  });
});
