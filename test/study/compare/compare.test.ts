import { describe, expect, it } from 'vitest';
import { truncateMarkdown } from '../../../src/cli/compare-markdown.ts';
import type { SummaryRow } from '../../../src/metrics/summary.ts';
import { stream } from '../../../src/sim/random/streams.ts';
import type { Line } from '../../../src/study/compare/comparison.ts';
import { judge, type Pair } from '../../../src/study/compare/judge.ts';
import { pairsNeeded, signsSuffice } from '../../../src/study/compare/paired-tests.ts';
import { scenarioDifferences, systemDifferences } from '../../../src/study/compare/scenario-diff.ts';
import { small } from '../../run/small.ts';

const row = (metric: string, value: number | null, rest: Partial<SummaryRow> = {}): SummaryRow => ({
  metric,
  cohort: 'all',
  unit: 'ms',
  value,
  n: 100,
  lo: null,
  hi: null,
  ...rest,
});

/** Pairs that share their draw (±20%) and differ by a factor and a little noise of their own (±1%). */
function pairsOf(count: number, factor: number, seed: string, metric = 'ttft_ms_p99'): Pair[] {
  const draw = stream(seed, 'pairs');
  return Array.from({ length: count }, (_, i) => {
    const shared = 100 * (0.8 + 0.4 * draw.uniform());
    const own = () => 1 + 0.02 * (draw.uniform() - 0.5);
    return { seed: String(i), base: [row(metric, shared * own())], new: [row(metric, shared * factor * own())] };
  });
}

const judged = (pairs: Pair[], metric = 'ttft_ms_p99', sameScenario = false): Line =>
  judge(pairs, { metrics: [metric], margin: 0.02, sameScenario })[0];

