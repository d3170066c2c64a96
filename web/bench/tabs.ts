// Twenty tabs of one agent: how long after an act in one of them the count in the others is right.
import type { Page } from 'playwright-core';
import { Bell, type Browsers } from '../e2e/harness/browser';
import { Hub } from '../e2e/harness/hub';
import { median, ms, percentile, type Figure } from './figures';

const TABS = 20;
const ACTS = 10;

/** In the page: its client, and when each count was there first, on the clock that all pages of a machine share. */
function keepTimes(): void {
  const home = document.querySelector('bellhop-home')!;
  const { client } = home.shadowRoot!.querySelector('bellhop-bell') as unknown as { client: Client };
  const seen: Record<number, number> = {};
  client.addEventListener('change', () => (seen[client.counts.unread] ??= Date.now()));
  Object.assign(window, { seen, client });
  type Client = EventTarget & { counts: { unread: number } };
}

function readFirst(page: Page): Promise<number> {
  return page.evaluate(() => {
    type Client = {
      read: (ids: string[]) => void;
      notifications: { id: string; read_at: string | null }[];
    };
    const { client } = window as unknown as { client: Client };
    client.read([client.notifications.find(({ read_at }) => read_at === null)!.id]);
    return Date.now();
  });
}

const seenAt = (page: Page, unread: number) =>
  page.evaluate((unread) => (window as unknown as { seen: Record<number, number> }).seen[unread]!, unread);

export async function tabs(browsers: Browsers): Promise<Figure[]> {
  const hub = await Hub.serve();
  for (let number = 1; number <= ACTS; number += 1) await hub.assign('ana', { number: String(number) });
  const context = await browsers.agent(hub, 'ana');
  const bells: Bell[] = [];
  for (let tab = 0; tab < TABS; tab += 1) bells.push(await Bell.on(context, hub.url));
  for (const bell of bells) await bell.shows(String(ACTS));
  await Promise.all(bells.map(({ page }) => page.evaluate(keepTimes)));
  const perAct: number[][] = [];
  for (let act = 1; act <= ACTS; act += 1) {
    const left = ACTS - act;
    const from = await readFirst(bells[act % TABS]!.page);
    for (const bell of bells) await bell.shows(left === 0 ? '' : String(left), 20_000);
    perAct.push((await Promise.all(bells.map(({ page }) => seenAt(page, left)))).map((at) => at - from));
  }
  await context.close();
  await hub.stop();
  const worst = perAct.map((delays) => percentile(delays, 95));
  return [
    {
      what: `an act reaches ${TABS} tabs, p95 of the tabs (median of ${ACTS} acts; slowest act)`,
      measured: `${ms(median(worst))} (${ms(Math.max(...worst))})`,
      wanted: '200 ms',
    },
  ];
}
