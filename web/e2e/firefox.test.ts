// The same pages in a stock Firefox: the bell and the notifications page, from an event to the click that reads it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { becomes } from './harness/expect';
import { Firefox } from './harness/firefox';
import { Hub } from './harness/hub';

let firefox: Firefox;
let hub: Hub;

beforeAll(async () => {
  hub = await Hub.serve();
  firefox = await Firefox.open();
}, 90_000);
afterAll(async () => {
  await firefox?.close();
  await hub?.stop();
});
beforeEach(() => {
  firefox.complaints.length = 0;
});

const LIVE = '.line[data-phase="live"]';
/** A slow machine, and a browser that was just started. */
const SOON_MS = 15_000;

describe('in Firefox', () => {
  it('the bell rings, opens, and a click reads the entry', async () => {
    covers('R-034', 'R-035', 'R-037');
    const tab = await firefox.agent(hub, 'ana', '/');
    await tab.find('button.bell');
    await hub.assign('ana', { number: '41' });
    await hub.assign('ana', { number: '42', url: '/notifications?ticket=HD-42' });
    await becomes(() => tab.texts('.badge .number'), ['2'], SOON_MS);
    await tab.click('button.bell');
    await tab.find(LIVE);
    await becomes(async () => (await tab.texts('.text .title')).length, 2, SOON_MS);
    expect((await tab.texts('.text .title'))[0]).toContain('#42');
    await tab.click('a.open');
    await becomes(() => Promise.resolve(tab.page.url()), `${hub.url}/notifications?ticket=HD-42`, SOON_MS);
    await becomes(() => tab.texts('[data-unread]'), ['1'], SOON_MS);
    expect(firefox.complaints).toEqual([]);
    await tab.page.close();
  });

  it('the notifications page lists, follows, and marks as read', async () => {
    covers('R-127', 'R-034');
    await hub.assign('ben', { number: '51' });
    const tab = await firefox.agent(hub, 'ben', '/notifications');
    await becomes(() => tab.texts('[data-unread]'), ['1'], SOON_MS);
    await tab.find(LIVE);
    await hub.assign('ben', { number: '52' });
    await becomes(async () => (await tab.texts('button.open .title')).length, 2, SOON_MS);
    await tab.click('.do-read');
    await becomes(() => tab.texts('[data-unread]'), ['1'], SOON_MS);
    await tab.click('.read-all');
    await becomes(() => tab.texts('[data-unread]'), [], SOON_MS);
    expect(firefox.complaints).toEqual([]);
    await tab.page.close();
  });
});
