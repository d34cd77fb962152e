import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DRIFT } from '../../../../src/sim/population/drift/index.ts';
import type { RankMap } from '../../../../src/sim/population/drift/law.ts';

const create = (name: string, users: number, params: Record<string, unknown> = {}, key = 17) =>
  DRIFT[name].create(DRIFT[name].params.parse(params), users, key);

const users = (map: RankMap, n: number) => Array.from({ length: n }, (_, rank) => map.user(rank));
const changed = (a: number[], b: number[]) => a.filter((user, rank) => user !== b[rank]).length;

describe.each(Object.keys(DRIFT))('%s', (name) => {
  it('is a bijection at any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(50), fc.integer(), (n, periods, key) => {
        const map = create(name, n, name === 'none' ? {} : { period: 10, share: 0.23 }, key);
        map.moveTo(periods * 10e9);
        expect(new Set(users(map, n)).size).toBe(n);
      }),
      { seed: 6 },
    );
  });

  it('depends on the time, not on the way there', () => {
    const direct = create(name, 100);
    const stepwise = create(name, 100);
    for (let ns = 0; ns <= 20 * 3600e9; ns += 3600e9) stepwise.moveTo(ns);
    direct.moveTo(20 * 3600e9);
    expect(users(direct, 100)).toEqual(users(stepwise, 100));
    expect(direct.nextChangeNs).toBe(stepwise.nextChangeNs);
    expect(direct.nextChangeNs).toBeGreaterThan(20 * 3600e9);
  });
});

describe('shift', () => {
  it('moves every user down by the share each period, the last ones to the top', () => {
    const map = create('shift', 200, { period: 60, share: 0.05 });
    const before = users(map, 200);
    map.moveTo(60e9);
    const after = users(map, 200);
    expect(after.slice(10)).toEqual(before.slice(0, 190));
    expect(after.slice(0, 10)).toEqual(before.slice(190));
  });
  it('says when it changes next', () => {
    const map = create('shift', 200, { period: 60, share: 0.05 });
    expect(map.nextChangeNs).toBe(60e9);
    map.moveTo(185e9);
    expect(map.nextChangeNs).toBe(240e9);
  });
});

describe('reshuffle', () => {
  it('deals a share of the ranks anew each period, others in the next, and all after one over the share', () => {
    const map = create('reshuffle', 1000, { period: 60, share: 0.1 });
    const start = users(map, 1000);
    let before = start;
    const touched = new Set<number>();
    for (let period = 1; period <= 10; period++) {
      map.moveTo(period * 60e9);
      const after = users(map, 1000);
      // Of 100 ranks dealt anew one keeps its user on average.
      expect(changed(before, after)).toBeGreaterThan(90);
      expect(changed(before, after)).toBeLessThanOrEqual(100);
      after.forEach((user, rank) => {
        if (user !== before[rank]) touched.add(rank);
      });
      before = after;
    }
    expect(touched.size).toBeGreaterThan(970);
    map.moveTo(11 * 60e9);
    expect(changed(before, users(map, 1000))).toBeGreaterThan(90);
  });
  it('deals everyone anew at a share of 1', () => {
    const map = create('reshuffle', 1000, { period: 60, share: 1 });
    const start = users(map, 1000);
    map.moveTo(60e9);
    expect(changed(start, users(map, 1000))).toBeGreaterThan(980);
  });
});
