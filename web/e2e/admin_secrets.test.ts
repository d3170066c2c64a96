// What is shown once, what is revoked, who is not to be reached; and every page for people who use a keyboard, a screen
// reader, a phone or a dim screen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { complaintsOfAxe } from './harness/axe';
import { Browsers } from './harness/browser';
import { ADMIN, Console, PAGES } from './harness/console';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;

beforeAll(async () => {
  browsers = await Browsers.open();
  hub = await Hub.serve();
  await hub.call('PUT', '/api/v1/directory', {
    agents: [ADMIN, { id: 'long', name: 'W'.repeat(120), email: `${'w'.repeat(60)}@example.com` }],
  });
  await hub.assign('ana');
});
afterAll(async () => {
  await browsers.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

describe('an API key', () => {
  it('is shown once, works, and is refused once it is revoked', async () => {
    const admin = await Console.of(browsers, hub, 'keys');
    await admin.button('New key').click();
    await admin.field('What it is for').fill('Helpdesk <b>');
    await admin.button('Make key').click();
    const key = await admin.secret();
    await admin.page.keyboard.press('Escape');
    await admin.row('Helpdesk <b>').waitFor();
    expect(await admin.page.locator('admin-secret').count()).toBe(0);
    const post = () =>
      fetch(`${hub.url}/api/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '[]',
      });
    expect((await post()).status).not.toBe(401);
    await admin.button('Revoke Helpdesk <b>').click();
    await admin.dialog.getByRole('button', { name: 'Revoke' }).click();
    await admin.said('is revoked');
    expect((await post()).status).toBe(401);
    await admin.close();
  });
});

describe('a source', () => {
  it('gets a secret, another one, and goes', async () => {
    const admin = await Console.of(browsers, hub, 'sources');
    await admin.page.getByText('No helpdesk posts webhooks here yet.').waitFor();
    await admin.button('New source').click();
    await admin.dialog.getByLabel('Name').fill('main');
    await admin.button('Make source').click();
    const first = await admin.secret();
    await admin.page.keyboard.press('Escape');
    await admin.page.getByText('/hooks/zammad/main').waitFor();
    await admin.button('New secret for main').click();
    await admin.dialog.getByRole('button', { name: 'New secret' }).click();
    await admin.page.locator('admin-secret').waitFor();
    const second = await admin.secret();
    expect([first.length, second.length, first === second]).toEqual([48, 48, false]);
    await admin.page.keyboard.press('Escape');
    await admin.button('Remove main').click();
    await admin.dialog.getByRole('button', { name: 'Remove' }).click();
    await admin.page.getByText('No helpdesk posts webhooks here yet.').waitFor();
    await admin.close();
  });
});

describe('a number', () => {
  it('is kept from text messages, by an administrator, and let go again', async () => {
    covers('R-156', 'R-157');
    const admin = await Console.of(browsers, hub, 'blocked');
    await admin.field('Number or agent').fill('12');
    await admin.button('Send none there').click();
    await admin.trouble('A number is written');
    await admin.field('Number or agent').fill('+1 555 010 0123');
    await admin.button('Send none there').click();
    await admin.row('+15550100123').getByText('by an administrator').waitFor();
    const { items } = await hub.call<{ items: { phone: string; by: string }[] }>(
      'GET',
      '/api/v1/sms/opt-outs',
    );
    expect(items).toMatchObject([{ phone: '+15550100123', by: ADMIN.id }]);
    await admin.button('Send again to +15550100123').click();
    await admin.dialog.getByRole('button', { name: 'Send again' }).click();
    await admin.page.getByText('Every number may get text messages.').waitFor();
    await admin.close();
  });
});

describe('every page', () => {
  const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 360, height: 760 } };
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      it(
        `fits and has nothing that axe complains of: ${size}, ${colorScheme}`,
        { timeout: 120_000 },
        async () => {
          const admin = await Console.of(browsers, hub, 'overview', { colorScheme, viewport });
          for (const place of PAGES) {
            await admin.go(place);
            expect([place, await admin.overflow(), await complaintsOfAxe(admin.page)]).toEqual([
              place,
              0,
              [],
            ]);
          }
          await admin.close();
        },
      );
    }
  }

  it('is reached by the keyboard alone', async () => {
    const admin = await Console.of(browsers, hub, 'overview', { viewport: SIZES.phone });
    const menu = admin.button(/all pages/);
    await menu.focus();
    await admin.page.keyboard.press('Enter');
    const link = admin.page.getByRole('link', { name: 'System' }).first();
    await link.focus();
    await admin.page.keyboard.press('Enter');
    await admin.page.getByRole('heading', { name: 'System', level: 1 }).waitFor();
    await admin.page.getByText('email.url is off').waitFor();
    expect(await menu.getAttribute('aria-expanded')).toBe('false');
    await admin.close();
  });
});
