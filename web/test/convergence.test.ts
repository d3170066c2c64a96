// Whatever happens on the way, in whatever order: in the end every client holds what the hub holds, once and in
// order. Random walks, each with a seed of its own; the timing of the network is chance besides.
import { describe, expect, it } from 'vitest';
import type { BellhopClient } from '../client/client';
import { covers } from './covers';
import { eventually } from './eventually';
import { FakeHub } from './fake_hub';
import { clientOf } from './samples';

const STEPS = 60;

/** Mulberry32: small, and the same on every machine. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function shown({ notifications }: BellhopClient): string[] {
  return notifications.map(({ id, read_at }) => `${id}${read_at ? ' read' : ''}`);
}

function kept({ entries }: FakeHub): string[] {
  const there = entries.filter(({ cleared_at }) => !cleared_at).sort((a, b) => b.seq - a.seq);
  return there.map(({ id, read_at }) => `${id}${read_at ? ' read' : ''}`);
}

/** One thing that happens to an inbox, to the network, or to a hub. */
function step(hub: FakeHub, clients: BellhopClient[], below: (n: number) => number): void {
  const client = clients[below(clients.length)]!;
  const some = client.notifications[below(Math.max(1, client.notifications.length))];
  const things = [
    () => hub.ring(),
    () => hub.ring(),
    () => some && client.read([some.id]),
    () => some && client.clear([some.id]),
    () => some && client.restore([some.id]),
    () => client.readAll(),
    () => client.clearRead(),
    () => client.seen(),
    () => hub.cut(),
    () => (hub.losesFrames = !hub.losesFrames),
    () => (hub.blockWebSocket = !hub.blockWebSocket),
    () => (hub.blockSse = !hub.blockSse),
  ];
  things[below(things.length)]!();
}

describe('after a random walk', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('all clients hold what the hub holds (seed %i)', async (seed) => {
    covers('R-048', 'R-123');
    const below = randomFrom(seed);
    const hub = await FakeHub.start();
    hub.pageSize = 1_000;
    const clients = [clientOf(hub), clientOf(hub), clientOf(hub)];
    const heard = new Map(clients.map((client) => [client, [] as string[]]));
    for (const client of clients) {
      client.addEventListener('notification', (event) =>
        heard.get(client)!.push((event as CustomEvent<{ id: string }>).detail.id),
      );
      client.start();
    }
    for (let i = 0; i < STEPS; i += 1) {
      step(hub, clients, below);
      await new Promise((resolve) => setTimeout(resolve, below(12)));
    }
    hub.losesFrames = false;
    hub.ring();
    hub.cut();
    await eventually(() => {
      for (const client of clients) {
        expect(shown(client)).toEqual(kept(hub));
        expect(client.counts).toEqual(hub.counts);
      }
    });
    for (const ids of heard.values()) expect(new Set(ids).size).toBe(ids.length);
    for (const client of clients) client.stop();
    await hub.stop();
  });
});
