import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADMISSION } from '../../../src/sim/admission/index.ts';

const create = (name: string, params: Record<string, unknown> = {}, cohorts = 2, inFlight = () => 0) =>
  ADMISSION[name].create(ADMISSION[name].params.parse(params), { cohorts, inFlight });

describe('unlimited and bounded', () => {
  it('unlimited admits', () => {
    expect(create('unlimited').admit(0, 0, 1, 0)).toBe(true);
  });

  it('bounded-in-flight admits up to its limit', () => {
    let inFlight = 0;
    const policy = create('bounded-in-flight', { limit: 3 }, 1, () => inFlight);
    const answers = [0, 1, 2, 3, 4].map((n) => {
      inFlight = n;
      return policy.admit(0, 0, 1, 0);
    });
    expect(answers).toEqual([true, true, true, false, false]);
  });
});

describe('token bucket', () => {
  it('lets a burst through, then the rate', () => {
    const policy = create('token-bucket', { rate: '10/s', burst: 3 });
    const at = (seconds: number) => policy.admit(0, 0, 1, Math.round(seconds * 1e9));
    expect([at(0), at(0), at(0), at(0)]).toEqual([true, true, true, false]);
    expect([at(0.05), at(0.1), at(0.15), at(0.2)]).toEqual([false, true, false, true]);
    expect([at(10), at(10), at(10), at(10)]).toEqual([true, true, true, false]);
  });

  it('cohorts have buckets, and rates, of their own', () => {
    const policy = create('token-bucket', { rate: 1, burst: 1, cohort_rates: ['10/s'] });
    expect(policy.admit(0, 0, 1, 0)).toBe(true);
    expect(policy.admit(0, 1, 1, 0)).toBe(true);
    expect(policy.admit(0, 0, 1, 1e8)).toBe(true);
    expect(policy.admit(0, 1, 1, 1e8)).toBe(false);
  });

  it('is a bucket: what a plain one with a token count admits', () => {
    // Gaps and periods in whole ns that a float holds exactly, so that both sides decide on equal numbers.
    const gaps = fc.array(fc.nat(40), { maxLength: 300, size: 'max' });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 6 }), (list, burst) => {
        const periodNs = 16;
        const policy = create('token-bucket', { rate: 1e9 / periodNs, burst }, 1);
        let nowNs = 0;
        let tokens = burst;
        for (const gap of list) {
          nowNs += gap;
          tokens = Math.min(burst, tokens + gap / periodNs);
          const expected = tokens >= 1;
          if (expected) tokens--;
          expect(policy.admit(0, 0, 1, nowNs)).toBe(expected);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('conforms in every interval: at most burst + rate·t', () => {
    const policy = create('token-bucket', { rate: 50, burst: 7 }, 1);
    const admitted: number[] = [];
    for (let nowNs = 0; nowNs < 4e9; nowNs += 1_700_001) if (policy.admit(0, 0, 1, nowNs)) admitted.push(nowNs);
    for (let from = 0; from < admitted.length; from++) {
      for (let to = from; to < admitted.length; to++) {
        const seconds = (admitted[to] - admitted[from]) / 1e9;
        if (to - from + 1 > 7 + 50 * seconds + 1e-9) throw new Error(`${to - from + 1} in ${seconds} s`);
      }
    }
    expect(admitted.length).toBeGreaterThan(4 * 50);
  });
});
