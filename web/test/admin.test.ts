// The logic of the administrators' pages: what comes back from the hub, and what is made of its figures.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { query, request, Trouble, troubleOf, useApiKey } from '../admin/api';
import { hrefOf, placeOf } from '../admin/places';
import { columnsOf, totalsOf, type Figures } from '../admin/overview/figures';
import { pointsOf } from '../admin/overview/chart';
import {
  bucketGrowth,
  durationWords,
  growth,
  parseMetrics,
  quantile,
  readingOf,
  Trail,
  type Buckets,
} from '../admin/overview/metrics';

afterEach(() => {
  useApiKey(null);
  vi.unstubAllGlobals();
});

const METRICS = `# HELP bellhop_events_total Events answered 202.
# TYPE bellhop_events_total counter
bellhop_events_total{status="accepted"} 7
bellhop_events_total{status="duplicate"} 2
bellhop_sessions{transport="websocket"} 3
bellhop_sessions{transport="sse"} 1
bellhop_bus_up 1
bellhop_http_responses_total{class="5xx"} 4
bellhop_accept_to_frame_seconds_bucket{le="0.001"} 90
bellhop_accept_to_frame_seconds_bucket{le="0.002"} 100
bellhop_accept_to_frame_seconds_bucket{le="+Inf"} 100
bellhop_accept_to_frame_seconds_sum 0.1
strange{text="a \\"b\\" {c}"} 1`;

describe('figures of a node', () => {
  it('are read from the text that the hub serves', () => {
    const samples = parseMetrics(METRICS);
    expect(samples.at(-1)?.labels.text).toBe('a "b" {c}');
    expect(readingOf(samples, 5)).toEqual({
      at: 5,
      sessions: { websocket: 3, sse: 1 },
      events: 7,
      notifications: 0,
      toFrame: [
        [0.001, 90],
        [0.002, 100],
        [Infinity, 100],
      ],
      toAck: [],
      isBusUp: true,
      authFailures: 0,
      serverErrors: 4,
    });
  });

  it('give quantiles as Prometheus works them out', () => {
    const buckets: Buckets = [
      [0.001, 90],
      [0.002, 99],
      [Infinity, 100],
    ];
    expect(quantile(buckets, 0.45)).toBeCloseTo(0.0005);
    expect(quantile(buckets, 0.945)).toBeCloseTo(0.0015);
    expect(quantile(buckets, 1)).toBe(Infinity);
    expect(quantile([], 0.5)).toBeNull();
    expect(quantile([[1, 0]], 0.5)).toBeNull();
    expect([0.0000042, 0.0032, 0.25, 12.34, Infinity, null].map((each) => durationWords(each))).toEqual([
      '4 µs',
      '3.2 ms',
      '250 ms',
      '12 s',
      'over 30 s',
      '–',
    ]);
  });

  it('count what happened in between, from zero after a node started anew', () => {
    expect([growth(5, 9), growth(9, 2)]).toEqual([4, 2]);
    expect(bucketGrowth([[1, 5]], [[1, 8]])).toEqual([[1, 3]]);
    expect(bucketGrowth([[1, 5]], [[1, 2]])).toEqual([[1, 2]]);
    const trail = new Trail(2);
    const reading = (at: number, events: number, measured: number) => ({
      ...readingOf([], at),
      events,
      toFrame: [[Infinity, measured]] as Buckets,
    });
    trail.add(reading(0, 1, 3));
    trail.add(reading(2_000, 5, 3));
    expect(trail.rates(({ events }) => events)).toEqual([2]);
    expect(trail.recent(({ toFrame }) => toFrame)).toEqual({ buckets: [[Infinity, 3]], isRecent: false });
    trail.add(reading(4_000, 5, 4));
    expect(trail.values(({ events }) => events)).toEqual([5, 5]);
    expect(trail.recent(({ toFrame }) => toFrame)).toEqual({ buckets: [[Infinity, 1]], isRecent: true });
  });

  it('become points of a line, and columns by the hour', () => {
    expect(pointsOf([0, 10], 100, 10)).toEqual([
      [0, 7],
      [100, 3],
    ]);
    expect(pointsOf([0, 0], 100, 10).map(([, y]) => y)).toEqual([7, 7]);
    const figures: Figures = {
      at: '2026-11-20T09:30:00.000Z',
      hours: 2,
      deliveries: [
        { hour: '2026-11-20T09:00:00.000Z', channel: 'email', state: 'sent', count: 3 },
        { hour: '2026-11-20T09:00:00.000Z', channel: 'email', state: 'failed', count: 1 },
        { hour: '2026-11-20T08:00:00.000Z', channel: 'sms', state: 'held', count: 2 },
      ],
      failures: [],
      waiting: [],
      webhooks_waiting: 0,
      webhooks_failed: 0,
    };
    expect(columnsOf(figures).map(({ layers }) => layers.map(({ tint, count }) => [tint, count]))).toEqual([
      [['blue', 2]],
      [
        ['green', 3],
        ['red', 1],
      ],
    ]);
    expect(totalsOf(figures)).toMatchObject({
      by: { green: 3, red: 1, blue: 2, gray: 0 },
      channels: [
        { channel: 'email', sent: 3, failed: 1, other: 0 },
        { channel: 'sms', sent: 0, failed: 0, other: 2 },
      ],
    });
  });
});

