// The network goes and comes back; firewalls refuse the better ways. Nothing is lost, nothing comes twice.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { Bell, Browsers, PHONE } from './harness/browser';
import { Cable } from './harness/cable';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';
import { HostPage } from './harness/host_page';

let browsers: Browsers;
let hub: Hub;
let cable: Cable;
let host: HostPage;

beforeAll(async () => {
  browsers = await Browsers.open();
  host = await HostPage.start();
  hub = await Hub.serve({ BELLHOP_HTTP__ALLOWED_ORIGINS: host.url });
});
afterAll(async () => {
  await browsers.close();
  await host.stop();
  await hub.stop();
});
beforeEach(async () => {
  cable = await Cable.to(hub.url);
});
afterEach(() => cable.close());

const COME_BACK_MS = 20_000;

describe('after an outage', () => {
  it('the bell has all that came meanwhile, in order and once', async () => {
    covers('R-122', 'R-123');
    const context = await browsers.agent(hub, 'ana', { at: cable.url });
    const bell = await Bell.on(context, `${cable.url}/`);
    await hub.assign('ana', { number: '10' });
    await bell.shows('1');
    await bell.open();
    const { page } = bell;
    await page.evaluate(() => {
      const heard: string[] = ((window as unknown as { heard: string[] }).heard = []);
      addEventListener('bellhop-notification', (e) =>
        heard.push((e as CustomEvent<{ notification: { title: string } }>).detail.notification.title),
      );
    });
    await context.setOffline(true);
    cable.pull();
    for (const number of ['11', '12', '13']) await hub.assign('ana', { number });
    await page.locator('bellhop-status [data-phase="live"]').waitFor({ state: 'detached' });
    cable.plugIn();
    await context.setOffline(false);
    await bell.shows('4', COME_BACK_MS);
    await bell.isConnected();
    const numbers = (titles: string[]) => titles.map((title) => /#(\d+)/.exec(title)?.[1]);
    expect(numbers(await bell.titles())).toEqual(['13', '12', '11', '10']);
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(numbers(heard)).toEqual(['11', '12', '13']);
    await context.close();
  });

  it('the phone page has all that came meanwhile, in order and once', async () => {
    covers('R-123', 'R-127');
    const context = await browsers.agent(hub, 'ben', { at: cable.url, ...PHONE });
    const page = await context.newPage();
    await page.goto(`${cable.url}/notifications`);
    await page.locator('bellhop-status [data-way="websocket"]').waitFor();
    await context.setOffline(true);
    cable.pull();
    for (const number of ['21', '22', '23']) await hub.assign('ben', { number });
    await page.locator('bellhop-status [data-phase="live"]').waitFor({ state: 'detached' });
    cable.plugIn();
    await context.setOffline(false);
    await page.locator('[data-unread="3"]').waitFor({ timeout: COME_BACK_MS });
    const titles = await page.locator('bellhop-row .title').allTextContents();
    expect(titles.map((title) => /#(\d+)/.exec(title)?.[1])).toEqual(['23', '22', '21']);
    await context.close();
  });

  it('an act done while offline reaches the hub when the network is back', async () => {
    const context = await browsers.agent(hub, 'jane', { at: cable.url });
    const bell = await Bell.on(context, `${cable.url}/`);
    await hub.post('ticket.assigned', {
      actor: { kind: 'agent', id: 'ana', name: 'Ana Souza' },
      ticket: { assignees: ['jane'], number: '31' },
      data: { assigned: { agents: ['jane'] } },
    });
    await bell.shows('1');
    await bell.open();
    cable.pull();
    await bell.item('#31').hover();
    await bell.item('#31').locator('button.read').click();
    expect(await bell.item('#31').locator('.mark').count()).toBe(0);
    expect(await bell.badge()).toBe('1');
    cable.plugIn();
    await bell.shows('', COME_BACK_MS);
    await context.close();
  });
});

describe('behind a firewall', () => {
  it('that refuses WebSocket, the bell rings over server-sent events and says why', async () => {
    covers('R-125', 'D-01');
    cable.firewall = { webSocket: true };
    const context = await browsers.agent(hub, 'ana', { at: cable.url });
    const page = await context.newPage();
    await page.goto(`${cable.url}/`);
    const bell = new Bell(page);
    await bell.isConnected('sse');
    const before = Number((await bell.badge()) || 0);
    await hub.assign('ana', { number: '41' });
    await bell.shows(String(before + 1), 1_500);
    await bell.open();
    const status = page.locator('bellhop-status');
    await becomes(async () => (await status.locator('.label').textContent())?.trim(), 'Live (SSE)');
    expect(await status.locator('.hint').textContent()).toMatch(/firewall or proxy/);
    await bell.page.locator('bellhop-bell .read-all').click();
    await bell.shows('');
    cable.firewall = {};
    await context.setOffline(true);
    await context.setOffline(false);
    await bell.isConnected('websocket');
    await context.close();
  });

  it('that refuses event streams too, it polls', async () => {
    covers('R-016', 'R-125', 'R-126', 'D-01');
    cable.firewall = { webSocket: true, eventStream: true };
    const context = await browsers.context();
    const page = await context.newPage();
    host.html = `<!doctype html><title>Desk</title>
      <script type="module" src="${cable.url}/bell.js"></script>
      <bellhop-bell token="${hub.token('ben')}" poll-every-ms="400"></bellhop-bell>`;
    await page.goto(host.url);
    const bell = new Bell(page);
    await bell.isConnected('polling');
    const before = Number((await bell.badge()) || 0);
    await hub.assign('ben', { number: '51' });
    await bell.shows(String(before + 1), 3_000);
    await bell.open();
    expect(await page.locator('bellhop-status .hint').textContent()).toMatch(/firewall or proxy/);
    await page.locator('bellhop-bell .read-all').click();
    await bell.shows('');
    await context.close();
  });
});
