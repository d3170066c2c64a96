// @vitest-environment happy-dom
// The list by tickets, what of a long one is drawn, what fits a view, and the way back from each deed.
import { html } from 'lit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import '../elements/bell.define';
import type { BellhopClient } from '../client/client';
import { fits } from '../client/views';
import { hasUnread, meantBy, rowsOf } from '../elements/grouping';
import type { BellhopList } from '../elements/inbox_list';
import { keyOf } from '../elements/keys';
import { ListWindow } from '../elements/list_window';
import { snoozeTimes } from '../elements/snooze_times';
import type { BellhopWatch } from '../elements/watch';
import { covers } from './covers';
import { mount, part, textOf, unmountAll } from './dom';
import { eventually } from './eventually';
import { FakeHub } from './fake_hub';
import { clientOf, notification } from './samples';

describe('the list by tickets', () => {
  const about = (ticket: string, seq: number, read_at: string | null = null) =>
    notification({ id: `n${seq}`, seq, ticket: { id: ticket }, read_at });
  const entries = [about('A', 5, 'x'), about('B', 4), about('A', 3), about('C', 2), about('A', 1)];

  it('has one row for each, at the place of the newest, that stands for all', () => {
    const rows = rowsOf(entries, new Set());
    expect(rows.map(({ key, members }) => [key, members.length])).toEqual([
      ['ticket:A', 3],
      ['n4', 1],
      ['n2', 1],
    ]);
    expect(meantBy(rows[0]!)).toEqual(['n5', 'n3', 'n1']);
    expect(hasUnread(rows[0]!)).toBe(true);
  });

  it('shows the others below when it is opened, each for itself', () => {
    const rows = rowsOf(entries, new Set(['ticket:A']));
    expect(rows.map(({ key, isMember }) => [key, isMember])).toEqual([
      ['ticket:A', false],
      ['n3', true],
      ['n1', true],
      ['n4', false],
      ['n2', false],
    ]);
    expect(meantBy(rows[0]!)).toEqual(['n5']);
    expect(hasUnread(rows[0]!)).toBe(false);
  });
});

describe('a long list', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `k${index}`);

  it('is drawn where somebody looks, and nowhere else', () => {
    const window = new ListWindow();
    for (const key of keys.slice(0, 20)) window.learn(key, 100);
    const top = window.slice(keys, 0, 600);
    expect([top.start, top.end <= 20, top.before]).toEqual([0, true, 0]);
    expect(top.after).toBe((10_000 - top.end) * 100);
    const middle = window.slice(keys, 500_000, 600);
    expect([middle.start <= 5_000, middle.end > 5_005, middle.end - middle.start <= 24]).toEqual([
      true,
      true,
      true,
    ]);
    expect(middle.before).toBe(middle.start * 100);
    const end = window.slice(keys, 10_000_000, 600);
    expect([end.end, end.after]).toEqual([10_000, 0]);
  });

  it('is drawn further to where somebody scrolls than to where they come from', () => {
    const window = new ListWindow();
    for (const key of keys) window.learn(key, 100);
    const beyond = (scrolled: number) => {
      const { start, end, before } = window.slice(keys, scrolled, 600);
      expect(before).toBe(start * 100);
      return [scrolled / 100 - start, end - (scrolled + 600) / 100];
    };
    const down = [3, 8];
    expect([beyond(1_000), beyond(2_000), beyond(2_000)]).toEqual([down, down, down]);
    expect([beyond(1_900), beyond(1_900)]).toEqual([
      [8, 3],
      [8, 3],
    ]);
  });

  it('learns that rows differ', () => {
    const window = new ListWindow();
    window.learn('k0', 60);
    window.learn('k0', 60);
    window.learn('k1', 140);
    window.learn('k2', 0);
    expect(window.offsetOf(keys, 3)).toBe(60 + 140 + 100);
    expect(window.slice(keys.slice(0, 50), 0, 100)).toEqual({ start: 0, end: 50, before: 0, after: 0 });
  });
});

describe('what somebody looks for', () => {
  it('is found as the hub finds it', () => {
    const entry = notification({
      type: 'mention',
      title: 'Jane mentioned you',
      body: 'About VPN',
      ticket: { id: 'T', number: '4711', subject: 'Router' },
    });
    const has = (search: string) => fits(entry, { filter: 'all', search });
    expect([has('jane'), has('vpn'), has('471'), has('ROUTER'), has('printer')]).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(fits(entry, { filter: 'mentions', search: '' })).toBe(true);
    expect(fits(entry, { filter: 'assigned', search: '' })).toBe(false);
    expect(fits({ ...entry, read_at: 'x' }, { filter: 'unread', search: '' })).toBe(false);
  });

  it('can be put off for a while, until tomorrow, until the customer replies', () => {
    const morning = new Date(2026, 10, 20, 9, 0).getTime();
    expect(snoozeTimes(morning).map(({ id, label, until }) => [id, label, until])).toEqual([
      ['later', 'Later today', new Date(2026, 10, 20, 12, 0).toISOString()],
      ['tomorrow', 'Tomorrow', new Date(2026, 10, 21, 8, 0).toISOString()],
      ['reply', 'Until the customer replies', 'reply'],
    ]);
    expect(snoozeTimes(new Date(2026, 10, 20, 23, 0).getTime())[0]!.label).toBe('In 3 hours');
  });

  it('takes no key from whoever writes, nor with a modifier', () => {
    const key = (name: string, more: KeyboardEventInit = {}) =>
      new KeyboardEvent('keydown', { key: name, ...more });
    expect([keyOf(key('j'), false), keyOf(key('E'), false), keyOf(key('?'), false)]).toEqual([
      'next',
      'dismiss',
      'help',
    ]);
    expect([
      keyOf(key('j'), true),
      keyOf(key('e', { ctrlKey: true }), false),
      keyOf(key('x'), false),
    ]).toEqual([null, null, null]);
    expect(keyOf(key('ArrowDown'), true)).toBe('next');
  });
});

