// What moves by itself while somebody looks: the badge as it grows, and the open list as entries arrive.
import type { Page } from 'playwright-core';
import { Bell, type Browsers } from '../e2e/harness/browser';
import { Hub } from '../e2e/harness/hub';
import type { Figure } from './figures';

/** In the page, before anything of it: every shift counts, whoever caused it. */
function watchShifts(): void {
  const seen = ((window as unknown as { shifts: number[] }).shifts = [] as number[]);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.push((entry as unknown as { value: number }).value);
  }).observe({ type: 'layout-shift', buffered: true });
}

/** The sum since the last time; two frames later, when the browser has told. */
async function shiftsOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise((next) => requestAnimationFrame(next));
    await new Promise((later) => setTimeout(later, 100));
    return (window as unknown as { shifts: number[] }).shifts.splice(0).reduce((sum, one) => sum + one, 0);
  });
}

async function arrive(hub: Hub, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number += 1) await hub.assign('ana', { number: String(number) });
}

export async function shift(browsers: Browsers): Promise<Figure[]> {
  const hub = await Hub.serve();
  const context = await browsers.agent(hub, 'ana');
  await context.addInitScript(watchShifts);
  const bell = await Bell.on(context, hub.url);
  const { page } = bell;
  await shiftsOf(page);
  const measure = async (what: string, act: () => Promise<unknown>): Promise<Figure> => {
    await act();
    return { what: `layout shift, ${what}`, measured: (await shiftsOf(page)).toFixed(4), wanted: '0' };
  };
  const badge = (from: number, to: number, text: string) => async () => {
    await arrive(hub, from, to);
    await bell.shows(text);
  };
  const figures = [
    await measure('badge from none to 9', badge(1, 9, '9')),
    await measure('badge from 9 to 10', badge(10, 10, '10')),
    await measure('badge from 10 to 99+', badge(11, 100, '99+')),
  ];
  await bell.open();
  await page.locator('bellhop-item').first().waitFor();
  await shiftsOf(page);
  const shown = (number: number) =>
    page
      .locator('bellhop-item', { hasText: `#${number} ` })
      .first()
      .waitFor();
  figures.push(
    await measure('ten arrive in the open list', async () => {
      await arrive(hub, 101, 110);
      await shown(110);
    }),
  );
  await page.locator('bellhop-list .scroll').evaluate((list) => (list.scrollTop = 400));
  await shiftsOf(page);
  figures.push(
    await measure('ten arrive above a list that is scrolled down', async () => {
      await arrive(hub, 111, 120);
      await page.evaluate(() => new Promise((later) => setTimeout(later, 500)));
    }),
  );
  await context.close();
  await hub.stop();
  return figures;
}
