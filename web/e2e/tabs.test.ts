// Many tabs of one agent in a real browser: one session at the hub, the same in all, whoever leads.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { eventually } from '../test/eventually';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { HostPage } from './harness/host_page';
import { Hub } from './harness/hub';

const TABS = 20;

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

/** Live sessions, as the hub counts them. */
async function sessions(): Promise<number> {
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  const counts = [...metrics.matchAll(/^bellhop_sessions\{[^}]*\} (\d+)$/gm)];
  if (counts.length === 0) throw new Error(`no bellhop_sessions in the metrics`);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

const leads = (page: Page) =>
  page.evaluate(() => {
    const home = document.querySelector('bellhop-home');
    const bell = (home?.shadowRoot ?? document).querySelector('bellhop-bell');
    return (bell as unknown as { client: { leads: boolean } } | null)?.client.leads ?? false;
  });

async function open(count: number): Promise<Bell[]> {
  const bells: Bell[] = [];
  for (let tab = 0; tab < count; tab += 1) bells.push(await Bell.on(ana, hub.url));
  return bells;
}

async function leaderOf(bells: Bell[]): Promise<Bell> {
  return eventually(async () => {
    const answers = await Promise.all(bells.map(({ page }) => leads(page)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    return bells[answers.indexOf(true)]!;
  });
}

/** In each tab: when the count became what it is, on the clock that all pages of a machine share. */
async function stamp(page: Page): Promise<void> {
  await page.evaluate(() => {
    const home = document.querySelector('bellhop-home')!;
    const { client } = home.shadowRoot!.querySelector('bellhop-bell') as unknown as {
      client: EventTarget & { counts: { unread: number } };
    };
    const seen = ((window as unknown as { seen: Record<number, number> }).seen = {} as Record<
      number,
      number
    >);
    client.addEventListener('change', () => (seen[client.counts.unread] ??= Date.now()));
  });
}
const stampOf = (page: Page, unread: number) =>
  page.evaluate((unread) => (window as unknown as { seen: Record<number, number> }).seen[unread], unread);

describe('twenty tabs of one agent', () => {
  it('have one session, the same count within moments, and go on when the leader is gone', async () => {
    covers('R-048', 'R-121', 'R-123');
    const bells = await open(TABS);
    expect(await sessions()).toBe(1);
    await hub.assign('ana', { number: '1' });
    await hub.assign('ana', { number: '2' });
    for (const bell of bells) await bell.shows('2');

    await Promise.all(bells.map(({ page }) => stamp(page)));
    const actor = bells[7]!;
    const from = await actor.page.evaluate(() => {
      const home = document.querySelector('bellhop-home')!;
      const { client } = home.shadowRoot!.querySelector('bellhop-bell') as unknown as {
        client: { read: (ids: string[]) => void; notifications: { id: string }[] };
      };
      client.read([client.notifications[0]!.id]);
      return Date.now();
    });
    for (const bell of bells) await bell.shows('1');
    const delays = (await Promise.all(bells.map(({ page }) => stampOf(page, 1)))).map((at) => at! - from);
    delays.sort((a, b) => a - b);
    const p95 = delays[Math.ceil(delays.length * 0.95) - 1]!;
    console.log(`${TABS} tabs follow an act: p95 ${p95} ms, slowest ${delays.at(-1)} ms`);
    expect(p95).toBeLessThan(1_000);

    const leader = await leaderOf(bells);
    const rest = bells.filter((bell) => bell !== leader);
    await Promise.all(rest.map(({ page }) => stamp(page)));
    const killedAt = Date.now();
    await leader.page.close();
    await hub.assign('ana', { number: '3' });
    for (const bell of rest) await bell.shows('2');
    const healedAt = Math.max(
      ...(await Promise.all(rest.map(({ page }) => stampOf(page, 2)))).map((at) => at!),
    );
    console.log(`healed ${healedAt - killedAt} ms after the leader was closed`);
    expect(healedAt - killedAt).toBeLessThan(2_000);
    await becomes(sessions, 1);
    const titles = await rest[3]!.page.evaluate(() => {
      const home = document.querySelector('bellhop-home')!;
      const { client } = home.shadowRoot!.querySelector('bellhop-bell') as unknown as {
        client: { notifications: { title: string }[] };
      };
      return client.notifications.map(({ title }) => title);
    });
    expect(titles).toHaveLength(3);
    expect(new Set(titles).size).toBe(3);
  });

  it('that nobody sees give the lead to the one that somebody looks at', async () => {
    const [first, second] = await open(2);
    await second!.page.bringToFront();
    // A tab that says it is hidden, as a browser says it of one in the background.
    await first!.page.evaluate(() => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await second!.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await becomes(() => leads(second!.page), true);
    await becomes(sessions, 1);
    await hub.assign('ana');
    await first!.shows('1');
    await second!.shows('1');
  });

  it('end together when the person signs out in one', async () => {
    covers('R-172');
    const bells = await open(3);
    await hub.assign('ana');
    for (const bell of bells) await bell.shows('1');
    await bells[1]!.page.locator('.sign-out').click();
    await bells[0]!.shows('');
    await becomes(sessions, 0);
    await bells[2]!.open();
    await bells[2]!.page.locator('bellhop-bell', { hasText: 'You are signed out' }).waitFor();
  });

  it('each stand alone where the browser cannot share, and ring all the same', async () => {
    await ana.addInitScript(() => {
      Object.defineProperty(navigator, 'locks', { value: undefined });
      Reflect.deleteProperty(window, 'BroadcastChannel');
    });
    const bells = await open(2);
    await becomes(sessions, 2);
    await hub.assign('ana');
    for (const bell of bells) await bell.shows('1');
  });

  it('of two agents in one browser hear nothing of each other', async () => {
    const host = await HostPage.start();
    const other = await Hub.serve({ BELLHOP_HTTP__ALLOWED_ORIGINS: host.url });
    const seat = async (agent: string) => {
      host.html = `<!doctype html><title>Desk</title><script type="module" src="${other.url}/bell.js"></script>
        <bellhop-bell token="${other.token(agent)}"></bellhop-bell>`;
      return Bell.on(ana, host.url);
    };
    const [mine, theirs] = [await seat('ana'), await seat('ben')];
    await other.assign('ben', { number: '9' });
    await theirs.shows('1');
    for (const number of ['1', '2']) await other.assign('ana', { number });
    await mine.shows('2');
    expect(await theirs.badge()).toBe('1');
    await host.stop();
    await other.stop();
  });
});
