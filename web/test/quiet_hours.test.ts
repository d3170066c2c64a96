// Quiet hours and "do not disturb" as a person edits them.
import { describe, expect, it } from 'vitest';
import {
  emptyWeek,
  everyNight,
  isEmpty,
  likeDay,
  spanNote,
  weekOf,
  weekText,
  withoutSpan,
  withSpan,
  withTime,
} from '../elements/quiet_hours';
import { clockText, fromLocalInput, inOneHour, toLocalInput, tomorrowAt, untilText } from '../elements/until';
import { covers } from './covers';

const NOW = Date.parse('2026-11-20T09:05:40.000Z');

describe('a week of quiet hours', () => {
  it('has every day, and the day’s end as a time field knows it', () => {
    const week = weekOf({
      days: { sat: [{ from: '00:00', to: '24:00' }] },
      hold_critical: false,
      email: false,
    });
    expect(week).toEqual({ ...emptyWeek(), sat: [{ from: '00:00', to: '00:00' }] });
    expect([isEmpty(week), isEmpty(weekOf(null))]).toEqual([false, true]);
  });

  it('is edited day by day, and the week before stays as it was', () => {
    covers('R-078', 'R-079');
    const before = everyNight();
    const twice = withSpan(before, 'mon');
    expect(twice.mon).toHaveLength(2);
    const moved = withTime(twice, 'mon', 1, { from: '13:00' });
    expect(moved.mon).toEqual([
      { from: '22:00', to: '07:00' },
      { from: '13:00', to: '13:00' },
    ]);
    expect(withoutSpan(moved, 'mon', 0).mon).toEqual([{ from: '13:00', to: '13:00' }]);
    expect(likeDay(withoutSpan(before, 'wed', 0), 'wed')).toEqual(emptyWeek());
    expect(before).toEqual(everyNight());
  });

  it('says where a span ends', () => {
    covers('R-079');
    expect(spanNote({ from: '22:00', to: '07:00' })).toBe('next day');
    expect(spanNote({ from: '12:00', to: '13:00' })).toBe('');
    expect(spanNote({ from: '00:00', to: '00:00' })).toBe('all day');
    expect(spanNote({ from: '18:00', to: '00:00' })).toBe('');
    expect(spanNote({ from: '18:00', to: '' })).toBe('');
  });

  it('reads as people say it', () => {
    const night = `${clockText('22:00')}–${clockText('07:00')}`;
    expect(weekText(everyNight())).toBe(`Every day ${night}`);
    const allDay = [{ from: '00:00', to: '00:00' }];
    expect(weekText({ ...everyNight(), sat: allDay, sun: allDay })).toBe(
      `Mon–Fri ${night}; Sat, Sun all day`,
    );
    expect(weekText({ ...emptyWeek(), mon: allDay, wed: allDay })).toBe('Mon, Wed all day');
    expect(weekText(emptyWeek())).toBe('');
  });
});

describe('until', () => {
  it('is an hour from now, in full minutes, or tomorrow morning', () => {
    expect(inOneHour(NOW)).toBe('2026-11-20T10:05:00.000Z');
    const tomorrow = new Date(tomorrowAt(8, NOW));
    expect([tomorrow.getHours(), tomorrow.getMinutes()]).toEqual([8, 0]);
    expect(tomorrow.getTime()).toBeGreaterThan(NOW);
    expect(tomorrow.getTime() - NOW).toBeLessThan(48 * 3_600_000);
  });

  it('goes through a field of the browser unchanged', () => {
    const at = inOneHour(NOW);
    expect(fromLocalInput(toLocalInput(at))).toBe(at);
    expect([toLocalInput(null), toLocalInput('nonsense'), fromLocalInput('')]).toEqual(['', '', null]);
  });

  it('tells a time as the browser’s fields do', () => {
    expect(clockText('22:05')).toMatch(/(22|10):05/);
    expect([clockText(''), clockText('soon')]).toEqual(['', 'soon']);
  });

  it('names the day as people do', () => {
    const noon = new Date(2026, 10, 20, 12).getTime();
    expect(untilText(new Date(2026, 10, 20, 18).toISOString(), noon)).toMatch(/^today /);
    expect(untilText(tomorrowAt(8, noon), noon)).toMatch(/^tomorrow /);
    expect(untilText(new Date(2026, 10, 24, 18).toISOString(), noon)).toMatch(/24/);
  });
});
