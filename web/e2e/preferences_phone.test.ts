// The preferences on a phone, on a page of their own, from right to left, and for people who do not see or point.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { covers } from '../test/covers';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers, PHONE } from './harness/browser';
import { hasFocus } from './harness/expect';
import { Hub } from './harness/hub';
import { PreferencesScreen } from './harness/preferences';

let browsers: Browsers;
let hub: Hub;
let context: BrowserContext;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  context = await browsers.agent(hub, 'ana');
});
afterEach(async () => {
  await context.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

const ana = (body: unknown) => hub.call('PUT', '/api/v1/me/preferences', body, hub.token('ana'));
const settings = (body: unknown) => hub.call('PATCH', '/api/v1/settings', body);
const transfer = (number: string) =>
  hub.post('ticket.transferred', { ticket: { number, department: 'support', assignees: [] } });
const EVERYTHING = {
  quiet_hours: { days: { fri: [{ from: '22:00', to: '07:00' }] } },
  email_types: ['chat'],
};

describe('on a phone', () => {
  it.each([360, 390])(
    'they cover the screen, %i px wide, and the phone’s back button asks too',
    async (width) => {
      covers('R-049', 'R-061', 'R-127');
      const phone = await browsers.agent(hub, 'ana', { ...PHONE, viewport: { width, height: 740 } });
      const page = await phone.newPage();
      await page.goto(`${hub.url}/notifications`);
      await page.getByRole('button', { name: 'Preferences' }).tap();
      const screen = new PreferencesScreen(page);
      await screen.ready();
      const box = (await page.locator('bellhop-preferences').boundingBox())!;
      expect([box.x, box.y, box.width, box.height]).toEqual([0, 0, width, 740]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await screen.flip('Transfer');
      await page.goBack();
      await page.getByRole('alertdialog').waitFor();
      await page.getByRole('button', { name: 'Keep editing' }).tap();
      await screen.save('Transfer on');
      await page.goBack();
      await page.locator('bellhop-preferences').waitFor({ state: 'detached' });
      expect(await hasFocus(page, '.gear')).toBe(true);
      expect((await transfer('7')).notified).toContain('ana');
      await phone.close();
    },
  );

  it('is everything large enough for a thumb, with every part open', async () => {
    covers('R-128');
    await ana(EVERYTHING);
    const phone = await browsers.agent(hub, 'ana', { ...PHONE, viewport: { width: 360, height: 740 } });
    const page = await phone.newPage();
    await page.goto(`${hub.url}/notifications#preferences`);
    const screen = new PreferencesScreen(page);
    await screen.ready();
    for (const summary of await page.locator('bellhop-preferences summary').all()) await summary.tap();
    expect(await screen.tooSmall(44)).toEqual([]);
    expect(await screen.overflow()).toBe(0);
    await phone.close();
  });
});

describe('for everybody', () => {
  it.each(['light', 'dark'] as const)('axe finds nothing to complain of (%s)', async (colorScheme) => {
    await settings({ categories: { mention: 'required' }, alert_email: { chat: 'never' } });
    await ana(EVERYTHING);
    const screen = await PreferencesScreen.in(await Bell.on(context, `${hub.url}/`));
    const { page } = screen;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await screen.flip('Transfer');
    for (const summary of await page.locator('bellhop-preferences summary').all()) await summary.click();
    expect(await complaintsOfAxe(page)).toEqual([]);
    await page.locator('bellhop-preferences .back').click();
    expect(await complaintsOfAxe(page)).toEqual([]);
  });

  it('stands on a page of its own, and from right to left', async () => {
    await hub.call('PUT', '/api/v1/directory', { agents: [{ id: 'ana', locale: 'he' }] });
    const page = await context.newPage();
    await page.goto(`${hub.url}/`);
    await page.evaluate(() => {
      document.documentElement.dir = 'rtl';
      document.body.innerHTML =
        '<bellhop-preferences style="width: 360px; height: 600px"></bellhop-preferences>';
    });
    await page.addScriptTag({ url: `${hub.url}/bell.js`, type: 'module' });
    const screen = new PreferencesScreen(page);
    await screen.ready();
    expect(await page.locator('bellhop-preferences .back').count()).toBe(0);
    const knob = (await screen.switch('Transfer').boundingBox())!;
    const label = (await screen.row('Transfer').locator('.label').boundingBox())!;
    expect(knob.x).toBeLessThan(label.x);
    expect(await screen.overflow()).toBe(0);
    await screen.flip('Transfer');
    await screen.save('Transfer on');
  });
});
