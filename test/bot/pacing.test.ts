import { beforeEach, describe, expect, it } from 'vitest';
import { createPacer, type Pacer } from '../../bot/pacing.ts';
import { handClocks, type HandClocks } from '../support/sending.ts';

let clocks: HandClocks;
let pacer: Pacer;
beforeEach(() => {
  clocks = handClocks();
  pacer = createPacer(clocks);
});

/** Calls answered at once, as fast as the pace allows, for so long. */
function callsIn(ms: number): number {
  let calls = 0;
  for (let at = 0; at < ms; at += 10) {
    while (calls < 10_000 && pacer.take()) {
      calls += 1;
      pacer.answered();
      if (pacer.waitMs() === 0) break;
    }
    clocks.advance(10);
  }
  return calls;
}

describe('the pace of the account', () => {
  it('is free as long as nobody complains', () => {
    for (let n = 0; n < 100; n += 1) expect(pacer.take()).toBe(true);
  });

  it('a refusal stops everything for what was asked; several of one burst count once', () => {
    expect(pacer.refused(3_000)).toBe(3_000);
    clocks.advance(500);
    expect(pacer.refused(3_000)).toBe(3_000);
    expect(pacer.refused(1_000)).toBe(3_000);
    expect(pacer.refused(undefined)).toBe(3_000);
    pacer.answered(); // it left before
    clocks.advance(2_999);
    expect(pacer.take()).toBe(false);
    clocks.advance(1);
    expect(pacer.take()).toBe(true);
  });

  it('a clock that is set back by days does not silence the account', () => {
    clocks.advance(62 * 3_600_000);
    pacer.refused(3_000);
    clocks.advance(-62 * 3_600_000);
    expect(pacer.waitMs()).toBe(3_000);
    clocks.advance(3_000);
    expect(pacer.take()).toBe(true);
  });

  it('without a delay it doubles, up to a minute, until an answer comes', () => {
    const waits = Array.from({ length: 8 }, () => {
      const wait = pacer.refused(undefined);
      clocks.advance(wait);
      return wait / 1_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(pacer.take()).toBe(true);
    pacer.answered();
    expect(pacer.refused(undefined)).toBe(1_000);
  });

  it('after a pause one call goes alone; where it hangs another one is tried', () => {
    clocks.advance(pacer.refused(100));
    expect(pacer.take()).toBe(true);
    expect(pacer.take()).toBe(false);
    clocks.advance(5_000);
    expect(pacer.take()).toBe(true);
    pacer.answered();
    clocks.advance(pacer.waitMs());
    expect(pacer.take()).toBe(true);
  });

  it('recovers: slow after the refusals, free again after enough answers', () => {
    for (let n = 0; n < 4; n += 1) clocks.advance(pacer.refused(100));
    expect(callsIn(1_000)).toBeLessThanOrEqual(3);
    callsIn(9_000);
    for (let n = 0; n < 100; n += 1) expect(pacer.take()).toBe(true);
  });

  it('a fixed pace holds before, during and after', () => {
    pacer = createPacer(clocks, 2);
    expect(callsIn(10_000)).toBe(20);
    clocks.advance(pacer.refused(0));
    callsIn(60_000);
    expect(callsIn(10_000)).toBe(20);
  });
});
