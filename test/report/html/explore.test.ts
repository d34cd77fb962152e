/** What the page's program is made of, without a browser: reading files that a reader opens, and the charts' specifications. */
import { compile } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/report/csv.ts';
import { digest } from '../../../src/report/digest.ts';
import { assemble } from '../../../src/report/figures/frame.ts';
import { figuresOf } from '../../../src/report/figures/index.ts';
import { change } from '../../../src/report/html/explore/change.ts';
import {
  asFigure,
  byCohort,
  type Chart,
  COUNTER,
  distributions,
  overTime,
  type ShownRun,
} from '../../../src/report/html/explore/charts.ts';
import { legendsOf, pointable } from '../../../src/report/html/explore/pointable.ts';
import { parseCsv, readOpened } from '../../../src/report/html/explore/read-file.ts';
import { exploreSection } from '../../../src/report/html/explore-section.ts';
import { embedded, runJson } from '../../../src/report/html/run-data.ts';
import { theme } from '../../../src/report/theme.ts';
import { runTables } from '../fixture.ts';

const tables = runTables();
const run = runJson(tables, digest(tables).reproduce, []);
const page = (data: unknown) => `<p>…</p><script type="application/json" id="run-data">${embedded(data)}</script>`;
const shown = (...labels: string[]): ShownRun[] => labels.map((label) => ({ label, run }));
const DAY = { from: 0, to: 86_400 };

describe('a run whose one cohort is called all', () => {
  it('offers it once', () => {
    const boxes = [...exploreSection(['all'], 's').matchAll(/type="checkbox" value="([^"]*)"/g)].map(
      ([, value]) => value,
    );
    expect(boxes).toEqual(['all']);
    const one = { ...run, cohorts: ['all'] };
    const chart = distributions([{ label: 'a', run: one }], {
      ...{ metric: 'ttft_ms', cohorts: ['all'], scale: 'log', form: 'below' },
    });
    const spec = JSON.stringify(assemble(asFigure(chart, 'q'), chart.rows, theme('light', 'wide'), { titled: false }));
    expect(spec).toContain('"domain":["all requests"]');
  });
});

