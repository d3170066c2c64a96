// Which way the client takes, and when it tries again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BellhopClient } from '../client/client';
import { retryDelayMs } from '../client/environment';
import { covers } from './covers';
import { eventually } from './eventually';
import { FakeHub } from './fake_hub';
import { clientOf, FakePage, testEnvironment } from './samples';

let hub: FakeHub;
let client: BellhopClient;
beforeEach(async () => {
  hub = await FakeHub.start();
});
afterEach(async () => {
  client.stop();
  await hub.stop();
});

function start(timing = {}, page = new FakePage()): void {
  client = clientOf(hub, timing, page);
  client.start();
}
const onWay = (way: string) => eventually(() => expect(client.status).toMatchObject({ phase: 'live', way }));
const rings = async () => {
  const { id } = hub.ring();
  await eventually(() => expect(client.notifications[0]?.id).toBe(id));
};

describe('connection', () => {
  it('takes server-sent events where WebSocket is refused, and says so', async () => {
    covers('R-125');
    hub.blockWebSocket = true;
    start();
    await onWay('sse');
    expect(client.status.websocketBlocked).toBe(true);
    await rings();
    await eventually(() =>
      expect(hub.saidOf('ack').at(-1)).toMatchObject({ via: 'post', message: { seq: 1 } }),
    );
  });

  it('polls where both are refused', async () => {
    covers('R-016', 'R-125', 'R-126');
    hub.blockWebSocket = hub.blockSse = true;
    start();
    await onWay('polling');
    await rings();
    await rings();
    expect(client.counts.unread).toBe(2);
    void client.readAll();
    await eventually(() => expect(client.counts.unread).toBe(0));
  });

  it('polls every 30 seconds unless told otherwise', async () => {
    covers('R-016');
    const { browserEnvironment } = await import('../client/environment');
    expect(browserEnvironment().timing.pollEveryMs).toBe(30_000);
    start();
  });

  it('goes back up when the better way works again', async () => {
    hub.blockWebSocket = hub.blockSse = true;
    start({ upgradeEveryMs: 40 });
    await onWay('polling');
    hub.blockSse = false;
    await onWay('sse');
    hub.blockWebSocket = false;
    await onWay('websocket');
    expect(client.status.websocketBlocked).toBe(false);
    await rings();
  });

  it('goes back up at once when the network says that it is back', async () => {
    hub.blockWebSocket = true;
    const page = new FakePage();
    start({}, page);
    await onWay('sse');
    hub.blockWebSocket = false;
    page.comeOnline();
    await onWay('websocket');
  });

  it('finds a connection dead that does not answer after the network was away', async () => {
    covers('R-171');
    const page = new FakePage();
    start({ welcomeWithinMs: 80 }, page);
    await onWay('websocket');
    hub.deaf = true;
    page.comeOnline();
    await eventually(() => expect(client.status.phase).not.toBe('live'));
    hub.deaf = false;
    await onWay('websocket');
  });

  it('comes back after a bye that asks for it, and stays away after a final one', async () => {
    const page = new FakePage();
    start({}, page);
    await onWay('websocket');
    hub.broadcast({ type: 'bye', code: 4001, retry_in_ms: 20 });
    await eventually(() => expect(hub.saidOf('hello')).toHaveLength(2));
    await onWay('websocket');
    hub.broadcast({ type: 'bye', code: 4599 });
    await eventually(() => expect(client.status.phase).toBe('ended'));
    page.comeOnline();
    page.show(true);
    expect(hub.saidOf('hello')).toHaveLength(2);
  });

  it('waits longer after each failure, never the same, never beyond the cap', () => {
    start();
    const at = (random: number) => ({
      ...testEnvironment({ retryBaseMs: 500, retryCapMs: 30_000 }),
      random: () => random,
    });
    expect(retryDelayMs(0, at(0))).toBe(250);
    expect(retryDelayMs(0, at(1))).toBe(500);
    expect(retryDelayMs(3, at(1))).toBe(4_000);
    expect(retryDelayMs(40, at(1))).toBe(30_000);
  });
});