/** The scripted hub is another origin, and knows no CORS. */
(
  window as unknown as { happyDOM: { settings: { fetch: { disableSameOriginPolicy: boolean } } } }
).happyDOM.settings.fetch.disableSameOriginPolicy = true;

describe('the open bell', () => {
  let hub: FakeHub;
  let client: BellhopClient;
  let list: BellhopList;
  const draw = () => {
    list.now = Date.now();
    return list.updateComplete;
  };
  const press = async (selector: string) => {
    (await part(list, selector)).click();
    await draw();
  };
  const items = () => [...list.shadowRoot!.querySelectorAll('bellhop-item')];
  const notice = async () => textOf(await part(list, '.notice span'));

  beforeEach(async () => {
    hub = await FakeHub.start();
    for (let i = 0; i < 3; i += 1) hub.ring();
    client = clientOf(hub);
    client.start();
    await eventually(() => expect(client.status.phase).toBe('live'));
    list = await mount<BellhopList>(html`<bellhop-list .client=${client} .now=${Date.now()}></bellhop-list>`);
    client.addEventListener('change', () => void draw());
  });
  afterEach(async () => {
    unmountAll();
    client.stop();
    await hub.stop();
  });

  it('takes each deed back', async () => {
    covers('D-13', 'R-038', 'R-039', 'R-040');
    const act = async (selector: string) => (await part(items()[0]!, selector)).click();
    await act('.dismiss');
    await eventually(() => expect(items()).toHaveLength(2));
    expect(await notice()).toBe('Dismissed');
    await press('.undo');
    await eventually(() => expect(items()).toHaveLength(3));
    await act('.act.read');
    await eventually(() => expect(client.counts.unread).toBe(2));
    await press('.undo');
    await eventually(() => expect(hub.requests.at(-1)).toContain('/unread'));
    await press('.read-all');
    await eventually(async () => expect(await notice()).toBe('All marked as read'));
    await press('.undo');
    await eventually(() => expect(client.notifications.every(({ read_at }) => read_at === null)).toBe(true));
  });

  it('puts an entry off, and back', async () => {
    const [first] = items();
    (await part(first!, '.act.snooze')).click();
    (await part(first!, '.time[data-time="reply"]')).click();
    await eventually(() => expect(items()).toHaveLength(2));
    await eventually(() => expect(hub.requests.some((one) => one.includes('/snooze'))).toBe(true));
    await press('.undo');
    await eventually(() => expect(items()).toHaveLength(3));
  });

  it('asks the hub for what it does not hold, and shows what fits', async () => {
    await press('.chip[data-filter="mentions"]');
    await eventually(() => expect(hub.requests.some((one) => one.includes('type=mention'))).toBe(true));
    await eventually(() =>
      expect(textOf(list.shadowRoot!.querySelector('.state strong')!)).toBe('Nothing here'),
    );
    await press('.state .link');
    await eventually(() => expect(items()).toHaveLength(3));
    await press('.find');
    const field = await part<HTMLInputElement>(list, '.search input');
    field.value = '#2';
    field.dispatchEvent(new Event('input'));
    await eventually(() => expect(items()).toHaveLength(1));
  });
});

describe('the Watch button', () => {
  afterEach(unmountAll);

  it('is gray with "Watch", and after a click green with an eye and "Watching"', async () => {
    covers('R-051', 'R-052', 'R-055');
    const asked: string[] = [];
    const watched = new Set<string>();
    const { fetch } = globalThis;
    globalThis.fetch = ((path: string, { method = 'GET' }: RequestInit = {}) => {
      asked.push(`${method} ${new URL(path, 'http://hub').pathname}`);
      const ticket = path.split('/').at(-1)!;
      if (method === 'PUT') watched.add(ticket);
      if (method === 'DELETE') watched.delete(ticket);
      const items = [...watched].map((id) => ({ ticket: { id } }));
      return Promise.resolve(
        Response.json(method === 'GET' ? { items } : { ticket, watching: method === 'PUT' }),
      );
    }) as typeof globalThis.fetch;
    try {
      const button = await mount<BellhopWatch>(html`<bellhop-watch ticket="HD-1" token="t"></bellhop-watch>`);
      const text = async () => textOf(await part(button, 'button.watch'));
      await eventually(async () =>
        expect((await part<HTMLButtonElement>(button, 'button.watch')).disabled).toBe(false),
      );
      expect(await text()).toBe('Watch');
      (await part(button, 'button.watch')).click();
      await eventually(async () => expect(await text()).toBe('Watching'));
      const on = await part(button, 'button.watch.on[aria-pressed="true"]');
      expect(on.querySelector('svg')).not.toBeNull();
      (await part(button, 'button.watch')).click();
      await eventually(async () => expect(await text()).toBe('Watch'));
      expect(asked).toEqual([
        'GET /api/v1/me/watches',
        'PUT /api/v1/me/watches/HD-1',
        'DELETE /api/v1/me/watches/HD-1',
      ]);
    } finally {
      globalThis.fetch = fetch;
    }
  });
});
