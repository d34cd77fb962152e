/** The arithmetic of the figures' reductions, against laws it must obey and cases worked by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawAll } from '../../../src/report/draw.ts';
import { byteTicks, fewLogTicks, fewTicks, logTicks } from '../../../src/report/figures/axes.ts';
import { fairness } from '../../../src/report/figures/fairness.ts';
import type { PlanRow, SensitivityRow } from '../../../src/report/figures/figure.ts';
import { goodputLoad } from '../../../src/report/figures/goodput-load.ts';
import { hitRatioCatalog } from '../../../src/report/figures/hit-ratio-catalog.ts';
import { hitRatioOverTime } from '../../../src/report/figures/hit-ratio-over-time.ts';
import { kernelRoofline } from '../../../src/report/figures/kernel-roofline.ts';
import { knee } from '../../../src/report/figures/knee.ts';
import { loadStaircase } from '../../../src/report/figures/load-staircase.ts';
import { lostTime } from '../../../src/report/figures/lost-time.ts';
import { memorySplit } from '../../../src/report/figures/memory-split.ts';
import { planCandidates } from '../../../src/report/figures/plan-candidates.ts';
import { publishedSimulated } from '../../../src/report/figures/published-simulated.ts';
import { scaleOut } from '../../../src/report/figures/scale-out.ts';
import { stepTime } from '../../../src/report/figures/step-time.ts';
import { timeSeries } from '../../../src/report/figures/time.ts';
import { tornado } from '../../../src/report/figures/tornado.ts';
import { ttftDistribution } from '../../../src/report/figures/ttft-distribution.ts';
import type { StudyRun } from '../../../src/report/run-data.ts';
import { theme } from '../../../src/report/theme.ts';
import { runTables, table } from '../fixture.ts';
import { kernelRows, kneeRows, planRows } from '../study-fixture.ts';

const run = runTables();
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('ticks of a byte axis', () => {
  const positive = fc.double({ min: 1, max: 2 ** 53, noNaN: true });

  it('are powers of two between the values, few enough to be read', () => {
    expect(byteTicks([256 * 2 ** 20, 64 * 2 ** 30]).map(Math.log2)).toEqual([28, 30, 32, 34, 36]);
    expect(byteTicks([40 * 2 ** 30, 90 * 2 ** 30]).map((tick) => tick / 2 ** 30)).toEqual([40, 48, 56, 64, 80]);
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        const ticks = byteTicks([a, b]);
        expect(ticks.every((tick) => tick >= Math.min(a, b) && tick <= Math.max(a, b))).toBe(true);
        expect(ticks.length).toBeLessThanOrEqual(17);
        if (Math.max(a, b) / Math.min(a, b) >= 1.2) expect(ticks.length).toBeGreaterThan(0);
      }),
    );
  });

  it('stand under a knee over bytes, whose axis names no other unit', () => {
    const bytes = kneeRows().map((row) => ({
      ...row,
      axis: 'serving.tiers.host.capacity',
      axisUnit: 'B',
      value: row.value * 2 ** 30,
    }));
    const text = JSON.stringify(knee.spec(knee.prepare(bytes), theme('light')));
    expect(text).toContain('GiB');
    expect(text).not.toContain('capacity, ');
  });
});

describe('a cohort that is called as the whole is', () => {
  const twice = runTables(['all']);

  it('is drawn once: parts of request time sum to one bar', () => {
    const rows = lostTime.prepare(twice);
    expect(rows.map((row) => row.cohort)).toEqual(new Array(rows.length).fill('all requests'));
    expect(sum(rows.map((row) => Number(row.share)))).toBeCloseTo(1, 12);
    expect(new Set(rows.map((row) => row.part)).size).toBe(rows.length);
  });

  it('has one curve, which rises', () => {
    const shares = ttftDistribution.prepare(twice).map((row) => Number(row.share));
    expect(shares.at(-1)).toBe(1);
    for (let i = 1; i < shares.length; i++) expect(shares[i]).toBeGreaterThanOrEqual(shares[i - 1]);
  });
});

describe('fairness', () => {
  const lorenz = (service: number[]) => {
    const users = table({ requests: service.map(() => 1), service });
    return fairness.prepare({ ...run, users }).map((row) => [Number(row.users), Number(row.service)]);
  };

  it('is the diagonal where all are served alike', () => {
    for (const [users, service] of lorenz(new Array(250).fill(3))) expect(service).toBeCloseTo(users, 12);
  });

  it('is worked by hand for four users', () => {
    expect(lorenz([4, 1, 3, 2])).toEqual([
      [0, 0],
      [0.25, 0.1],
      [0.5, 0.3],
      [0.75, 0.6],
      [1, 1],
    ]);
  });

  it('rises to (1, 1), below the diagonal and convex, for any service', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 700 }),
        (service) => {
          fc.pre(service.some((value) => value > 0));
          const points = lorenz(service);
          expect(points.length).toBeLessThanOrEqual(102);
          expect(points.at(-1)![0]).toBe(1);
          expect(points.at(-1)![1]).toBeCloseTo(1, 9);
          let slope = 0;
          for (let i = 1; i < points.length; i++) {
            expect(points[i][1]).toBeLessThanOrEqual(points[i][0] + 1e-9);
            const next = (points[i][1] - points[i - 1][1]) / (points[i][0] - points[i - 1][0]);
            expect(next).toBeGreaterThanOrEqual(slope - 1e-6);
            slope = next;
          }
        },
      ),
    );
  });

  it('leaves out users without a request', () => {
    const users = table({ requests: [0, 1, 1], service: [0, 5, 5] });
    expect(fairness.prepare({ ...run, users }).map((row) => row.users)).toEqual([0, 0.5, 1]);
  });
});

describe('distributions', () => {
  it('rise in time and share, keep the tail, and end at all requests', () => {
    const rows = ttftDistribution.prepare(run);
    const names = new Set(rows.map((row) => row.cohort));
    expect([...names]).toEqual(['free', 'pro', 'enterprise', 'all requests']);
    for (const name of names) {
      const curve = rows.filter((row) => row.cohort === name);
      curve.slice(1).forEach((row, i) => {
        expect(Number(row.ttft_ms)).toBeGreaterThan(Number(curve[i].ttft_ms));
        expect(Number(row.share)).toBeGreaterThan(Number(curve[i].share));
      });
      expect(curve.at(-1)!.share).toBe(1);
      expect(curve.filter((row) => Number(row.share) > 0.98).length).toBeGreaterThan(5);
    }
  });
});

describe('figures over time', () => {
  const many = (n: number, value: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => value(i));
  const series = (n: number) =>
    table({
      t_s: many(n, (i) => i * 10),
      length_s: many(n, () => 10),
      count: many(n, (i) => i % 7),
      level: many(n, (i) => (i % 3 === 0 ? Number.NaN : 4)),
    });

  it('merging buckets keeps counts and time, and does not count missing levels as zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (n) => {
        const merged = timeSeries(series(n), Number.POSITIVE_INFINITY);
        expect(merged.length).toBeLessThanOrEqual(160);
        expect(sum(merged.column('count', 'sum'))).toBe(sum(many(n, (i) => i % 7)));
        expect(sum(merged.seconds)).toBe(10 * n);
        for (const level of merged.column('level', 'mean')) if (!Number.isNaN(level)) expect(level).toBe(4);
      }),
    );
  });

  it('leave the drain out, except where the run is mostly drain', () => {
    expect(timeSeries(series(100), 950).length).toBe(95);
    expect(timeSeries(series(100), 300).length).toBe(100);
  });

  it('shares of lookups fill the interval from 0 to 1', () => {
    const rows = hitRatioOverTime.prepare(run);
    for (const t of new Set(rows.map((row) => row.t_s))) {
      const bands = rows.filter((row) => row.t_s === t);
      expect(bands[0].from).toBe(0);
      expect(Number(bands.at(-1)!.to)).toBeCloseTo(1, 12);
      bands.slice(1).forEach((band, i) => {
        expect(band.from).toBe(bands[i].to);
      });
    }
  });

  it('the staircase ends at all loads of the run', () => {
    const rows = loadStaircase.prepare(run);
    expect(Number(rows.at(-1)!.loads_total)).toBeCloseTo(sum(run.timeseries.columns.loads as Float64Array), 3);
  });

  it('step parts add up to the time that replicas were busy', () => {
    const rows = stepTime.prepare(run).filter((row) => row.part !== 'replicas');
    const width = 2 * 300;
    const parts = Object.entries(run.timeseries.columns).filter(([name]) => name.startsWith('part_'));
    expect(sum(rows.map((row) => Number(row.busy_replicas) * width))).toBeCloseTo(
      sum(parts.map(([, column]) => sum(column as Float64Array))),
      0,
    );
  });
});

describe('lost time', () => {
  const rows = (parts: [string, number][]) =>
    lostTime.prepare({
      ...run,
      breakdown: table({
        part: parts.map(([part]) => part),
        cohort: parts.map(() => 'all'),
        seconds: parts.map(([, s]) => s),
      }),
    });

  it('parts add up to the whole, and what was won stands left of zero', () => {
    const drawn = rows([
      ['alone', 90],
      ['queue', 15],
      ['adapter_wait', 5],
      ['batching', -10],
    ]);
    expect(sum(drawn.map((row) => Number(row.share)))).toBeCloseTo(1, 12);
    expect(drawn.map((row) => [row.from, row.to])).toEqual(
      [
        [0, 0.9],
        [0.9, 1.05],
        [1.05, 1.1],
        [-0.1, 0],
      ].map((pair) => pair.map((v) => expect.closeTo(v, 12))),
    );
  });
});

describe('memory', () => {
  it('fills the GPU exactly', () => {
    const rows = memorySplit.prepare(run);
    expect(sum(rows.map((row) => Number(row.gib)))).toBeCloseTo(run.memory!.gpuBytes / 2 ** 30, 9);
  });
});

describe('figures over several runs', () => {
  const point = (params: StudyRun['params'], metrics: Record<string, number>): StudyRun => ({
    label: '',
    params,
    summary: Object.entries(metrics).map(([metric, value]) => ({
      metric,
      cohort: 'all',
      unit: '',
      value,
      n: 1,
      lo: null,
      hi: null,
    })),
  });

  it('the knee is the last load at which 95% of requests are served in time', () => {
    const runs = [
      [10, 10],
      [20, 19.2],
      [30, 24],
      [40, 20],
    ].map(([rate, goodput]) => point({ rate }, { goodput_rps: goodput, slo_attainment: goodput / rate }));
    const knees = goodputLoad.prepare(runs).filter((row) => row.knee);
    expect(knees.map((row) => row.offered_rps)).toEqual([expect.closeTo(20, 9)]);
  });

  it('of a search the mark is where its own thresholds last hold, under another name', () => {
    const at = (rate: number, kept: boolean) => ({
      ...point({ rate }, { goodput_rps: rate, slo_attainment: 1 }),
      kept,
    });
    const marks = (runs: StudyRun[]) => goodputLoad.prepare(runs).filter((row) => row.knee !== '');
    const searched = marks([at(10, false), at(20, true), at(30, false)]);
    expect(searched.map(({ offered_rps, knee }) => [offered_rps, knee])).toEqual([[20, 'thresholds hold']]);
    expect(
      marks([
        point({ rate: 10 }, { goodput_rps: 10, slo_attainment: 1 }),
        point({ rate: 20 }, { goodput_rps: 2, slo_attainment: 0.1 }),
      ]),
    ).toMatchObject([{ offered_rps: 10, knee: '95% in time' }]);
    // Each setting by its own: that another holds at a load says nothing of this one.
    const slots = [8, 32].flatMap((slots) =>
      [10, 20, 30].map((rate) => ({
        ...point({ rate, slots }, { goodput_rps: rate, slo_attainment: 1 }),
        kept: rate <= (slots === 8 ? 10 : 20),
      })),
    );
    expect(marks(slots).map(({ series, offered_rps }) => [series, offered_rps])).toEqual([
      ['slots 8', 10],
      ['slots 32', 20],
    ]);
    // A search without a knee has no mark.
    expect(marks([at(10, false), at(20, false)])).toEqual([]);
  });

  it('without a served load there is no knee', () => {
    const rows = goodputLoad.prepare([
      point({ rate: 10 }, { goodput_rps: 1, slo_attainment: 0.1 }),
      point({ rate: 20 }, { goodput_rps: 1, slo_attainment: 0.05 }),
    ]);
    expect(rows.some((row) => row.knee)).toBe(false);
  });

  it('a figure whose parameter was not swept is left out', () => {
    expect(scaleOut.prepare([point({ 'population.users': 10 }, { ttft_ms_p99: 1 })])).toEqual([]);
  });

  it('other swept parameters become series', () => {
    const runs = [1e3, 1e4].flatMap((users) =>
      ['lru', 'sieve'].map((policy) =>
        point({ 'population.users': users, policy }, { hit_ratio_gpu: 0.5, cold_ratio: 0.1 }),
      ),
    );
    const rows = hitRatioCatalog.prepare(runs);
    expect([...new Set(rows.map((row) => row.series))]).toEqual(['lru', 'sieve']);
    expect(rows.filter((row) => row.metric === 'hit_ratio_warm').map((row) => row.value)).toEqual([0.9, 0.9, 0.9, 0.9]);
  });
});

describe('roofline', () => {
  it('no roof point lies above either bound, and it bends at the ridge', () => {
    const [peakFlops, peakBandwidth] = [1e12, 1e11];
    const rows = kernelRoofline.prepare([
      { ...kernelRows()[0], flops: 1e9, bytes: 1e8, seconds: 1e-2, peakFlops, peakBandwidth },
    ]);
    const roof = rows.filter((row) => row.roof === true);
    for (const { flop_per_byte, gflops } of roof) {
      expect(Number(gflops)).toBeCloseTo(Math.min(peakFlops, peakBandwidth * Number(flop_per_byte)) / 1e9, 6);
    }
    expect(Number(roof[0].gflops)).toBeLessThan(peakFlops / 1e9);
    expect(rows.find((row) => row.roof === false)).toMatchObject({ flop_per_byte: 10, gflops: 100 });
  });
});

describe('published rows', () => {
  it('are marked by what they can prove; rows without a ratio are left out', () => {
    const base = { source: 's', metric: 'm', unit: 'ms', group: 'g', label: 'l' };
    const rows = publishedSimulated.prepare([
      { ...base, published: 10, simulated: 11, fitted: false, saturated: false },
      { ...base, published: 10, simulated: 9, fitted: true, saturated: false },
      { ...base, published: 10, simulated: 9, fitted: true, saturated: true },
      { ...base, published: 0, simulated: 9, fitted: false, saturated: false },
    ]);
    expect(rows.map((row) => [row.use, row.ratio])).toEqual([
      ['held out', 1.1],
      ['fitted', 0.9],
      ['saturated', 0.9],
    ]);
  });
});

describe('the panel of a threshold', () => {
  const rows = (values: readonly number[]) =>
    kneeRows()
      .filter(({ metric }) => metric === 'ttft_ms_p99')
      .slice(0, values.length)
      .map((row, at) => ({ ...row, actual: values[at], lo: at === 0 ? -50 : values[at], hi: values[at], bound: 1000 }));
  const spec = (values: readonly number[]) =>
    JSON.stringify(knee.spec(knee.prepare(rows(values)), theme('light', 'wide')));

  it('is logarithmic where values span decades, though an interval is clipped at 0', () => {
    expect(spec([120, 400, 900, 500_000])).toContain('"type":"log","domain":[100,');
    expect(spec([300, 400, 900, 1200])).not.toContain('"type":"log","domain":[100,');
  });

  it('labels no value of its axis that lies beyond the ends', () => {
    const searched = rows([300, 400]).map((row, at) => ({ ...row, value: [20, 2000][at] }));
    expect(JSON.stringify(knee.spec(knee.prepare(searched), theme('light', 'wide')))).toContain('"values":[100,1000]');
  });

  it('has one unit along a linear axis, and no minutes among seconds', () => {
    expect(spec([3000, 2000, 1500, 12_000])).not.toMatch(/' min'|' µs'/);
    expect(spec([300, 400, 900, 1200])).not.toContain("' s'");
  });
});

it('a caption of goodput claims nothing about what lies beyond the mark', () => {
  expect(goodputLoad.howToRead).not.toMatch(/less service|beyond it/i);
});

describe('logarithmic axes', () => {
  it('hold every value, with at least two ticks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 20 }),
        (values) => {
          const { domain, ticks } = logTicks(values);
          expect(domain[0]).toBeLessThanOrEqual(Math.min(...values));
          expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values));
          expect(ticks.length).toBeGreaterThanOrEqual(1);
          expect(ticks.length).toBeLessThanOrEqual(20);
        },
      ),
    );
  });
});

describe('configurations of a plan', () => {
  it('are those around the answer, the cheaper ones above it', () => {
    const [one] = planRows();
    const many = Array.from({ length: 30 }, (_, i) => ({
      ...{ ...one, configuration: `c${i}`, price: i, verdict: i < 20 ? 'fails' : i === 20 ? 'answer' : 'passes' },
    })) as PlanRow[];
    const shown = planCandidates.prepare(many).map((row) => row.configuration);
    expect(shown).toEqual(Array.from({ length: 14 }, (_, i) => `c${i + 10}`));
    // Without an answer, the dearest.
    const none = many.map((row) => ({ ...row, verdict: 'fails' as const }));
    expect(planCandidates.prepare(none).at(-1)?.configuration).toBe('c29');
    expect(planCandidates.prepare(planRows()).map((row) => row.said)).toContain('40 s');
    expect(planCandidates.besides!(many)).toBe('Of the configurations 10 cheaper and 6 that come after are left out.');
    expect(planCandidates.besides!(planRows())).toBe('');
  });

  it('have a panel for each side on which a metric is bounded, and say which thresholds have none', async () => {
    const [one] = planRows();
    const bounds = [
      { metric: 'ttft_ms_p99', op: '<', bound: 2000 },
      { metric: 'ttft_ms_p99', op: '>', bound: 10 },
      { metric: 'tpot_ms_p99', op: '<', bound: 50 },
      { metric: 'rejections', op: '<', bound: 1 },
      { metric: 'ttft_ms_p99', op: '<', bound: 1500 },
    ].map((threshold) => ({ ...one, ...threshold }));
    const spec = JSON.stringify(planCandidates.spec(planCandidates.prepare(bounds), theme('light')));
    expect(spec).toMatch(/time to first token, p99, to be < 2 s and 1\.5 s/);
    expect(spec).toMatch(/time to first token, p99, to be > 10 ms/);
    expect(spec).toContain('"values":[{"bound":2000},{"bound":1500}]');
    const said = /1 of 4 thresholds are left out \(rejections <\): a row .* may fail there\./;
    expect(planCandidates.besides!(bounds)).toMatch(said);
    const [{ figure }] = await drawAll('plan', bounds, { kind: 'simulated', source: 'made up' });
    expect(figure.howToRead).toMatch(said);
  });
});

describe('tornado', () => {
  it('shows of each metric the parameters that can be seen, and none where nothing moves', () => {
    const row = (metric: string, parameter: string, end: 'low end' | 'high end' | 'joint draw', at: number) => ({
      ...{ metric, parameter, end, at, base: 100, unit: 'ms', text: '', bound: null },
    });
    const rows = tornado.prepare([
      ...[row('a', 'much', 'low end', 0), row('a', 'much', 'high end', 100)],
      ...[row('a', 'hardly', 'low end', 99.5), row('a', 'hardly', 'high end', 100)],
      row('a', 'all together', 'joint draw', 100),
      ...[row('b', 'much', 'low end', 100), row('b', 'much', 'high end', 100)],
      row('b', 'all together', 'joint draw', 100),
    ]);
    expect(rows.map(({ metric, parameter, end }) => `${metric} ${parameter} ${end}`)).toEqual([
      'a much low end',
      'a much high end',
      'a all together joint draw',
    ]);
  });
});

describe('what metrics rest on', () => {
  const metric = (name: string, swing: number, bound: number | null = null): SensitivityRow[] =>
    Array.from({ length: 9 }, (_, i) =>
      (['low end', 'high end'] as const).map((end) => ({
        ...{ parameter: `p${i}`, end, text: '×2', metric: name, unit: 'ms', base: 100, bound },
        at: 100 + (end === 'low end' ? -swing : swing) / (1 + i / 10),
      })),
    ).flat();

  it('fits about two pages: metrics with a threshold and those that are affected most, in their order', () => {
    const many = [
      ...metric('rejections', 0.1),
      ...Array.from({ length: 9 }, (_, i) => metric(`m${i}`, 10 + i)),
      ...metric('ttft_ms_p99', 1, 2000),
    ].flat();
    const drawn = [...new Set(tornado.prepare(many).map((row) => row.metric))];
    expect(drawn).toEqual(['m4', 'm5', 'm6', 'm7', 'm8', 'ttft_ms_p99']);
    expect(tornado.besides!(many)).toMatch(
      /; 5 more that change are left to the table: requests refused; m0; m1; m2; m3\./,
    );
    const few = [...metric('m0', 1), ...metric('m1', 2)];
    expect(new Set(tornado.prepare(few).map((row) => row.metric)).size).toBe(2);
    expect(tornado.besides!(few)).toBe('');
  });
});

it('the caption of step time names stalls where there are some', () => {
  expect(stepTime.besides!(run)).toContain('stall band');
  const columns = { ...run.timeseries.columns, part_stall_s: new Float64Array(run.timeseries.length) };
  expect(stepTime.besides!({ ...run, timeseries: { ...run.timeseries, columns } })).toBe('');
  expect(stepTime.howToRead).not.toContain('stall');
});

describe('the ticks of a low plot', () => {
  it.each([
    [0.6, 50, [0, 0.2, 0.4, 0.6]],
    [1, 50, [0, 0.5, 1]],
    [447, 50, [0, 250, 500]],
    [0.877, 53, [0, 0.5, 1]],
    [40, 100, [0, 20, 40]],
    [30, 100, [0, 10, 20, 30]],
    [0, 50, [0, 0.5, 1]],
  ])('from 0 to %s in %s px are all labelled', (most, height, ticks) => {
    expect(fewTicks(most, height).ticks).toEqual(ticks);
  });

  it.each([
    [[60, 1300], 60],
    [[50, 10_000], 50],
    [[1, 1e6], 50],
    [[90, 5000], 80],
  ])('over %s, logarithmic, are three at least', (values, height) => {
    const { domain, ticks } = fewLogTicks(values, height);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    const px = ticks.map((tick) => (height * Math.log(tick / domain[0])) / Math.log(domain[1] / domain[0]));
    for (const [i, at] of px.slice(1).entries()) expect(at - px[i]).toBeGreaterThan(12);
  });
});
