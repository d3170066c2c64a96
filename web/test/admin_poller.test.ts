// @vitest-environment happy-dom
// How the overview goes on asking: every few seconds, less often while it fails, and not for ever.
import type { ReactiveControllerHost } from 'lit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Poller } from '../admin/overview/poller';

const host = { addController: () => {}, requestUpdate: () => {} } as unknown as ReactiveControllerHost;
let poller: Poller;
const task = vi.fn<() => Promise<boolean>>();

beforeEach(() => {
  vi.useFakeTimers();
  task.mockReset().mockResolvedValue(true);
  poller = new Poller(host, task, { everyMs: 5_000, untilMs: 60_000 });
});
afterEach(() => {
  poller.hostDisconnected();
  vi.useRealTimers();
});

describe('the overview', () => {
  it('asks every few seconds while it is there', async () => {
    poller.hostConnected();
    await vi.advanceTimersByTimeAsync(10_100);
    expect(task).toHaveBeenCalledTimes(3);
    poller.hostDisconnected();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(task).toHaveBeenCalledTimes(3);
  });

  it('says since when it has no answer, asks less often, and goes on when there is one', async () => {
    task.mockResolvedValue(false);
    poller.hostConnected();
    await vi.advanceTimersByTimeAsync(9_000);
    expect([poller.failingSince === null, poller.lastAt]).toEqual([false, null]);
    expect(task).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(task).toHaveBeenCalledTimes(2);
    task.mockResolvedValue(true);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(1);
    expect([poller.failingSince, poller.lastAt === null]).toEqual([null, false]);
  });

  it('rests when nobody touched the page for long, and wakes at a touch', async () => {
    poller.hostConnected();
    await vi.advanceTimersByTimeAsync(70_000);
    expect(poller.isResting).toBe(true);
    const asked = task.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(task).toHaveBeenCalledTimes(asked);
    document.dispatchEvent(new Event('pointerdown'));
    await vi.advanceTimersByTimeAsync(1);
    expect([poller.isResting, task.mock.calls.length]).toEqual([false, asked + 1]);
  });
});
