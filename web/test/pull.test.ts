// When a finger that moves down has pulled far enough.
import { describe, expect, it } from 'vitest';
import { Pull } from '../notifications/pull';

describe('pulling down', () => {
  it('counts from a good way down on, and less than it moved', () => {
    const pull = new Pull(100, 100);
    pull.move(102, 160);
    expect([pull.offset, pull.isEnough]).toEqual([30, false]);
    pull.move(104, 260);
    expect([pull.offset, pull.isEnough]).toEqual([80, true]);
    pull.move(104, 900);
    expect(pull.offset).toBe(110);
  });

  it('is given up by moving back, and is nothing where the finger goes sideways or up', () => {
    const back = new Pull(100, 100);
    back.move(100, 300);
    back.move(100, 140);
    expect(back.isEnough).toBe(false);
    const sideways = new Pull(100, 100);
    sideways.move(140, 120);
    sideways.move(140, 400);
    expect(sideways.offset).toBe(0);
    const up = new Pull(100, 300);
    up.move(100, 200);
    expect(up.offset).toBe(0);
  });
});
