/** The way through the API server where it takes every request a time of its own. */
import { expect, test } from 'vitest';
import { Frontend } from '../../src/sim/frontend.ts';
import { KeyedStream } from '../../src/sim/random/keyed.ts';
import { listSource } from './engine/fixture.ts';

const SENDS = Array.from({ length: 20_000 }, (_, user) => ({
  arrivalNs: user * 10_000_000,
  user,
  adapter: user % 7,
  prompt: 1 + (user % 5),
  output: 1 + (user % 3),
}));
const DRAWS = new KeyedStream((word) => word + 1);
const through = (cv: number, untilNs = Number.POSITIVE_INFINITY) => {
  const way = new Frontend(listSource(SENDS), 500_000_000, cv, untilNs, SENDS.length, DRAWS);
  const got: { user: number; wayNs: number; nextNs: number }[] = [];
  while (way.nextNs < Number.POSITIVE_INFINITY) {
    const { user, nextNs, sentNs, adapter, promptTokens, outputTokens } = way;
    expect([sentNs, adapter, promptTokens, outputTokens]).toEqual([
      SENDS[user].arrivalNs,
      SENDS[user].adapter,
      SENDS[user].prompt,
      SENDS[user].output,
    ]);
    got.push({ user, wayNs: nextNs - sentNs, nextNs });
    way.advance();
  }
  return got;
};

test('everybody comes once, in order of time, some before those who were sent earlier', () => {
  const got = through(0.2);
  expect(got.map(({ user }) => user).sort((a, b) => a - b)).toEqual(SENDS.map(({ user }) => user));
  expect(got.every(({ nextNs }, i) => i === 0 || nextNs >= got[i - 1].nextNs)).toBe(true);
  expect(got.some(({ user }, i) => i > 0 && user < got[i - 1].user)).toBe(true);
});

test('the times have the stated mean and spread; their logarithms are symmetric', () => {
  const ways = through(0.2).map(({ wayNs }) => wayNs / 1e9);
  const mean = ways.reduce((a, b) => a + b, 0) / ways.length;
  const cv = Math.sqrt(ways.reduce((sum, way) => sum + (way - mean) ** 2, 0) / ways.length) / mean;
  expect(mean).toBeCloseTo(0.5, 2);
  expect(cv).toBeCloseTo(0.2, 2);
  const sorted = ways.sort((a, b) => a - b);
  const at = (share: number) => Math.log(sorted[Math.floor(share * sorted.length)]);
  expect(at(0.95) - at(0.5)).toBeCloseTo(at(0.5) - at(0.05), 1);
});

test('what is sent after the end is not simulated, what is on its way then is', () => {
  const got = through(0.2, 1_000_000_000);
  expect(got.map(({ user }) => user).sort((a, b) => a - b)).toEqual(SENDS.slice(0, 100).map(({ user }) => user));
  expect(got.some(({ nextNs }) => nextNs > 1_000_000_000)).toBe(true);
});

test('a user’s n-th request takes the same time whatever others do, and whenever it is sent', () => {
  const wayOf = (sends: typeof SENDS, user: number) => {
    const way = new Frontend(listSource(sends), 500_000_000, 0.2, Number.POSITIVE_INFINITY, SENDS.length, DRAWS);
    while (way.user !== user) way.advance();
    return way.nextNs - way.sentNs;
  };
  const one = SENDS[40];
  expect(wayOf([{ ...one, arrivalNs: 77 }], 40)).toBe(wayOf(SENDS.slice(0, 100), 40));
});
