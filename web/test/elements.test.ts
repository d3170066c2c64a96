// @vitest-environment happy-dom
// What rows and words show, and that text from outside stays text.
import { html } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import '../elements/bell.define';
import type { BellhopItem } from '../elements/item';
import type { BellhopStatus } from '../elements/status';
import { relativeTime } from '../elements/relative_time';
import { safeUrl } from '../elements/safe_url';
import { statusText } from '../elements/status_text';
import type { ClientStatus } from '../client/client';
import type { Notification } from '../client/protocol';
import { covers } from './covers';
import { mount, part, textOf, unmountAll } from './dom';
import { notification } from './samples';

const NOW = Date.parse('2026-11-20T09:05:00.000Z');
afterEach(unmountAll);

const item = (change: Partial<Notification> = {}) =>
  mount<BellhopItem>(html`<bellhop-item .notification=${notification(change)} .now=${NOW}></bellhop-item>`);

describe('an entry', () => {
  it('shows type, message, who, when, why, and leads to its ticket', async () => {
    covers('R-041', 'R-042', 'R-043', 'R-044', 'R-046', 'R-085', 'R-086', 'R-088', 'R-090', 'R-092');
    const row = await item({ type: 'mention', reason: 'mentioned', title: 'Jane Smith mentioned you' });
    const icon = await part(row, '[data-type="mention"]');
    expect(icon.querySelector('svg')).not.toBeNull();
    expect(textOf(await part(row, '.title'))).toBe('Jane Smith mentioned you');
    expect(textOf(await part(row, '.body'))).toBe('Login Issue');
    const meta = textOf(await part(row, '.meta'));
    expect(meta).toMatch(/Jane Smith.*5 minutes ago.*#1.*You were mentioned/);
    expect((await part<HTMLAnchorElement>(row, 'a.open')).getAttribute('href')).toBe('/tickets/1');
  });

  it('has an icon of its own for each type', async () => {
    covers('R-041');
    const paths = new Set<string>();
    for (const type of ['assignment', 'mention', 'reaction', 'escalation', 'alert', 'note', 'transfer']) {
      paths.add((await part(await item({ type }), '[data-type] svg')).innerHTML);
    }
    // `escalation` and `alert` and the rest: none shares a drawing.
    expect(paths.size).toBe(7);
  });

  it('carries a mark and the check icon only while unread', async () => {
    covers('R-038', 'R-045', 'R-091');
    const unread = await item();
    expect(unread.hasAttribute('unread')).toBe(true);
    await part(unread, '.mark');
    await part(unread, 'button.read');
    const read = await item({ read_at: '2026-11-20T09:01:00Z' });
    expect(read.shadowRoot?.querySelector('.mark, button.read')).toBeNull();
    await part(read, 'button.dismiss');
  });

  it('shows a green eye when it came by watching', async () => {
    covers('R-030');
    const eye = await part(await item({ type: 'reaction', reason: 'watching' }), '.eye');
    expect(eye.querySelector('svg')).not.toBeNull();
    expect((await item()).shadowRoot?.querySelector('.eye')).toBeNull();
  });

  it('names the system where no person acted', async () => {
    covers('R-086');
    const row = await item({ actor: { kind: 'system', id: null, name: null } });
    expect(textOf(await part(row, '.actor'))).toBe('System');
  });

  it('shows hostile text as text and hostile links not at all', async () => {
    const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const row = await item({
      title: hostile,
      body: hostile,
      url: 'javascript:window.hacked=1',
      actor: { kind: 'customer', id: 'c', name: hostile },
    });
    expect(textOf(await part(row, '.title'))).toBe(hostile);
    expect(row.shadowRoot?.querySelector('img, script, a')).toBeNull();
    expect(Object.hasOwn(window, 'hacked')).toBe(false);
  });

  it('says what the person did', async () => {
    const row = await item();
    const said: string[] = [];
    for (const name of ['item-open', 'item-read', 'item-dismiss'])
      row.addEventListener(name, () => said.push(name));
    row.addEventListener('item-open', (event) => event.preventDefault());
    for (const selector of ['.open', '.read', '.dismiss']) (await part(row, selector)).click();
    expect(said).toEqual(['item-open', 'item-read', 'item-dismiss']);
  });
});

describe('words', () => {
  it('tells time as people do', () => {
    covers('R-044');
    const ago = (seconds: number) => relativeTime(NOW - seconds * 1000, NOW);
    expect([ago(-90), ago(3), ago(60), ago(300)]).toEqual([
      'just now',
      'just now',
      '1 minute ago',
      '5 minutes ago',
    ]);
    expect([ago(7_200), ago(90_000), ago(86_400 * 20)]).toEqual(['2 hours ago', 'yesterday', '3 weeks ago']);
    expect(relativeTime('nonsense', NOW)).toBe('');
  });

  it('lets only http(s) and relative links through', () => {
    const base = 'https://desk.example.com/a/b';
    const links = ['https://x.example/1', 'http://x.example', '/t/1', 't?id=2', '#c', '//x.example/y'];
    for (const url of links) expect(safeUrl(url, base)).toBe(url);
    const no = [
      'javascript:alert(1)',
      ' java\tscript:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'blob:x',
      '',
      null,
    ];
    for (const url of no) expect(safeUrl(url, base)).toBeNull();
  });

  const status = (change: Partial<ClientStatus>): ClientStatus => ({
    phase: 'live',
    way: 'websocket',
    websocketBlocked: false,
    lastError: null,
    lastSyncAt: NOW,
    ...change,
  });

  it('names the state of the connection, with a hint where a firewall is in between', () => {
    covers('R-125', 'R-126', 'R-171', 'R-172');
    const text = (change: Partial<ClientStatus>) => statusText(status(change), 30_000);
    expect(text({})).toMatchObject({ label: 'Live', hint: null });
    expect(text({ way: 'sse' }).label).toBe('Live (SSE)');
    expect(text({ way: 'sse' }).hint).toMatch(/firewall/);
    expect(text({ way: 'polling' }).label).toBe('Polling every 30 s');
    expect(text({ way: 'polling' }).hint).toMatch(/firewall.*up to 30 s/);
    expect(text({ phase: 'offline' }).label).toBe('Offline, retrying');
    expect(text({ phase: 'signed_out' }).label).toBe('Signed out');
  });

  it('shows when it last heard from the hub, and offers to try again', async () => {
    covers('R-171', 'R-173');
    const line = await mount<BellhopStatus>(
      html`<bellhop-status
        .status=${status({ phase: 'ended', lastError: 'closed' })}
        .now=${NOW + 120_000}
      ></bellhop-status>`,
    );
    expect(textOf(await part(line, '.sync'))).toBe('Updated 2 minutes ago');
    expect((await part(line, '.label')).title).toBe('closed');
    const asked = new Promise((resolve) => line.addEventListener('status-retry', resolve));
    (await part(line, 'button')).click();
    await asked;
  });
});
