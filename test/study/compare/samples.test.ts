import { describe, expect, it } from 'vitest';
import { signFlip, smallestP } from '../../../src/metrics/statistics/sign-flip.ts';
import { stream } from '../../../src/sim/random/streams.ts';
import { readBenchLines } from '../../../src/study/compare/bench.ts';
import { ALPHA, type Verdict } from '../../../src/study/compare/comparison.ts';
import { judgeSamples, type Samples, samplesNeeded, samplesNotes } from '../../../src/study/compare/samples.ts';

const SHAPES = 6;
const LEAST = 0.03;

/**
 * Timings as a shared machine gives them: log-normal noise of 4%, one sample in ten up to half as slow again, and a slow drift that
 * both sides see because they are taken in turn. `slower` is a true change of the new side.
 */
function timings(seed: string, samples: number, slower: number): Samples[] {
  const draw = stream(seed, 'noise');

  return Array.from({ length: SHAPES }, (_, shape) => {
    const drift = (i: number) => 1 + (0.1 * i) / samples;
    const spike = () => (draw.uniform() < 0.1 ? 1 + 0.5 * draw.uniform() : 1);
    const sample = (i: number, factor: number) =>
      1e4 * (shape + 1) * factor * drift(i) * spike() * Math.exp(0.04 * draw.normal());
    const side = (factor: number) => Array.from({ length: samples }, (_, i) => sample(i, factor));
    return { name: `shape ${shape}`, unit: 'ns', better: 'lower', base: side(1), new: side(1 + slower) };
  });
}

const verdicts = (seed: string, samples: number, slower: number): Verdict[] =>
  judgeSamples(timings(seed, samples, slower), LEAST).map(({ verdict }) => verdict);

describe('measured samples', () => {
  it('of the same code are never called a regression or an improvement, in 20 repeats of 6 noisy shapes', () => {
    const seen = Array.from({ length: 20 }, (_, repeat) => verdicts(`same/${repeat}`, 20, 0)).flat();
    expect(seen.length).toBe(120);
    expect(seen.filter((verdict) => verdict === 'regressed' || verdict === 'improved')).toEqual([]);
  });

  it('find a slow-down of 10% in every repeat, and call it so for nearly every shape', () => {
    const repeats = Array.from({ length: 20 }, (_, repeat) => verdicts(`slow/${repeat}`, 20, 0.1));
    for (const seen of repeats) expect(seen).toContain('regressed');
    const found = repeats.flat().filter((verdict) => verdict === 'regressed').length;
    expect(found / (20 * SHAPES)).toBeGreaterThan(0.8);
    expect(repeats.flat()).not.toContain('improved');
  });

  it('know which way is better', () => {
    const [line] = judgeSamples(
      [
        {
          name: 'rate',
          unit: '/s',
          better: 'higher',
          base: [9, 10, 11, 9.9, 9.5, 10.5, 9.2, 10.8],
          new: [14, 15, 16, 14.9, 14.5, 15.5, 14.2, 15.8],
        },
      ],
      LEAST,
    );
    expect(line).toMatchObject({ base: 9.95, new: 14.95, verdict: 'improved', n: 8 });
    // 8 against 8, fully apart: 2 / C(16, 8).
    expect(line.p).toBeCloseTo(2 / 12_870, 8);
    expect(line.lo).toBeGreaterThan(0.3);
  });

  it('are not judged where there are too few, or only one side has them', () => {
    const make = (base: number[], next: number[]): Samples => ({
      name: 'x',
      unit: 'ns',
      better: 'lower',
      base,
      new: next,
    });
    const lines = judgeSamples([make([1, 2, 3], [9, 9, 9]), make([], [1, 2, 3, 4])], LEAST);
    expect(lines.map(({ verdict }) => verdict)).toEqual(['undecided', 'not comparable']);
    expect(lines.map(({ why }) => why)).toEqual(['too few samples to tell: it takes 5', 'only the new side has it']);
  });

  it('say how many it takes', () => {
    expect(samplesNeeded(1)).toBe(5);
    // 2 / C(16, 8) · 40 = 0.6%, 2 / C(14, 7) · 40 = 2.3%.
    expect(samplesNeeded(40)).toBe(8);
    expect(samplesNotes(judgeSamples(timings('few', 6, 0), LEAST)).join()).toMatch(
      /^6 samples a side cannot .* take 7$/,
    );
  });

  it('that are the same are no change', () => {
    const values = [100, 101, 100.5, 99.8, 100.2, 99.9, 100.1];
    const [line] = judgeSamples([{ name: 'x', unit: 'ns', better: 'lower', base: values, new: values }], LEAST);
    expect(line.verdict).toBe('no change');
  });
});

describe('the sign-flip test', () => {
  it('counts the patterns that are as extreme', () => {
    // All of one sign: this pattern and its mirror image.
    expect(signFlip([1, 2, 3, 4, 5, 6], 's')).toBe(2 / 64);
    // Sums of ±1 ±1 ±2: 4, 2, 2, 0, and their mirrors; 2 or more: 6 of 8.
    expect(signFlip([1, -1, 2], 's')).toBe(6 / 8);
    expect(signFlip([0, 0], 's')).toBe(1);
    expect(smallestP(6)).toBe(2 / 64);
  });

  it('draws patterns where there are too many to count, and agrees with the count', () => {
    const few = Array.from({ length: 16 }, (_, i) => ((i * 7) % 5) - 1.2);
    const exact = signFlip(few, 's');
    // A zero has no sign: the same test, one pattern in two counted twice.
    expect(Math.abs(signFlip([...few, 0], 's') - exact)).toBeLessThan(0.02);
  });

  it('is uniform under the hypothesis', () => {
    const draw = stream('sign-flip test', 'x');
    const below = Array.from({ length: 2000 }, () =>
      signFlip(
        Array.from({ length: 10 }, () => draw.uniform() - 0.5),
        's',
      ),
    ).filter((p) => p < ALPHA).length;
    // 5% of 2,000, five standard deviations either way.
    expect(Math.abs(below - 100)).toBeLessThan(50);
  });
});

describe('lines of npm run bench', () => {
  it('are read by value, unit and direction; ratios and counts are left out', () => {
    const line = (what: string, value: string, target: string) =>
      `${what.padEnd(58)} ${value.padEnd(16)}${target === '' ? '' : ` target ${target}`}`;
    const text = [
      'Some CPU, 2 cores, 23.54 GiB, Node v20.20.2',
      '',
      line('engine, one core, 1M.yaml: requests by CPU time', '212,375/s', '500,000/s'),
      line('  events a request', '4.12', ''),
      line('  against the core of Vidur', '493×', '1,000×'),
      line('residency replay lru unit', '10.1 M requests/s (11.0 by CPU time), misses 0.222', '10 M/s'),
      line('run scenarios/1M.yaml', '29.31 s', '30 s'),
      line('  peak memory', '1.21 GiB', '1.5 GiB'),
    ].join('\n');
    expect(readBenchLines(text)).toEqual([
      { name: 'engine, one core, 1M.yaml: requests by CPU time', unit: '/s', better: 'higher', value: 212375 },
      { name: 'residency replay lru unit', unit: 'M requests/s', better: 'higher', value: 10.1 },
      { name: 'run scenarios/1M.yaml', unit: 's', better: 'lower', value: 29.31 },
      { name: 'peak memory', unit: 'GiB', better: 'lower', value: 1.21 },
    ]);
  });
});
