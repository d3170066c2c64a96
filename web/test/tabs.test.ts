// Tabs of one agent in one browser: one connection for all of them, whoever leads.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BellhopClient } from '../client/client';
import type { Notification } from '../client/protocol';
import { covers } from './covers';
import { eventually } from './eventually';
import { FakeHub } from './fake_hub';
import { FakeBrowser, type FakeTab } from './fake_tabs';
import { clientOf, FakePage } from './samples';

interface Tab {
  client: BellhopClient;
  page: FakePage;
  tab: FakeTab;
  heard: string[];
}

let hub: FakeHub;
let browser: FakeBrowser;
let tabs: Tab[];
beforeEach(async () => {
  hub = await FakeHub.start();
  browser = new FakeBrowser();
  tabs = [];
});
afterEach(async () => {
  for (const { client } of tabs) client.stop();
  await hub.stop();
});

async function open(isVisible = false): Promise<Tab> {
  const page = new FakePage();
  page.visible = isVisible;
  const tab = browser.tab();
  const client = clientOf(hub, {}, page, tab);
  const heard: string[] = [];
  client.addEventListener('notification', (event) =>
    heard.push((event as CustomEvent<Notification>).detail.id),
  );
  client.start();
  const opened = { client, page, tab, heard };
  tabs.push(opened);
  await eventually(() => expect(client.status.phase).toBe('live'));
  return opened;
}
const leader = () => tabs.find(({ client, tab }) => client.leads && !tab.isDead);
const ids = ({ client }: Tab) => client.notifications.map(({ id }) => id);
/** As a crash: nothing is said, the socket breaks. */
function kill(tab: Tab): void {
  tab.tab.kill();
  tab.client.stop();
}

describe('the tabs of one agent', () => {
  it('share one connection, and each hears everything once', async () => {
    for (let i = 0; i < 5; i += 1) await open();
    expect(hub.sessions).toBe(1);
    expect(tabs.filter(({ client }) => client.leads)).toHaveLength(1);
    hub.ring();
    hub.ring();
    await eventually(() => tabs.forEach((tab) => expect(ids(tab)).toEqual(['n2', 'n1'])));
    expect(tabs.map(({ heard }) => heard)).toEqual(tabs.map(() => ['n1', 'n2']));
    expect(tabs.map(({ client }) => client.counts.unread)).toEqual([2, 2, 2, 2, 2]);
    expect(hub.requests.filter((request) => request === 'UPGRADE')).toHaveLength(1);
  });

  it('show what one of them did', async () => {
    covers('R-048');
    hub.ring();
    for (let i = 0; i < 3; i += 1) await open();
    tabs[2]!.client.read(['n1']);
    await eventually(() => expect(tabs.map(({ client }) => client.counts.unread)).toEqual([0, 0, 0]));
    tabs[1]!.client.clear(['n1']);
    await eventually(() => expect(tabs.map(ids)).toEqual([[], [], []]));
  });

  it('go on when the leader dies, without a loss and without a double', async () => {
    covers('R-123');
    for (let i = 0; i < 3; i += 1) await open();
    hub.ring();
    await eventually(() => tabs.forEach((tab) => expect(tab.heard).toEqual(['n1'])));
    const dead = leader()!;
    const rest = tabs.filter((tab) => tab !== dead);
    kill(dead);
    hub.ring();
    await eventually(() => expect(leader()).toBeDefined(), 2_000);
    hub.ring();
    await eventually(() => rest.forEach((tab) => expect(tab.heard).toEqual(['n1', 'n2', 'n3'])), 2_000);
    await eventually(() => expect(hub.sessions).toBe(1));
  });

  it('give the lead to the one that somebody looks at', async () => {
    await open();
    const second = await open();
    expect(leader()).toBe(tabs[0]);
    second.page.show(true);
    await eventually(() => expect(leader()).toBe(second));
    await eventually(() => expect(hub.sessions).toBe(1));
    hub.ring();
    await eventually(() => tabs.forEach((tab) => expect(tab.heard).toEqual(['n1'])));
    const third = await open(true);
    third.page.input();
    hub.ring();
    await eventually(() => expect(third.heard).toEqual(['n2']));
    // Both are looked at: there is nothing to gain.
    expect(leader()).toBe(second);
  });

  it('take over from a leader that hangs', async () => {
    const first = await open();
    const second = await open();
    // The lock stays, and nothing is answered any more.
    first.tab.isDead = true;
    second.page.show(true);
    await eventually(() => expect(second.client.leads).toBe(true), 2_000);
    first.client.stop();
  });

  it('say together whether somebody is there, and which ticket is looked at', async () => {
    const first = await open();
    const second = await open();
    const last = () => hub.saidOf('activity').at(-1)?.message;
    second.client.viewing('HD-2');
    second.page.show(true);
    await eventually(() => expect(last()).toMatchObject({ visible: true, idle: false, viewing: 'HD-2' }));
    await eventually(() => expect(second.client.leads).toBe(true));
    first.client.viewing('HD-1');
    first.page.show(true);
    await eventually(() => expect(last()).toMatchObject({ viewing: 'HD-1' }));
    kill(first);
    await eventually(() => expect(last()).toMatchObject({ visible: true, viewing: 'HD-2' }));
  });

  it('confirm what came as soon as somebody is at one of them', async () => {
    await open();
    const second = await open();
    hub.ring();
    await eventually(() =>
      expect(hub.saidOf('ack').at(-1)?.message).toEqual({ type: 'ack', seq: 1, active: false }),
    );
    second.page.show(true);
    await eventually(() =>
      expect(hub.saidOf('ack').at(-1)?.message).toEqual({ type: 'ack', seq: 1, active: true }),
    );
  });

  it('find out together what was lost on the way', async () => {
    await open();
    await open();
    hub.losesFrames = true;
    hub.ring();
    hub.losesFrames = false;
    hub.ring();
    await eventually(() => tabs.forEach((tab) => expect(ids(tab)).toEqual(['n2', 'n1'])));
  });

  it('all end when the person signs out in one', async () => {
    for (let i = 0; i < 3; i += 1) await open();
    hub.ring();
    await eventually(() => tabs.forEach((tab) => expect(ids(tab)).toEqual(['n1'])));
    tabs[1]!.client.signOut();
    await eventually(() =>
      tabs.forEach(({ client }) => {
        expect(client.status.phase).toBe('signed_out');
        expect(client.notifications).toEqual([]);
        expect(client.counts).toEqual({ unread: 0, unseen: 0 });
      }),
    );
    await eventually(() => expect(hub.sessions).toBe(0));
  });

  it('never mix with those of another agent', async () => {
    await open();
    const other = await FakeHub.start();
    other.agent = 'ben';
    const ben = clientOf(other, {}, new FakePage(), browser.tab());
    ben.start();
    await eventually(() => expect(ben.leads).toBe(true));
    for (const name of browser.names) expect(name).toMatch(/:(ana|ben)(:tab:|$)/);
    expect(new Set([...browser.names].map((name) => name.replace(/:tab:.*/, ''))).size).toBe(2);
    ben.stop();
    await other.stop();
  });

  it('each have a connection of their own where the browser cannot share', async () => {
    const [one, two] = [clientOf(hub), clientOf(hub)];
    one.start();
    two.start();
    await eventually(() => expect(hub.sessions).toBe(2));
    expect([one.leads, two.leads]).toEqual([true, true]);
    one.stop();
    two.stop();
  });
});