describe('a file that the reader opens', () => {
  it('another report: what it carries comes back as it was', () => {
    const opened = readOpened('report.html', page(run));
    expect(JSON.parse(JSON.stringify(opened))).toEqual({ kind: 'run', run: JSON.parse(JSON.stringify(run)) });
  });

  it('takes numbers, strings and lists, and nothing else', () => {
    const hostile = {
      ...run,
      name: { toString: 'x' },
      metrics: [{ metric: 7, cohort: null, unit: 'ms', value: 'NaN', n: [] }, 5],
      series: { t_s: [1, 'two', null], __proto__: { polluted: [1] } },
      distributions: 'none',
      figures: { a: [{ b: { c: 1 }, d: true }] },
    };
    const opened = readOpened('report.html', page(hostile));
    if (opened.kind !== 'run') throw new Error('expected a run');
    expect(opened.run.name).toBe('');
    expect(opened.run.metrics[0]).toEqual({
      metric: '',
      cohort: '',
      unit: 'ms',
      value: null,
      n: 0,
      lo: null,
      hi: null,
    });
    expect(Array.from(opened.run.series.t_s)).toEqual([1, null, null]);
    expect(opened.run.distributions).toEqual([]);
    expect({ ...opened.run.figures.a[0] }).toEqual({ b: null, d: true });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('says what is wrong with any other', () => {
    expect(() => readOpened('report.html', '<html>')).toThrow('report.html is no report of mint-bench');
    expect(() => readOpened('report.html', page({ ...run, version: 99 }))).toThrow('another version');
    expect(() => readOpened('summary.json', '{"metrics": ')).toThrow('not whole JSON');
    expect(() => readOpened('notes.json', '[]')).toThrow('no summary.json');
  });

  it('a figure’s CSV: rows as they were written', () => {
    const rows = [
      { cohort: 'a "b", c', value: 1.5e-7, none: null, formula: 'x\ny' },
      { cohort: 'plain', value: -3, none: null, formula: '' },
    ];
    const back = parseCsv(csv(rows)).map((row) => ({ ...row }));
    expect(back).toEqual([rows[0], { ...rows[1], formula: null }]);
    expect(readOpened('memory-split.csv', 'a,b\r\n1,2\r\n')).toMatchObject({ kind: 'figure', id: 'memory-split' });
    const spec = JSON.stringify({ data: { values: [{ a: 1 }] } });
    expect(readOpened('fairness.vl.json', spec)).toMatchObject({ kind: 'figure', id: 'fairness', rows: [{ a: 1 }] });
  });
});

describe('what a page carries', () => {
  it('cannot end its element, whatever the names are', () => {
    const text = embedded({ name: '</script><script>alert(1)</script>\u2028' });
    expect(text).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(text)).toEqual({ name: '</script><script>alert(1)</script>\u2028' });
  });

  it('a distribution in fewer steps keeps its ends, and no quantile moves by more than a step', () => {
    const { metric, cohort, upper_value, cumulative } = tables.distributions.columns as Record<
      string,
      ArrayLike<never>
    >;
    const whole = Array.from(metric, (_, i) => i).filter((i) => metric[i] === 'ttft_ms' && cohort[i] === 'free');
    const total = cumulative[whole[whole.length - 1]];
    const kept = run.distributions.find((found) => found.metric === 'ttft_ms' && found.cohort === 'free')!;
    expect(kept.values.at(0)).toBe(upper_value[whole[0]]);
    expect(kept.values.at(-1)).toBe(upper_value[whole[whole.length - 1]]);
    expect(kept.below.at(-1)).toBe(1);
    for (const i of whole) {
      const share = cumulative[i] / total;
      const at = kept.values.findLastIndex((value) => value <= upper_value[i]);
      expect(share - kept.below[at]).toBeLessThan(1 / 150 + 1e-9);
    }
  });
});

describe('charts', () => {
  const CHARTS: Record<string, Chart> = {
    'over time': overTime(shown('a', 'b'), { metric: 'ttft_ms_p99', scale: 'log', ...DAY }),
    'over a stretch': overTime(shown('a'), { metric: 'arrivals', scale: 'linear', from: 3600, to: 7200 }),
    distribution: distributions(shown('a', 'b'), {
      metric: 'ttft_ms',
      cohorts: ['all', 'free'],
      scale: 'log',
      form: 'below',
    }),
    tail: distributions(shown('a'), { metric: 'tpot_ms', cohorts: ['pro'], scale: 'linear', form: 'above' }),
    metric: byCohort(shown('a', 'b'), { metric: 'slo_attainment', cohorts: ['all', 'free', 'pro'], scale: 'linear' }),
    counter: byCohort(shown('a'), { metric: `${COUNTER}arrivals`, cohorts: ['free'], scale: 'log' }),
  };

  it('has a tail on decades, each with a line and a label, down to the least share that is drawn', () => {
    const { rows } = CHARTS.tail;
    const drawn = JSON.stringify(CHARTS.tail.spec(rows, theme('light')));
    const { domain, values } =
      /"domain":\[(?<domain>[^\]]*),1\],"nice":false\},"axis":\{"values":\[(?<values>[^\]]*)\]/.exec(drawn)!
        .groups as Record<string, string>;
    const least = Math.min(...rows.map(({ share }) => share as number));
    expect(Number(domain)).toBeLessThanOrEqual(least);
    expect(Number(domain)).toBeGreaterThan(least / 10.1);
    const ticks = values.split(',').map(Number);
    expect(ticks.map((tick, i) => tick * 10 ** i)).toEqual(ticks.map(() => expect.closeTo(1, 12)));
    expect(ticks.at(-1)).toBeCloseTo(Number(domain), 12);
  });

  it.each(Object.entries(CHARTS))('%s: rows, and a specification that compiles without complaint', (_, chart) => {
    expect(chart.rows.length).toBeGreaterThan(0);
    const complaints: unknown[] = [];
    const keep = (...said: unknown[]) => complaints.push(...said);
    const logger = { level: () => logger, error: keep, warn: keep, info: () => logger, debug: () => logger };
    const spec = assemble(asFigure(chart, 'question'), chart.rows, theme('light'), { titled: false });
    compile(structuredClone(spec) as never, { logger: logger as never });
    expect(complaints).toEqual([]);
  });

  it('leave out what a logarithmic axis cannot show', () => {
    const zero = { ...run, series: { t_s: [0, 60, 120], loads: [0, 5, null] } };
    const rows = (scale: 'log' | 'linear') =>
      overTime([{ label: 'a', run: zero }], { metric: 'loads', scale, ...DAY }).rows.map(({ value }) => value);
    expect(rows('linear')).toEqual([0, 5, null]);
    expect(rows('log')).toEqual([5]);
  });

  it('a stretch of time ends before the buckets that begin at its end: behind the run that is the drain', () => {
    const drained = { ...run, duration_s: 3, series: { t_s: [0, 1, 2, 3], loads: [1, 2, 3, 99] } };
    const chart = overTime([{ label: 'a', run: drained }], { metric: 'loads', scale: 'linear', from: 0, to: 3 });
    expect(chart.rows.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('all requests look as in the figures of the page', () => {
    const chart = CHARTS.distribution;
    const figure = Object.fromEntries(figuresOf('run'))['ttft-distribution'];
    const colours = (of: ReturnType<typeof asFigure>, rows: Chart['rows']) => {
      const found = JSON.stringify(assemble(of, rows, theme('light'), { titled: false }));
      const [, domain, range] = /"scale":\{"domain":(\[[^\]]*\]),"range":(\["#[^\]]*\])/.exec(found)!;
      return (JSON.parse(range) as string[])[(JSON.parse(domain) as string[]).indexOf('all requests')];
    };
    const own = colours(asFigure(chart, 'q'), chart.rows);
    expect(own).toMatch(/^#/);
    expect(own).toBe(colours(figure as unknown as ReturnType<typeof asFigure>, figure.prepare(tables)));
  });

  it('every figure of a run can be pointed at and still compiles', () => {
    for (const [id, figure] of figuresOf('run')) {
      const rows = figure.prepare(tables);
      if (rows.length === 0) continue;
      const spec = legendsOf(assemble(figure, rows, theme('light'), { titled: false }), rows);
      expect(() => compile(pointable(structuredClone(spec)) as never), id).not.toThrow();
    }
  });

  it('a legend lists what is left, and colours stay', () => {
    const color = { field: 'cohort', scale: { domain: ['a', 'b'], range: ['red', 'blue'] }, legend: { columns: 2 } };
    const spec = legendsOf({ layer: [{ encoding: { color } }] }, [{ cohort: 'b' }]);
    expect(spec).toEqual({ layer: [{ encoding: { color: { ...color, legend: { columns: 2, values: ['b'] } } } }] });
  });
});

it('a change is told in percent, shares in points, and nothing of nothing', () => {
  expect(change(100, 120, 'ms')).toBe('+20%');
  expect(change(100, 75, 'ms')).toBe('−25%');
  expect(change(0.9, 0.95, 'fraction')).toBe('+5 points');
  expect(change(1, 20, 'count')).toBe('20×');
  expect(change(0, 3, 'count')).toBe('+3');
  expect(change(3, 3, 'count')).toBe('equal');
  expect(change(null, 3, 'count')).toBe('–');
});
