import { describe, expect, it } from 'vitest';
import { Partition } from '../../../../src/sim/population/partition.ts';
import { createPopulation } from '../../../../src/sim/population/population.ts';
import { gammaCdf } from '../../../../src/sim/random/special.ts';
import { chiSquare, kolmogorovSmirnov, zScore } from '../../random/statistics.ts';
import { choice, scenario } from '../scenario.ts';
import { read } from './read.ts';

describe('open arrivals', () => {
  const two = scenario({
    duration: 2000,
    population: { users: 500 },
    cohorts: [
      { rate: 20, burstiness: choice('gamma', { cv: 1.5 }) },
      { rate: 5, prompt_tokens: choice('fixed', { tokens: 9 }) },
    ],
  });

  it('come in time order, in whole nanoseconds, before the end', () => {
    const arrivals = read(createPopulation(two, 0).source);
    expect(arrivals.every((a, i) => Number.isInteger(a.ns) && (i === 0 || a.ns >= arrivals[i - 1].ns))).toBe(true);
    expect(arrivals[arrivals.length - 1].ns).toBeLessThan(2000e9);
    expect(arrivals[0].ns).toBeGreaterThan(0);
  });

  it('have each cohort’s own rate, gaps and lengths', () => {
    const arrivals = read(createPopulation(two, 0).source);
    const bursty = arrivals.filter((a) => a.cohort === 0);
    const poisson = arrivals.filter((a) => a.cohort === 1);
    const gaps = (list: { ns: number }[]) => Float64Array.from(list.slice(1), (a, i) => (a.ns - list[i].ns) / 1e9);
    const gammaFit = kolmogorovSmirnov(gaps(bursty), (x) => gammaCdf(1 / 2.25, (x * 20) / 2.25));
    expect(gammaFit.statistic).toBeLessThan(gammaFit.limit);
    const poissonFit = kolmogorovSmirnov(gaps(poisson), (x) => -Math.expm1(-5 * x));
    expect(poissonFit.statistic).toBeLessThan(poissonFit.limit);
    expect(Math.abs(zScore(bursty.length, 40_000, 1.5 * Math.sqrt(40_000), 1))).toBeLessThan(4.9);
    expect(poisson.every((a) => a.prompt === 9)).toBe(true);
  });

  it('are independent of each other over windows (Poisson index of dispersion 1)', () => {
    const s = scenario({ duration: 20_000, cohorts: [{ rate: 3 }, { rate: 2 }], population: { users: 100 } });
    const counts = new Float64Array(2000);
    for (const { ns } of read(createPopulation(s, 0).source)) counts[Math.floor(ns / 10e9)]++;
    const mean = counts.reduce((a, b) => a + b) / counts.length;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (counts.length - 1);
    expect(mean).toBeCloseTo(50, 0);
    expect(Math.abs(variance / mean - 1) / Math.sqrt(2 / counts.length)).toBeLessThan(4.9);
  });

  it('follow the diurnal shape', () => {
    const diurnal = { amplitude: 0.7, peak: 30_000, period: 86_400 };
    const s = scenario({ duration: 2 * 86_400, population: { diurnal }, cohorts: [{ rate: 1 }] });
    const counts = new Int32Array(48);
    for (const { ns } of read(createPopulation(s, 0).source)) counts[Math.floor(ns / 3600e9)]++;
    const omega = (2 * Math.PI) / 86_400;
    const integral = (t: number) => t + (0.7 / omega) * Math.sin(omega * (t - 30_000));
    const p = Array.from(counts, (_, h) => (integral((h + 1) * 3600) - integral(h * 3600)) / (2 * 86_400));
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
    const total = counts.reduce((a, b) => a + b);
    expect(Math.abs(zScore(total, 172_800, Math.sqrt(172_800), 1))).toBeLessThan(4.9);
  });

  it('reach users at their rates, over all cells', () => {
    const options = { duration: 20_000, cells: 3, population: { users: 100 }, cohorts: [{ rate: 10 }, { rate: 5 }] };
    const s = scenario(options);
    const partition = new Partition(s);
    const counts = new Int32Array(100);
    const p = new Float64Array(100);
    for (let cell = 0; cell < 3; cell++) {
      const { source, catalog } = createPopulation(s, cell);
      for (const a of read(source)) counts[catalog.globalUser(a.user)]++;
      const top = catalog.mostPopular(catalog.users);
      const rates = [0, 1].flatMap((k) =>
        Array.from({ length: partition.users(k, cell) }, (_, rank) =>
          partition.rates[k].rate(partition.firstRank(k, cell) + rank * 3),
        ),
      );
      rates.sort((a, b) => b - a);
      top.forEach((adapter, i) => {
        p[catalog.globalUser(adapter)] = rates[i] / 15;
      });
    }
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
  });

  it('do not depend on what ends, when, or whether it was refused', () => {
    const plain = read(createPopulation(two, 0).source);
    const answered = read(createPopulation(two, 0).source, (a) => (a.user % 3) * 1e9);
    expect(answered).toEqual(plain);
  });

  it('leave a cohort’s requests as they are when another cohort changes', () => {
    const changed = structuredClone(two);
    changed.population.cohorts[0].rate = 33;
    changed.population.cohorts[0].output_tokens = choice('fixed', { tokens: 3 });
    const second = (s: typeof two) => read(createPopulation(s, 0).source).filter((a) => a.cohort === 1);
    expect(second(changed)).toEqual(second(two));
  });

  it('choose among a user’s adapters evenly', () => {
    const s = scenario({ population: { users: 10, adapters_per_user: 4 }, cohorts: [{ rate: 20 }] });
    const counts = new Int32Array(4);
    const arrivals = read(createPopulation(s, 0).source);
    for (const a of arrivals) counts[a.adapter % 4]++;
    expect(arrivals.every((a) => Math.floor(a.adapter / 4) === a.user)).toBe(true);
    const { statistic, limit } = chiSquare(counts, [0.25, 0.25, 0.25, 0.25]);
    expect(statistic).toBeLessThan(limit);
  });

  it('move with drift', () => {
    const s = scenario({
      duration: 200,
      population: { users: 1000, drift: choice('shift', { period: 100, share: 0.5 }) },
      cohorts: [{ rate: 100, popularity: choice('zipf', { exponent: 2 }) }],
    });
    const { source, catalog } = createPopulation(s, 0);
    const favourite = catalog.mostPopular(1)[0];
    const arrivals = read(source);
    const share = (from: number, to: number) => {
      const window = arrivals.filter((a) => a.ns >= from * 1e9 && a.ns < to * 1e9);
      return window.filter((a) => a.user === favourite).length / window.length;
    };
    expect(share(0, 100)).toBeGreaterThan(0.5); // 1/ζ(2) = 61%
    expect(share(100, 200)).toBeLessThan(0.01);
  });

  it('end where there is nobody, no rate, or one user', () => {
    const nobody = scenario({ cells: 4, population: { users: 2 } });
    expect(createPopulation(nobody, 3).source.nextNs).toBe(Number.POSITIVE_INFINITY);
    expect(read(createPopulation(scenario({ cohorts: [{ rate: 0 }] }), 0).source)).toEqual([]);
    const one = createPopulation(scenario({ population: { users: 1 } }), 0);
    expect(read(one.source).every((a) => a.user === 0 && a.adapter === 0)).toBe(true);
    expect([...one.cohortUsers]).toEqual([1]);
    expect(one.cohortRates[0]).toBeCloseTo(10, 12);
  });
});

