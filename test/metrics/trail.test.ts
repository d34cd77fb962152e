import { describe, expect, it } from 'vitest';
import { EventTrail, MOST_MARKS } from '../../src/metrics/trail.ts';
import { simulate, small } from '../run/small.ts';

describe('the trail of events', () => {
  it.each([1, 7, MOST_MARKS, MOST_MARKS + 1, 2880, 50_000])('keeps evenly spaced marks and the end, of %i', (calls) => {
    const trail = new EventTrail();
    for (let i = 1; i <= calls; i++) trail.mark(2 * i, i * i, 10 * i);
    const { ns, events, digests } = trail.pack();
    expect(ns.length).toBeLessThanOrEqual(MOST_MARKS + 1);
    expect(ns.length).toBeGreaterThanOrEqual(Math.min(calls, MOST_MARKS / 2));
    const inner = ns.slice(0, -1);
    expect(new Set(inner.map((value, i) => value - (i === 0 ? 0 : inner[i - 1]))).size).toBeLessThanOrEqual(1);
    expect([ns.at(-1), events.at(-1), digests.at(-1)]).toEqual([10 * calls, 2 * calls, (calls * calls) >>> 0]);
    ns.forEach((value, i) => {
      expect([events[i], digests[i]]).toEqual([value / 5, ((value / 10) * (value / 10)) >>> 0]);
    });
  });

  it('counts every event of a run and is the same again; another seed goes another way from the first mark on', () => {
    const [a, b, c] = [small(), small(), small('seed=other')].map((scenario) => simulate(scenario, false).trails);
    expect(b).toEqual(a);
    expect(a.length).toBe(4);
    a.forEach((trail, cell) => {
      expect(trail.events.at(-1)).toBeGreaterThan(100);
      const busy = trail.events.findIndex((events, mark) => events > 0 && c[cell].events[mark] > 0);
      expect(c[cell].digests[busy]).not.toBe(trail.digests[busy]);
      expect([...trail.events]).toEqual([...trail.events].sort((x, y) => x - y));
    });
  });
});
