// The client on a real socket against a scripted hub: it hears at once, misses nothing, and says what it must.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BellhopClient } from '../client/client';
import type { Notification } from '../client/protocol';
import { covers } from './covers';
import { eventually } from './eventually';
import { FakeHub } from './fake_hub';
import { clientOf, FakePage, testEnvironment } from './samples';
import { BellhopClient as Client } from '../client/client';

let hub: FakeHub;
let client: BellhopClient;
beforeEach(async () => {
  hub = await FakeHub.start();
});
afterEach(async () => {
  client.stop();
  await hub.stop();
});

function start(timing = {}, page = new FakePage()): BellhopClient {
  client = clientOf(hub, timing, page);
  client.start();
  return client;
}
const live = (way = 'websocket') =>
  eventually(() => expect(client.status).toMatchObject({ phase: 'live', way }));
const ids = () => client.notifications.map(({ id }) => id);
const heard = (): Notification[] => {
  const list: Notification[] = [];
  client.addEventListener('notification', (e) => list.push((e as CustomEvent<Notification>).detail));
  return list;
};

describe('client', () => {
  it('lists what is there and hears what comes', async () => {
    covers('R-034', 'R-118', 'R-119', 'R-120', 'R-122');
    hub.ring();
    start();
    await live();
    expect(ids()).toEqual(['n1']);
    const news = heard();
    hub.ring();
    await eventually(() => expect(ids()).toEqual(['n2', 'n1']));
    expect(news.map(({ id }) => id)).toEqual(['n2']);
    expect(client.counts).toEqual({ unread: 2, unseen: 2 });
  });

  it('gets what it missed while away, in order and once', async () => {
    covers('R-123');
    start({ retryBaseMs: 100 });
    await live();
    const news = heard();
    hub.cut();
    for (let i = 0; i < 3; i += 1) hub.ring();
    await eventually(() => expect(news.map(({ id }) => id)).toEqual(['n1', 'n2', 'n3']));
    await live();
    expect(ids()).toEqual(['n3', 'n2', 'n1']);
  });

  it('asks for what a lost frame held', async () => {
    start();
    await live();
    hub.losesFrames = true;
    hub.ring();
    hub.losesFrames = false;
    hub.ring();
    await eventually(() => expect(ids()).toEqual(['n2', 'n1']));
    expect(hub.saidOf('sync')).toHaveLength(1);
  });

  it('finds a lost frame by the head in a ping, and answers it', async () => {
    start();
    await live();
    hub.losesFrames = true;
    hub.ring();
    hub.losesFrames = false;
    hub.broadcast({ type: 'ping', seq: 1 });
    await eventually(() => expect(ids()).toEqual(['n1']));
    await eventually(() => expect(hub.saidOf('pong')).toHaveLength(1));
  });

  it('lists again after a reset', async () => {
    hub.ring();
    start();
    await live();
    hub.entries = [];
    hub.seq = 0;
    hub.epoch = 'epoch-2';
    hub.ring({ id: 'fresh' });
    hub.cut();
    await eventually(() => expect(ids()).toEqual(['fresh']));
  });

  it('acknowledges together what came together, and again when the person is back', async () => {
    const page = new FakePage();
    start({ ackGatherMs: 50 }, page);
    await live();
    await eventually(() => expect(hub.saidOf('ack')).toHaveLength(1));
    page.show(false);
    for (let i = 0; i < 3; i += 1) hub.ring();
    await eventually(() =>
      expect(hub.saidOf('ack').at(-1)?.message).toEqual({ type: 'ack', seq: 3, active: false }),
    );
    expect(hub.saidOf('ack')).toHaveLength(2);
    page.show(true);
    await eventually(() =>
      expect(hub.saidOf('ack').at(-1)?.message).toEqual({ type: 'ack', seq: 3, active: true }),
    );
  });

  it('reports activity: visible, idle without input, the ticket on screen', async () => {
    const page = new FakePage();
    start({ idleAfterMs: 60 }, page);
    await live();
    const last = () => hub.saidOf('activity').at(-1)?.message;
    await eventually(() => expect(last()).toMatchObject({ visible: true, idle: true }));
    page.input();
    await eventually(() => expect(last()).toMatchObject({ idle: false }));
    client.viewing('HD-1');
    await eventually(() => expect(last()).toMatchObject({ viewing: 'HD-1' }));
    page.show(false);
    await eventually(() => expect(last()).toMatchObject({ visible: false }));
  });

  it('shows acts at once and takes the counts from the hub', async () => {
    covers('R-038', 'R-039', 'R-040', 'R-112', 'R-113');
    for (let i = 0; i < 3; i += 1) hub.ring();
    start();
    await live();
    client.read(['n1']);
    expect(client.notifications.find(({ id }) => id === 'n1')?.read_at).not.toBeNull();
    expect(client.counts.unread).toBe(3);
    await eventually(() => expect(client.counts.unread).toBe(2));
    client.clear(['n2']);
    expect(ids()).toEqual(['n3', 'n1']);
    void client.readAll();
    await eventually(() => expect(client.counts.unread).toBe(0));
  });

  it('clears the red indicator when the panel opens, and leaves the badge', async () => {
    covers('R-033');
    hub.ring();
    start();
    await live();
    client.seen();
    client.seen();
    await eventually(() => expect(client.counts).toEqual({ unread: 1, unseen: 0 }));
    client.seen();
    expect(hub.acts).toBe(1);
  });

  it('keeps an act until the hub is reachable again', async () => {
    hub.ring();
    start();
    await live();
    hub.down = true;
    hub.cut();
    client.read(['n1']);
    expect(client.notifications[0]?.read_at).not.toBeNull();
    await eventually(() => expect(client.status.phase).not.toBe('live'));
    hub.down = false;
    await eventually(() => expect(client.counts.unread).toBe(0));
  });

  it('loads older pages', async () => {
    hub.pageSize = 2;
    for (let i = 0; i < 5; i += 1) hub.ring();
    start();
    await live();
    expect([ids(), client.hasOlder]).toEqual([['n5', 'n4'], true]);
    await client.loadOlder();
    await client.loadOlder();
    expect([ids(), client.hasOlder]).toEqual([['n5', 'n4', 'n3', 'n2', 'n1'], false]);
  });

  it('says signed out when the token is not accepted, at the start and in between', async () => {
    covers('R-172');
    client = new Client({
      server: hub.url,
      token: 'bad',
      environment: testEnvironment(),
      page: new FakePage(),
    });
    client.start();
    await eventually(() => expect(client.status.phase).toBe('signed_out'));
    client.stop();
    start();
    await live();
    hub.token = 'other';
    hub.cut();
    await eventually(() => expect(client.status.phase).toBe('signed_out'));
  });
});
