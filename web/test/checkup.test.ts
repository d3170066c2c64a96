// @vitest-environment happy-dom
// What the check-up of this browser finds, and how it says so.
import { describe, expect, it } from 'vitest';
import type { Preferences } from '../client/preferences';
import { checkup, type CheckupFacts } from '../elements/checkup';
import { deviceText } from '../elements/devices';
import { covers } from './covers';
import { preferences } from './samples';

const NOW = Date.parse('2026-11-20T21:30:00.000Z');

describe('the check-up', () => {
  const facts = (change: Partial<CheckupFacts> = {}): CheckupFacts => ({
    host: 'desk.example.com',
    desktop: 'allowed',
    answer: 'on',
    isPushOn: false,
    status: { phase: 'live', way: 'websocket', websocketBlocked: false, lastError: null, lastSyncAt: NOW },
    preferences: preferences(),
    timeZone: 'UTC',
    sound: {
      isOn: true,
      volume: 1,
      tones: { low: 'none', normal: 'ping', high: 'chime', critical: 'alarm' },
      loops: false,
    },
    isSoundUnlocked: true,
    soundFailure: null,
    email: { address: 'ana@example.com', suppressed: false, reason: null },
    devices: [],
    device: 'here',
    now: NOW,
    ...change,
  });
  const device = {
    id: 'd',
    host: 'push.example',
    device: 'here',
    label: null,
    user_agent: null,
    created_at: '',
    last_success_at: null,
    last_error_at: null,
    last_error: 'gone',
    failures: 2,
  };
  const of = (id: string, change: Partial<CheckupFacts>) =>
    checkup(facts(change)).find((one) => one.id === id)!;

  it('finds nothing where nothing is wrong', () => {
    expect(checkup(facts()).map(({ tone }) => tone)).toEqual([
      'good',
      'good',
      'good',
      'note',
      'good',
      'good',
    ]);
  });

  it('names the permission, the site that needs it, and how to give and take it', () => {
    covers('R-168', 'R-169', 'R-170', 'R-020', 'R-021');
    expect(of('permission', { desktop: 'blocked' })).toMatchObject({ tone: 'bad' });
    expect(of('permission', { desktop: 'blocked' }).text).toMatch(/desk\.example\.com.*Allow or Block/);
    expect(of('permission', { desktop: 'undecided' }).text).toMatch(/has not been asked/);
    expect(of('permission', { desktop: 'insecure' }).text).toMatch(/https pages only/);
    expect(of('permission', { desktop: 'ios' }).text).toMatch(/iPhones.*Turn push on/);
    expect(of('permission', { isPushOn: true }).text).toMatch(/Push is on/);
  });

  it('names what else is at fault', () => {
    covers('R-167', 'R-174');
    const off = { id: 'transfer', label: 'Transfer', choice: 'off' } as Preferences['categories'][number];
    expect(of('preferences', { preferences: preferences({ categories: [off] }) }).text).toBe(
      'You do not hear of: Transfer.',
    );
    const later = new Date(NOW + 60_000).toISOString();
    expect(of('preferences', { preferences: preferences({ do_not_disturb_until: later }) }).text).toMatch(
      /quiet now/,
    );
    const polling = { ...facts().status!, way: 'polling' as const };
    expect(of('connection', { status: polling }).text).toMatch(/firewall/);
    expect(of('connection', { status: { ...polling, phase: 'signed_out' } }).tone).toBe('bad');
    expect(of('push', { devices: [device] })).toMatchObject({
      tone: 'bad',
      text: 'The last push to this browser failed: gone.',
    });
    expect(of('push', { isPushOn: true }).tone).toBe('bad');
    expect(of('email', { email: null }).tone).toBe('bad');
    expect(of('email', { email: { address: 'a@b', suppressed: true, reason: 'hard_bounce' } }).text).toMatch(
      /came back/,
    );
    expect(of('sound', { isSoundUnlocked: false }).text).toMatch(/clicked in it once/);
    expect(of('sound', { soundFailure: 'no device' }).tone).toBe('bad');
  });

  it('knows devices by what they said they are', () => {
    const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140';
    expect(deviceText({ ...device, user_agent: edge })).toBe('Edge on Windows');
    expect(deviceText({ ...device, label: 'Desk' })).toBe('Desk');
    expect(deviceText(device)).toBe('push.example');
  });
});
