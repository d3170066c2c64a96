// How soon the demo's panel shows something, and how soon its bell has counted, on a computer four times slower than
// this one and with nothing kept from before.
import type { Browsers } from '../e2e/harness/browser';
import { Hub } from '../e2e/harness/hub';
import { median, ms, type Figure } from './figures';

const RUNS = 7;
const SLOWDOWN = 4;

export async function paint(browsers: Browsers): Promise<Figure[]> {
  const hub = await Hub.demo();
  const [first, bell]: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    const context = await browsers.context({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
    await page.goto(`${hub.url}/panel`);
    await page.locator('bellhop-bell button.bell').waitFor();
    bell.push(await page.evaluate(() => performance.now()));
    first.push(
      await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN),
    );
    await context.close();
  }
  await hub.stop();
  const of = `the demo's panel at ${SLOWDOWN}x CPU slowdown`;
  return [
    { what: `first contentful paint of ${of}`, measured: ms(median(first)), wanted: '< 1,000 ms' },
    { what: `bell drawn in ${of}`, measured: ms(median(bell)), wanted: '' },
  ];
}
