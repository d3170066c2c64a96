// Takes the pictures of the documentation: `npm run screenshots -- FOLDER`. Real server, real demo, wide and phone,
// light and dark.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Notification } from '../client/protocol';
import { agentNotes, assigned, customerReplies, escalated } from '../panel/events';
import { postEvent, setWatch } from '../panel/hub_api';
import type { DemoState } from '../panel/types';
import { Browsers, PHONE } from './harness/browser';
import { Hub } from './harness/hub';

const folder = process.argv[2];
if (!folder) throw new Error('say where to: npm run screenshots -- FOLDER');
mkdirSync(folder, { recursive: true });

const WIDE = { viewport: { width: 1360, height: 860 } };

/** A morning at the desk: something of every kind for the first agent. */
async function liveAMorning(state: DemoState): Promise<void> {
  const [me, colleague] = state.agents;
  const [first, second] = state.tickets;
  const watched = state.tickets.find(({ assignees }) => assignees.length === 0)!;
  const post = (act: { event: Parameters<typeof postEvent>[1] }) => postEvent(state.api_key, act.event);
  const mine = { ...second!, assignees: [me!.id] };
  await setWatch(me!, watched.id, true);
  await post(assigned(second!, me!, null));
  await post(
    customerReplies(watched, 'Thank you, I tried that, and now I see another message: “session expired”.'),
  );
  await post(escalated(mine, colleague!, 'normal'));
  await post(agentNotes(first!, colleague!, `@${me!.id} have you seen this error before?`, state.agents));
  await post(assigned(first!, me!, colleague!));
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  await page.screenshot({ path: join(folder!, `${name}.png`) });
}

async function main(): Promise<void> {
  const hub = await Hub.demo();
  const browsers = await Browsers.open();
  // The desk's functions speak to "their own origin": here, the demo.
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => fetch(new URL(input as string, hub.url), init);
  try {
    const state = (await (await globalThis.fetch('/demo/state')).json()) as DemoState;
    await liveAMorning(state);
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [size, options] of Object.entries({ wide: WIDE, phone: PHONE })) {
        await shootAll(browsers, hub, state, `${size}-${colorScheme}`, { ...options, colorScheme });
      }
    }
  } finally {
    await browsers.close();
    await hub.stop();
  }
}

/** From the top, and with quiet hours set and a test sent further down. */
async function shootPreferences(page: Page, name: string): Promise<void> {
  const screen = page.locator('bellhop-preferences');
  await screen.locator('.save').waitFor();
  await screen.getByRole('switch', { name: 'Transfer' }).click();
  await screen.locator('[data-section="disturb"]').evaluate((section) => section.scrollIntoView());
  await shoot(page, name);
  await screen.locator('[data-section="channels"]').evaluate((section) => section.scrollIntoView());
  await shoot(page, `${name}-channels`);
  await screen.locator('.every-night').click();
  await screen.getByText('Change days and times').click();
  await screen.locator('[data-section="quiet"]').evaluate((section) => section.scrollIntoView());
  await shoot(page, `${name}-quiet-hours`);
  await screen.locator('.no-quiet').click();
  await screen.locator('.send-test').click();
  await screen.locator('[data-channel]').first().waitFor();
  await screen.locator('[data-section="test"]').evaluate((section) => section.scrollIntoView());
  await shoot(page, `${name}-test`);
  await screen.locator('.back').click();
  await screen.getByRole('button', { name: 'Discard' }).click();
}

/** What the pictures of the preferences left in the list. */
async function clearTests(hub: Hub, token: string): Promise<void> {
  const { items } = await hub.call<{ items: Notification[] }>(
    'GET',
    '/api/v1/me/notifications',
    undefined,
    token,
  );
  const ids = items.filter(({ type }) => type === 'test').map(({ id }) => id);
  await hub.call('POST', '/api/v1/me/notifications/clear', { ids }, token);
}

async function shootAll(browsers: Browsers, hub: Hub, state: DemoState, suffix: string, options: object) {
  const context = await browsers.context(options);
  const page = await context.newPage();
  const go = async (path: string, ready: string) => {
    await page.goto(hub.url + path);
    await page.locator(ready).first().waitFor();
  };
  await go('/', '#token');
  await shoot(page, `home-${suffix}`);
  const token = state.agents[0]!.token;
  await context.request.post(`${hub.url}/session`, { data: { token }, headers: { origin: hub.url } });
  await go('/notifications', 'bellhop-row');
  await page.locator('bellhop-status [data-phase="live"]').waitFor();
  await shoot(page, `notifications-${suffix}`);
  await page.locator('.gear').click();
  await shootPreferences(page, `notifications-preferences-${suffix}`);
  await clearTests(hub, token);
  await page.locator('bellhop-row .open').nth(1).click();
  await page.locator('bellhop-details').waitFor();
  await shoot(page, `details-${suffix}`);
  await go(`/panel?ticket=${encodeURIComponent(state.tickets[3]?.id ?? '')}`, 'bellhop-bell .badge');
  await shoot(page, `panel-${suffix}`);
  await page.locator('bellhop-bell button.bell').click();
  await page.locator('bellhop-item').first().waitFor();
  await shoot(page, `bell-${suffix}`);
  await page.locator('bellhop-bell .gear').click();
  await shootPreferences(page, `preferences-${suffix}`);
  await clearTests(hub, token);
  await go('/docs', 'docs-endpoint');
  await page.locator('docs-endpoint summary').first().click();
  await shoot(page, `docs-${suffix}`);
  await context.close();
}

await main();
