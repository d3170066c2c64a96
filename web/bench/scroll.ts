// A list of ten thousand entries is scrolled from top to bottom: the longest task meanwhile, and how many entries the
// document holds.
import type { Page } from 'playwright-core';
import { Bell, type Browsers } from '../e2e/harness/browser';
import { Hub } from '../e2e/harness/hub';
import { notification } from '../test/samples';
import { median, ms, type Figure } from './figures';

const ENTRIES = 10_000;
const RUNS = 3;
const WHEELS = 200;
/** A hard flick of the wheel: some thirty screens a second. */
const WHEEL_PX = 240;
const PAUSE_MS = 16;

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  dur?: number;
  args?: { name?: string };
}

/** On the page's own thread, in ms. */
function longestTask(trace: Buffer, page: number): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = traceEvents.find(
    ({ name, args, pid }) => pid === page && name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => /RunTask$/.test(name) && pid === main?.pid && tid === main?.tid,
  );
  if (tasks.length === 0) throw new Error('the trace holds no tasks of the page');
  return Math.max(...tasks.map(({ dur }) => (dur ?? 0) / 1_000));
}

/** The process of the page that was drawn the most: the trace holds the browser's other pages too. */
function busiestPage(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const renderers = new Set(
    traceEvents.filter(({ args }) => args?.name === 'CrRendererMain').map(({ pid }) => pid),
  );
  const time = new Map<number, number>();
  for (const { pid, dur } of traceEvents)
    if (renderers.has(pid)) time.set(pid, (time.get(pid) ?? 0) + (dur ?? 0));
  return [...time].sort(([, a], [, b]) => b - a)[0]?.[0] ?? -1;
}

async function wheelThrough(page: Page): Promise<{ most: number }> {
  const box = (await page.locator('bellhop-list .scroll').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  let most = 0;
  for (let wheel = 0; wheel < WHEELS; wheel += 1) {
    await page.mouse.wheel(0, WHEEL_PX);
    await page.waitForTimeout(PAUSE_MS);
    if (wheel % 20 === 0) most = Math.max(most, await page.locator('bellhop-item').count());
  }
  return { most };
}

export async function scroll(browsers: Browsers): Promise<Figure[]> {
  const hub = await Hub.serve();
  const items = Array.from({ length: ENTRIES }, (_, index) =>
    notification({
      seq: ENTRIES - index,
      body: index % 3 ? 'Login' : 'A longer text that needs more than one line '.repeat(3),
    }),
  );
  const json = { items, next: null, counts: { unread: ENTRIES, unseen: 0 }, seq: 0 };
  const longest: number[] = [];
  const longTasks: number[] = [];
  let most = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browsers.agent(hub, 'ana');
    await context.route('**/api/v1/me/notifications*', (route) => route.fulfill({ json }));
    const bell = await Bell.on(context, hub.url);
    const { page } = bell;
    await bell.open();
    await page.locator('bellhop-item').first().waitFor();
    await page.evaluate(() => {
      const long = ((window as unknown as { long: number[] }).long = [] as number[]);
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) long.push(duration);
      }).observe({ type: 'longtask' });
    });
    const traced = await browsers.traced(page, async () => {
      most = Math.max(most, (await wheelThrough(page)).most);
    });
    longest.push(longestTask(traced, busiestPage(traced)));
    longTasks.push(await page.evaluate(() => (window as unknown as { long: number[] }).long.length));
    await context.close();
  }
  await hub.stop();
  const what = `scrolling ${ENTRIES.toLocaleString('en')} entries`;
  return [
    { what: `longest task while ${what}`, measured: ms(median(longest)), wanted: '≤ 50 ms' },
    { what: `tasks above 50 ms while ${what}`, measured: String(median(longTasks)), wanted: '0' },
    { what: `entries in the document while ${what}`, measured: `at most ${most}`, wanted: 'some dozens' },
  ];
}