describe('flash crowds', () => {
  const crowd = { at: 400, duration: 200, cohort: 'cohort-1', users: 7, rate: 30 };
  const options = {
    cells: 2,
    population: { users: 1000, flash_crowds: [crowd] },
    cohorts: [{ rate: 2 }, { rate: 0 }],
  };

  it('add their rate, for their time, to so many of the least popular users', () => {
    const users = new Map<number, number>();
    let total = 0;
    for (let cell = 0; cell < 2; cell++) {
      const { source, catalog } = createPopulation(scenario(options), cell);
      const least = new Set(catalog.mostPopular(catalog.users).slice(-4));
      const inCrowd = read(source).filter((arrival) => arrival.cohort === 1);
      expect(inCrowd.every((a) => a.ns >= 400e9 && a.ns < 600e9 && least.has(a.adapter))).toBe(true);
      for (const a of inCrowd) {
        const user = catalog.globalUser(a.user);
        users.set(user, (users.get(user) ?? 0) + 1);
        total++;
      }
    }
    expect(Math.abs(zScore(total, 6000, Math.sqrt(6000), 1))).toBeLessThan(4.9);
    const { statistic, limit } = chiSquare([...users.values()], Array(7).fill(1 / 7));
    expect(users.size).toBe(7);
    expect(statistic).toBeLessThan(limit);
  });

  it('leave the other arrivals as they were', () => {
    const without = structuredClone(options);
    without.population.flash_crowds = [];
    const first = (o: typeof options) => read(createPopulation(scenario(o), 0).source).filter((a) => a.cohort === 0);
    expect(first(options)).toEqual(first(without));
  });

  it('without a cohort go to all of them by size', () => {
    const everyone = {
      ...options,
      cells: 1,
      population: { users: 1000, flash_crowds: [{ ...crowd, cohort: null, users: 10 }] },
    };
    const arrivals = read(createPopulation(scenario(everyone), 0).source);
    const inCrowd = arrivals.filter((a) => a.ns >= 400e9 && a.ns < 600e9);
    expect(new Set(inCrowd.filter((a) => a.cohort === 1).map((a) => a.user)).size).toBe(5);
  });
});