describe('replications paired by seed', () => {
  it('find a change of 5% under draws that scatter by 20%, and measure it', () => {
    const line = judged(pairsOf(10, 1.05, 'a'));
    expect(line).toMatchObject({ verdict: 'regressed', n: 10 });
    expect(line.change).toBeCloseTo(0.05, 2);
    expect(line.lo! > 0.04 && line.hi! < 0.06).toBe(true);
    expect(judged(pairsOf(10, 0.95, 'a')).verdict).toBe('improved');
    // The same numbers of a metric of which more is better.
    expect(judged(pairsOf(10, 1.05, 'a', 'output_tps'), 'output_tps').verdict).toBe('improved');
  });

  it('call a change inside the margin no change, however significant', () => {
    const line = judged(pairsOf(20, 1.01, 'b'));
    expect(line.p).toBeLessThan(0.01);
    expect(line.verdict).toBe('no change');
  });

  it('call the same system within noise or unchanged, in 60 comparisons of 2 metrics, but for one in twenty', () => {
    const names = ['ttft_ms_p99', 'tpot_ms_p99'];
    let wrong = 0;
    for (let repeat = 0; repeat < 60; repeat++) {
      // Unpaired noise much larger than the margin: only the test stands between it and a verdict.
      const draw = stream(`null/${repeat}`, 'x');
      const side = () => names.map((name) => row(name, 100 * Math.exp(0.2 * draw.normal())));
      const pairs = Array.from({ length: 10 }, (_, i) => ({ seed: String(i), base: side(), new: side() }));
      const lines = judge(pairs, { metrics: names, margin: 0.02, sameScenario: false });
      if (lines.some(({ verdict }) => verdict === 'improved' || verdict === 'regressed')) wrong++;
    }
    // A chance of 5% a comparison: more than 8 of 60 in less than one case in a hundred.
    expect(wrong).toBeLessThanOrEqual(8);
  });

  it('that are all the same say nothing certain where they are few, and say how many it takes', () => {
    // Seven could show one metric that changed, not one of thirteen.
    const names = Array.from({ length: 13 }, (_, i) => `metric_${i}`);
    const side = (i: number, factor: number) => names.map((name) => row(name, factor * (100 + i)));
    const pairs = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ seed: `${i}`, base: side(i, 1), new: side(i, 1.1) }));
    const options = { metrics: names, margin: 0.02, sameScenario: false };
    expect(judge(pairs(7), options)[0]).toMatchObject({
      verdict: 'undecided',
      why: expect.stringMatching(/^the same in all 7 pairs.*from 12 pairs on their signs decide$/),
    });
    expect(judge(pairs(12), options)[0]).toMatchObject({ verdict: 'changed' });
    // More pairs are never worth less.
    for (const lines of [1, 13, 400, 1500])
      for (let pairs = 6; pairs < 60; pairs++)
        if (signsSuffice(pairs, lines))
          expect([lines, pairs + 1, signsSuffice(pairs + 1, lines)]).toEqual([lines, pairs + 1, true]);
    expect([pairsNeeded(1), pairsNeeded(2), pairsNeeded(13)]).toEqual([8, 9, 12]);
    // No number of sign patterns makes one of so many lines significant.
    expect(pairsNeeded(2000)).toBeNull();
  });

  it.each([3, 5, 6, 7, 8, 9, 10, 12, 40])(
    'of which there are %i show what is plain, beside twelve metrics that move',
    (count) => {
      // TTFT on a slower GPU: ten times as long, give or take a third.
      const names = Array.from({ length: 12 }, (_, i) => `metric_${i}`);
      const draw = stream(`plain/${count}`, 'x');
      const pairs = Array.from({ length: count }, (_, i) => {
        const noise = () => Math.exp(0.1 * draw.normal());
        const others = () => names.map((name) => row(name, 100 * noise()));
        const base = [row('ttft_ms_p99', 120 * noise()), ...others()];
        return { seed: `${i}`, base, new: [row('ttft_ms_p99', 1200 * noise()), ...others()] };
      });
      const options = { metrics: ['ttft_ms_p99', ...names], margin: 0.02, sameScenario: false };
      expect(judge(pairs, options)[0].verdict).toBe('regressed');
    },
  );

  it.each([3, 6, 8])('of one system, %i of them, are called better or worse in one comparison of twenty', (count) => {
    const names = Array.from({ length: 13 }, (_, i) => `metric_${i}`);
    let wrong = 0;
    for (let repeat = 0; repeat < 100; repeat++) {
      const draw = stream(`null/${count}/${repeat}`, 'x');
      const side = () => names.map((name) => row(name, 100 * Math.exp(0.2 * draw.normal())));
      const pairs = Array.from({ length: count }, (_, i) => ({ seed: `${i}`, base: side(), new: side() }));
      const lines = judge(pairs, { metrics: names, margin: 0.02, sameScenario: false });
      if (lines.some(({ verdict }) => verdict === 'changed')) wrong++;
    }
    // More than 11 of 100 in less than one case in a hundred.
    expect(wrong).toBeLessThanOrEqual(11);
  });

  it('are tested over thousands of lines', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `metric_${i}`);
    const pairs = Array.from({ length: 6 }, (_, i) => ({
      ...{ seed: `${i}`, base: names.map((name, m) => row(name, 100 + i + m / 7)) },
      new: names.map((name, m) => row(name, (m === 0 ? 300 : 100) + 1.1 * i + m / 7 + ((i * m) % 3))),
    }));
    const lines = judge(pairs, { metrics: names, margin: 0.02, sameScenario: false });
    expect(lines.filter(({ verdict }) => verdict === 'changed').map(({ name }) => name)).toEqual(['metric_0']);
  });

  it('of three to five are judged by the spread of their differences', () => {
    // A collapse in three pairs: scenarios, 39.5 /s against 1.6 /s.
    const collapse = [39.4, 39.5, 39.6].map((value, i) => ({
      ...{ seed: `${i}`, base: [row('goodput_rps', value)], new: [row('goodput_rps', 1.6 - 0.01 * i)] },
    }));
    expect(judged(collapse, 'goodput_rps')).toMatchObject({ verdict: 'regressed', n: 3 });
    // By hand: ln 1.02, ln 1.04, ln 1.06 have the mean 0.039097 and t = 0.039097 / (0.0192335 / √3) = 3.52; of two degrees of freedom
    // p = 0.0721, interval e^(0.039097 ± 0.047779).
    const byHand = [2, 4, 6].map((difference, i) => ({
      ...{ seed: `${i}`, base: [row('ttft_ms_p99', 100)], new: [row('ttft_ms_p99', 100 + difference)] },
    }));
    const line = judged(byHand);
    expect(line).toMatchObject({ verdict: 'undecided', why: expect.stringMatching(/^the same way in all 3 pairs/) });
    expect([line.p, line.lo, line.change, line.hi]).toEqual([
      ...[
        expect.closeTo(0.0721, 4),
        expect.closeTo(-0.00864, 5),
        expect.closeTo(0.03987, 5),
        expect.closeTo(0.09076, 5),
      ],
    ]);
    // Of shares, by points: 2, 4, 6 points have t = 4 / (2 / √3) = 3.46; p = 0.0742, interval 4 ± 4.97 points.
    const shares = [2, 4, 6].map((difference, i) => {
      const share = (value: number) => [row('hit_ratio_gpu', value, { unit: 'fraction' })];
      return { seed: `${i}`, base: share(0.5), new: share(0.5 + difference / 100) };
    });
    const share = judged(shares, 'hit_ratio_gpu');
    expect([share.p, share.lo, share.hi]).toEqual([
      ...[expect.closeTo(0.0742, 4), expect.closeTo(-0.00968, 4), expect.closeTo(0.08968, 4)],
    ]);
    // Times as much in every draw, and seven times as much of it in one as in another: plain, and no value below 0.
    const times = [12, 31, 84].map((factor, i) => ({
      ...{ seed: `${i}`, base: [row('ttft_ms_p99', 90 + i)], new: [row('ttft_ms_p99', (90 + i) * factor)] },
    }));
    expect(judged(times)).toMatchObject({ verdict: 'regressed' });
    expect(judged(times).lo).toBeGreaterThan(0);
    // Eight doubled, the largest by far a third less: the mean falls.
    const against = Array.from({ length: 9 }, (_, i) => ({
      ...{ seed: `${i}`, base: [row('ttft_ms_p99', i === 8 ? 9000 : 100 + i)] },
      new: [row('ttft_ms_p99', i === 8 ? 6000 : 2.1 * (100 + i) + (i % 3))],
    }));
    const thirteen = Array.from({ length: 12 }, (_, m) => row(`metric_${m}`, 100));
    const beside = against.map((pair, i) => ({
      ...pair,
      base: [...pair.base, ...thirteen],
      new: [...pair.new, ...thirteen.map((one) => ({ ...one, value: one.value! + i }))],
    }));
    const options13 = {
      metrics: ['ttft_ms_p99', ...thirteen.map(({ metric }) => metric)],
      margin: 0.02,
      sameScenario: false,
    };
    expect(judge(beside, options13)[0].verdict).toBe('undecided');
    // One more rejection in each: the factors differ, the differences do not.
    const oneMore = [20, 21, 22].map((value, i) => ({
      ...{ seed: `${i}`, base: [row('rejections', value)], new: [row('rejections', value + 1)] },
    }));
    expect(judged(oneMore, 'rejections')).toMatchObject({ verdict: 'undecided', p: null });
    // Bounds that are possible, where a value is 0 too.
    const none = [0, 40, 3].map((value, i) => ({
      ...{ seed: `${i}`, base: [row('rejections', value)], new: [row('rejections', [0, 2, 1][i])] },
    }));
    expect(judged(none, 'rejections').lo).toBe(-1);
    // Significant alone, not among thirteen.
    const names = Array.from({ length: 13 }, (_, i) => `metric_${i}`);
    const many = [8, 9, 11].map((difference, i) => ({
      ...{ seed: `${i}`, base: names.map((name) => row(name, 100)) },
      new: names.map((name) => row(name, 100 + difference)),
    }));
    const options = { metrics: names, margin: 0.02, sameScenario: false };
    expect(judge(many, { ...options, metrics: names.slice(0, 1) })[0].verdict).toBe('changed');
    expect(judge(many, options)[0]).toMatchObject({
      verdict: 'undecided',
      why: expect.stringMatching(/^clear of zero by itself, not beside 13 lines; from 12 pairs on their signs decide$/),
    });
    expect(judge(many, { ...options, metrics: names.slice(0, 1) })[0]).not.toHaveProperty('why');
    const bothWays = [8, -9, 11].map((difference, i) => ({
      ...{ seed: `${i}`, base: [row('ttft_ms_p99', 100)], new: [row('ttft_ms_p99', 100 + difference)] },
    }));
    expect(judged(bothWays)).toMatchObject({ verdict: 'within noise' });
    expect(judged(bothWays)).not.toHaveProperty('why');
  });

  it.each([3, 4, 5])('take %i differences that are all the same for too few, not for certain', (count) => {
    const same = (metric: string, base: number, next: number) =>
      judged(
        Array.from({ length: count }, (_, i) => ({
          seed: `${i}`,
          base: [row(metric, base)],
          new: [row(metric, next)],
        })),
        metric,
      );
    expect(same('rejections', 0, 1)).toMatchObject({
      ...{ verdict: 'undecided', p: null, lo: null, hi: null },
      why: expect.stringMatching(/the same in all \d pairs/),
    });
    expect(same('ttft_ms_p50', 100, 150).verdict).toBe('undecided');
    // The price follows from the configuration, not from the draws.
    expect(same('cost_usd_per_user_month', 1, 1.5)).toMatchObject({ verdict: 'regressed' });
  });

  it.each([3, 8])('have no relative interval from a base of 0, in %i pairs, and are judged all the same', (count) => {
    const pairs = Array.from({ length: count }, (_, i) => ({
      ...{ seed: `${i}`, base: [row('rejections', 0)], new: [row('rejections', 100 + i)] },
    }));
    expect(judged(pairs, 'rejections')).toMatchObject({ verdict: 'regressed', lo: null, hi: null });
    const noisy = Array.from({ length: count }, (_, i) => ({
      ...{ seed: `${i}`, base: [row('rejections', 0)], new: [row('rejections', i === 0 ? 50 : 0)] },
    }));
    expect(judged(noisy, 'rejections')).toMatchObject({ verdict: 'within noise', lo: null, hi: null });
  });

  it.each([3, 4, 5])('of %i that come from one system are called different in one comparison of twenty', (count) => {
    let wrong = 0;
    for (let repeat = 0; repeat < 400; repeat++) {
      const draw = stream(`null/${count}/${repeat}`, 'x');
      const side = () => [row('ttft_ms_p99', 100 * Math.exp(0.2 * draw.normal()))];
      const pairs = Array.from({ length: count }, (_, i) => ({ seed: String(i), base: side(), new: side() }));
      if (['improved', 'regressed'].includes(judged(pairs).verdict)) wrong++;
    }
    // 20 of 400 are expected; more than 36 in less than one case in a thousand.
    expect(wrong).toBeLessThanOrEqual(36);
  });

  it('of two say in how many pairs it goes the same way', () => {
    const line = judged(pairsOf(2, 2, 'c'));
    expect(line).toMatchObject({ verdict: 'undecided', why: 'the same way in 2 of 2 pairs; a test takes 3', p: null });
  });

  it('of one pair take the intervals of the runs, where the scenarios differ or not', () => {
    const one = (value: number, half: number): Pair => ({
      seed: 's',
      base: [row('ttft_ms_p99', 100, { lo: 95, hi: 105 })],
      new: [row('ttft_ms_p99', value, { lo: value - half, hi: value + half })],
    });
    expect(judged([one(120, 5)]).verdict).toBe('regressed');
    expect(judged([one(108, 5)])).toMatchObject({ verdict: 'undecided' });
    // Apart both times, and not the same way.
    expect(judged([one(130, 5), one(85, 5)]).verdict).toBe('undecided');
    expect(judged([one(101, 5)], 'ttft_ms_p99', true).verdict).toBe('no change');
    const bare: Pair = { seed: 's', base: [row('rejections', 0)], new: [row('rejections', 7)] };
    expect(judged([bare], 'rejections', true)).toMatchObject({ verdict: 'regressed', change: 1 });
    expect(judged([bare], 'rejections').verdict).toBe('undecided');
  });

  it('take shares in percentage points, with a quarter of the margin', () => {
    const share = (base: number, next: number): Pair => ({
      seed: 's',
      base: [row('slo_attainment', base, { unit: 'fraction' })],
      new: [row('slo_attainment', next, { unit: 'fraction' })],
    });
    expect(judged([share(0.99, 0.986)], 'slo_attainment', true).verdict).toBe('no change');
    const line = judged([share(0.99, 0.98)], 'slo_attainment', true);
    expect(line.verdict).toBe('regressed');
    expect(line.change).toBeCloseTo(-0.01, 10);
  });

  it('compare nothing with an empty sample, and two empty ones as equal', () => {
    const pair = (base: number | null, next: number | null): Pair => ({
      seed: 's',
      base: [row('tpot_ms_p50', base)],
      new: [row('tpot_ms_p50', next)],
    });
    expect(judged([pair(null, 3)], 'tpot_ms_p50')).toMatchObject({ verdict: 'not comparable', change: null });
    expect(judged([pair(null, null)], 'tpot_ms_p50').verdict).toBe('equal');
    expect(judged([pair(3, 3)], 'tpot_ms_p50').verdict).toBe('equal');
  });
});

