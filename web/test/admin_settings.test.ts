// Settings edited by two people: what each changed, carried over what the other saved.
import { describe, expect, it } from 'vitest';
import { nameOfPath } from '../admin/settings/fields';
import {
  changesBetween,
  changeWords,
  patchOf,
  rebase,
  withValue,
  type Settings,
} from '../admin/settings/model';

const BASE: Settings = {
  retention_days: 90,
  rules_off: ['a', 'b'],
  alerts: { overdue: { active: true, admin: true } },
  categories: {},
  departments: {},
  defaults: { quiet_hours: null },
};

describe('a change of settings', () => {
  it('is found by its path and sent alone, null for what goes back to the factory', () => {
    let draft = withValue(BASE, ['alerts', 'overdue', 'admin'], false);
    draft = withValue(draft, ['categories', 'mention'], 'required');
    draft = withValue(draft, ['departments', 'support', 'alerts_off'], ['alerts.overdue']);
    draft = withValue(draft, ['retention_days'], undefined);
    const changes = changesBetween(BASE, draft);
    expect(patchOf(changes)).toEqual({
      retention_days: null,
      alerts: { overdue: { admin: false } },
      categories: { mention: 'required' },
      departments: { support: { alerts_off: ['alerts.overdue'] } },
    });
    expect(BASE.categories).toEqual({});
    expect(changesBetween(BASE, structuredClone(BASE))).toEqual([]);
  });

  it('replaces quiet hours as a whole', () => {
    const quiet = { days: { mon: [{ from: '22:00', to: '07:00' }] }, email: false, hold_critical: false };
    const [change] = changesBetween(BASE, withValue(BASE, ['defaults', 'quiet_hours'], quiet));
    expect(change).toEqual({ path: ['defaults', 'quiet_hours'], before: null, after: quiet });
  });

  it('is said in words', () => {
    const words = (path: string[], before: unknown, after: unknown) =>
      changeWords({ path, before: before as never, after: after as never });
    expect(words(['x'], true, false)).toBe('on → off');
    expect(words(['x'], undefined, 'required')).toBe('as shipped → required');
    expect(words(['x'], ['a', 'b'], ['b', 'c'])).toBe('switched off: c; switched on: a');
    expect(nameOfPath(['alerts', 'overdue', 'admin'])).toBe('Overdue: Administrative address');
    expect(nameOfPath(['departments', 'support', 'rules_off'], { support: 'Support' })).toBe(
      'Support: rules off',
    );
    expect(nameOfPath(['categories', 'mention'])).toBe('Bell, Mention');
  });
});

describe('two people at once', () => {
  const mine = withValue(BASE, ['retention_days'], 30);

  it('do not disturb each other where they change different things', () => {
    const theirs = withValue(BASE, ['alerts', 'overdue', 'active'], false);
    const { draft, conflicts } = rebase(BASE, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(patchOf(changesBetween(theirs, draft))).toEqual({ retention_days: 30 });
    expect(draft.alerts).toEqual({ overdue: { active: false, admin: true } });
  });

  it('are asked where both changed the same thing to different values', () => {
    const theirs = withValue(BASE, ['retention_days'], 60);
    const { draft, conflicts } = rebase(BASE, mine, theirs);
    expect(conflicts).toEqual([{ path: ['retention_days'], mine: 30, theirs: 60 }]);
    expect(draft.retention_days).toBe(30);
    expect(rebase(BASE, mine, mine).conflicts).toEqual([]);
  });

  it('switch rules off beside each other, name by name', () => {
    const [one, other] = [
      withValue(BASE, ['rules_off'], ['b', 'c']),
      withValue(BASE, ['rules_off'], ['a', 'b', 'd']),
    ];
    const { draft, conflicts } = rebase(BASE, one, other);
    expect([draft.rules_off, conflicts]).toEqual([['b', 'd', 'c'], []]);
  });
});