describe('what comes back from the hub', () => {
  const kinds = (status: number, method = 'GET', retryAfter: string | null = null) =>
    troubleOf(status, retryAfter, { detail: 'no such thing' }, method);

  it('is trouble of a kind that says what to do', () => {
    expect([400, 401, 403, 404, 409, 412, 422, 429, 500, 503].map((status) => kinds(status).kind)).toEqual([
      'invalid',
      'signed_out',
      'forbidden',
      'missing',
      'conflict',
      'conflict',
      'invalid',
      'too_many',
      'broken',
      'broken',
    ]);
    expect(kinds(429, 'GET', '7').message).toContain('in 7 s');
    expect(kinds(422).message).toBe('No such thing.');
    expect(kinds(503).detail.isUnsure).toBe(false);
    expect(kinds(503, 'PATCH').message).toContain('may have been carried out or not');
  });

  it('names a lost connection, and what a field is refused for', async () => {
    vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('Failed to fetch')));
    const lost = await request('PUT', '/x', {}).catch((error: Trouble) => error);
    expect(lost).toMatchObject({ kind: 'offline', detail: { isUnsure: true } });
    const refusal = { detail: 'no', errors: [{ pointer: '/url', message: 'is not public' }] };
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(new Response(JSON.stringify(refusal), { status: 422 })));
    const refused = (await request('PUT', '/x', {}).catch((error: Trouble) => error)) as Trouble;
    expect([refused.faultAt('/url'), refused.faultAt('/types')]).toEqual(['is not public', null]);
    vi.stubGlobal('fetch', vi.fn().mockResolvedValue(new Response('<html>captive portal', { status: 200 })));
    await expect(request('GET', '/x')).rejects.toMatchObject({ kind: 'broken' });
  });

  it('was asked with the key where there is one, and without the cookie then', async () => {
    const fetched = vi.fn().mockImplementation(() => Promise.resolve(new Response('{}', { status: 200 })));
    vi.stubGlobal('fetch', fetched);
    await request('GET', '/x');
    useApiKey('bh_1');
    await request('POST', '/x', { a: 1 });
    const [first, second] = fetched.mock.calls.map(([, init]) => init as RequestInit);
    expect(first).toMatchObject({ credentials: 'same-origin', headers: { accept: 'application/json' } });
    expect(second).toMatchObject({ credentials: 'omit', headers: { authorization: 'Bearer bh_1' } });
  });
});

describe('addresses of the console', () => {
  it('name a page, what of it is open, and a search', () => {
    const place = placeOf('#/deliveries/0193%2F1?channel=email');
    expect([place.page, place.id, place.query.get('channel')]).toEqual(['deliveries', '0193/1', 'email']);
    expect(placeOf('#/nothing/x')).toMatchObject({ page: 'overview', id: null });
    expect(placeOf('#/templates/%E0%A4%A')).toMatchObject({ page: 'templates', id: null });
    expect(hrefOf('explain', 'a/b', { source: '/desk', agent: '' })).toBe('#/explain/a%2Fb?source=%2Fdesk');
    expect(query({ a: '', b: null, c: 'x y', d: 5 })).toBe('?c=x+y&d=5');
  });
});