describe('differences of scenarios', () => {
  it('are named by path, presets by name, and leave out what no simulation reads', () => {
    expect(scenarioDifferences(small(), small('seed=x', 'description=y', 'thresholds.ttft_ms_p99=< 5'))).toEqual([]);
    const found = scenarioDifferences(
      small(),
      small('serving.kv.block_tokens=32', 'base=qwen3-8b', 'hardware.gpu=h200'),
    );
    const paths = found.map(({ path }) => path);
    expect(paths).toContain('serving.kv.block_tokens');
    expect(paths).toContain('base.name');
    expect(paths).toContain('hardware.gpu.name');
    expect(paths.filter((path) => /^(base|hardware\.gpu)\./.test(path)).length).toBe(2);
  });

  it('in what only one side has are none where the other was made before it, and are where it was left out', () => {
    const older = structuredClone(small()) as unknown as { serving: Record<string, unknown> };
    delete older.serving.skip_window;
    const before = systemDifferences(older as never, small());
    expect(before).toEqual({ differences: [], younger: ['serving.skip_window'] });
    const entries = systemDifferences(small(), small('serving.tiers.host.entries=64'));
    expect(entries).toEqual({
      differences: [{ path: 'serving.tiers.host.entries', base: undefined, new: 64 }],
      younger: [],
    });
    // Of a version that this one cannot read.
    const newer = { ...small(), added: { later: 1 } };
    expect(systemDifferences(small(), newer)).toEqual({ differences: [], younger: ['added.later'] });
  });

  it('name cohorts', () => {
    const [a, b] = [small(), structuredClone(small())];
    b.population.cohorts[1].rate *= 2;
    expect(scenarioDifferences(a, b).map(({ path }) => path)).toEqual(['population.cohorts[agents].rate']);
  });
});

