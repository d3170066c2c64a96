// An hour in which one notification comes every second, as fast as the bell can show them: what the page's heap holds at
// its start, in its middle and at its end, after garbage was collected.
import type { CDPSession } from 'playwright-core';
import { Bell, type Browsers } from '../e2e/harness/browser';
import { Hub } from '../e2e/harness/hub';
import { eventually } from '../test/eventually';
import { megabytes, type Figure } from './figures';

const NOTIFICATIONS = 3_600;
const AT_ONCE = 50;
const SHOWN_WITHIN_MS = 30_000;

async function heap(devtools: CDPSession): Promise<number> {
  // Twice: what the first one frees may hold something that only the second one finds.
  for (let time = 0; time < 2; time += 1) await devtools.send('HeapProfiler.collectGarbage');
  return (await devtools.send('Runtime.getHeapUsage')).usedSize;
}

function batch(hub: Hub, from: number): object[] {
  return Array.from({ length: AT_ONCE }, (_, index) => ({
    specversion: '1.0',
    id: `hour-${from + index}`,
    source: '/helpdesk',
    type: 'ticket.assigned',
    data: {
      actor: { kind: 'agent', id: 'jane', name: 'Jane Smith' },
      ticket: hub.ticket({ number: String(from + index), assignees: ['ana'] }),
      assigned: { agents: ['ana'], team: null, by_rule: false },
    },
  }));
}

export async function memory(browsers: Browsers): Promise<Figure[]> {
  const hub = await Hub.serve();
  const context = await browsers.agent(hub, 'ana');
  const bell = await Bell.on(context, hub.url);
  const { page } = bell;
  await bell.open();
  const devtools = await context.newCDPSession(page);
  const shows = (newest: number) =>
    eventually(async () => {
      const titles = await page.locator('bellhop-item .title').allTextContents();
      if (!titles.some((title) => title.includes(`#${newest} `))) throw new Error(`#${newest} is not shown`);
    }, SHOWN_WITHIN_MS);
  const samples: number[] = [];
  const began = Date.now();
  for (let from = 1; from <= NOTIFICATIONS; from += AT_ONCE) {
    await hub.call('POST', '/api/v1/events', batch(hub, from));
    await shows(from + AT_ONCE - 1);
    // The start is where the list is as long as a list gets.
    if ([NOTIFICATIONS / 6, NOTIFICATIONS / 2, NOTIFICATIONS].includes(from + AT_ONCE - 1))
      samples.push(await heap(devtools));
  }
  const seconds = Math.round((Date.now() - began) / 1000);
  await context.close();
  await hub.stop();
  return [
    {
      what: `JS heap after 600, 1,800 and ${NOTIFICATIONS.toLocaleString('en')} notifications (shown within ${seconds} s)`,
      measured: samples.map(megabytes).join(', '),
      wanted: 'flat',
    },
  ];
}