describe('a step summary', () => {
  const table = `| a |\n| --- |\n${'| ✅ row of a table |\n'.repeat(2000)}`;
  const fold = `<details><summary>more</summary>\n\n${'- a line\n'.repeat(2000)}\n</details>\n`;
  const fence = `\`\`\`sh\n${'a command\n'.repeat(2000)}\`\`\`\n`;

  it.each([
    ['table', table],
    ['fold', fold],
    ['fence', fence],
  ])('is cut to size with its %s closed', (_, block) => {
    const text = `# title\n\n${block}\nend\n`;
    expect(truncateMarkdown(text, Buffer.byteLength(text))).toBe(text);
    for (const bytes of [1000, 5001, 9_999]) {
      const cut = truncateMarkdown(text, bytes);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
      expect(Buffer.byteLength(cut)).toBeGreaterThan(bytes - 200);
      expect(cut).toMatch(/^# title\n/);
      expect(cut).toMatch(/_Cut here: .*_\n$/);
      expect((cut.match(/<details>/g) ?? []).length).toBe((cut.match(/<\/details>/g) ?? []).length);
      expect((cut.match(/^```/gm) ?? []).length % 2).toBe(0);
    }
  });

  it('is nothing where not even its first line fits', () => {
    expect(truncateMarkdown('# title\n', 5)).toBe('');
  });
});
