/**
 * The charts that a reader puts together: any metric over time, any distribution, any number by cohort, for one run or several.
 * Each is a plain Vega-Lite specification over rows; hovering, brushing and scales are said there, not programmed.
 */

import { countAxis, millisecondsAxis, secondsAxis, shareAxis } from '../../figures/axes.ts';
import { cohortLooks, everyone } from '../../figures/distribution.ts';
import type { Figure, Row } from '../../figures/figure.ts';
import { barsHeight, categoryAxis, distinct, labelRoom, panels } from '../../figures/panels.ts';
import { lineSeries, pointSeries, present } from '../../figures/series.ts';
import { timeAxis } from '../../figures/time.ts';
import { formatMetric, possible } from '../../format.ts';
import type { Spec } from '../../render.ts';
import { seriesLooks, type Theme } from '../../theme.ts';
import { type RunJson, unitOf } from './run-json.ts';

/** A run with the name that the page shows it by. */
export interface ShownRun {
  readonly label: string;
  readonly run: RunJson;
}

export type ScaleType = 'linear' | 'log';

export interface Chart {
  readonly rows: readonly Row[];
  spec(rows: readonly Row[], theme: Theme): Spec;
}

/** As much of Figure as assemble() reads. */
export const asFigure = (chart: Chart, question: string): Figure =>
  ({ question, title: question, spec: chart.spec }) as Figure;

/** Digits in which a value is told when it is pointed at. */
const EXACT = 6;

/** Marks that can be pointed at: invisible points on a line, as large as a finger tip is inexact. */
const POINTS: Spec = { type: 'point', filled: true, opacity: 0, size: 60, tooltip: { expr: 'datum.tip' } };

function axisOf(unit: string, field: string, title: string | null, type: ScaleType, values: readonly number[]): Spec {
  const options = { log: type === 'log', values, grid: true };
  if (unit === 'fraction' && type === 'linear') return shareAxis(field, title, [0, Math.max(1, ...values)]);
  if (unit === 'ms') return millisecondsAxis(field, title, options);
  if (unit === 's') return secondsAxis(field, title, options);
  return countAxis(field, title, options);
}

// ── Over time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface OverTime {
  readonly metric: string;
  readonly scale: ScaleType;
  /** Seconds of simulated time. */
  readonly from: number;
  readonly to: number;
}

/** Columns of the time series that can be chosen, all runs together. */
export const seriesMetrics = (runs: readonly ShownRun[]): string[] =>
  [...new Set(runs.flatMap(({ run }) => Object.keys(run.series)))].filter(
    (name) => name !== 't_s' && name !== 'length_s',
  );

/** The unit in which the time of a run this long is told. */
export function timeUnit(seconds: number): { readonly name: 's' | 'min' | 'h'; readonly seconds: number } {
  if (seconds > 7200) return { name: 'h', seconds: 3600 };
  return seconds > 120 ? { name: 'min', seconds: 60 } : { name: 's', seconds: 1 };
}

/** "12 h" on the hour, "12:10" between; minutes and seconds as they are. */
const clockLabel = (name: string, seconds: number): string => {
  const plain = `format(datum.value / ${seconds}, '.4~g') + ' ${name}'`;
  const clock = "floor(datum.value / 3600) + ':' + format(floor(datum.value / 60) % 60, '02d')";
  return name === 'h' ? `datum.value % 3600 == 0 ? ${plain} : ${clock}` : plain;
};

/** Round times between two others, about `count` of them: the spacing is that of a run as long as the stretch. */
function timeTicks(from: number, to: number, count: number): number[] {
  const [first, second] = (timeAxis(to - from, count).axis as { values: number[] }).values;
  const step = second === undefined ? to - from : second - first;
  const ticks: number[] = [];
  for (let tick = Math.ceil(from / step - 1e-9) * step; tick <= to * (1 + 1e-9); tick += step) ticks.push(tick);
  return ticks;
}

/** Name of the brush's selection: what it holds is read from Vega by this name. */
export const BRUSH = 'brush';

export function overTime(runs: readonly ShownRun[], { metric, scale, from, to }: OverTime): Chart {
  const unit = unitOf(metric);
  const whole = Math.max(0, ...runs.map(({ run }) => run.duration_s));
  const { name, seconds } = timeUnit(whole);
  const rows = runs.flatMap(({ label, run }) =>
    (run.series.t_s ?? []).flatMap((t, i): Row[] => {
      const value = run.series[metric]?.[i] ?? null;
      if (t === null || t < from || t >= to || (scale === 'log' && !(value !== null && value > 0))) return [];
      return [{ run: label, t_s: t, value }];
    }),
  );
  return {
    rows,
    spec(shown, theme) {
      const looks = Object.values(seriesLooks(distinct(shown, 'run')));
      const x = {
        field: 't_s',
        type: 'quantitative',
        scale: { domain: [from, to], nice: false },
        axis: {
          title: 'simulated time',
          values: timeTicks(from, to, theme.roomy ? 8 : 4),
          labelExpr: clockLabel(name, seconds),
        },
      };
      const y = axisOf(unit, 'value', null, scale, valuesOf(shown));
      const series = lineSeries('run', looks, theme);
      return panels(theme, [
        {
          title: metric,
          height: 280,
          layer: [
            { mark: { type: 'line', clip: true }, encoding: { x, y, ...series } },
            {
              // Anywhere above a moment, the values that all runs have then.
              data: { values: moments(shown, (t) => `${formatMetric(t / seconds, 'index', EXACT)} ${name}`, unit) },
              params: [
                { name: BRUSH, select: { type: 'interval', encodings: ['x'] } },
                { name: 'pointed', select: { type: 'point', on: 'pointerover', clear: 'pointerout' } },
              ],
              mark: { type: 'rule', color: theme.muted, tooltip: { expr: 'datum.tip' } },
              encoding: {
                x,
                size: { value: { expr: `max(1, width / ${Math.max(1, shown.length / looks.length)})` } },
                opacity: { condition: { param: 'pointed', empty: false, value: 0.35 }, value: 0 },
              },
            },
          ],
        },
      ]);
    },
  };
}

function moments(rows: readonly Row[], clock: (t: number) => string, unit: string): Row[] {
  const tips = new Map<number, string>();
  for (const { run, t_s, value } of rows) {
    if (value === null) continue;
    const t = Number(t_s);
    tips.set(t, `${tips.get(t) ?? clock(t)} · ${run} ${formatMetric(Number(value), unit, EXACT)}`);
  }
  return Array.from(tips, ([t_s, tip]) => ({ t_s, tip }));
}

const valuesOf = (rows: readonly Row[], ...fields: string[]): number[] =>
  rows
    .flatMap((row) => (fields.length === 0 ? ['value'] : fields).map((field) => row[field]))
    .filter((v) => v !== null && v !== undefined)
    .map(Number);

// ── Distributions ─────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Distributions {
  readonly metric: string;
  readonly cohorts: readonly string[];
  readonly scale: ScaleType;
  /** `below`: share of the sample below a value; `above`: share above it, on a logarithmic axis, where tails show. */
  readonly form: 'below' | 'above';
}

export const distributionMetrics = (runs: readonly ShownRun[]): string[] => [
  ...new Set(runs.flatMap(({ run }) => run.distributions.map(({ metric }) => metric))),
];

export function distributions(runs: readonly ShownRun[], { metric, cohorts, scale, form }: Distributions): Chart {
  const unit = unitOf(metric);
  const rows = runs.flatMap(({ label, run }) =>
    run.distributions
      .filter((found) => found.metric === metric && cohorts.includes(found.cohort))
      .flatMap(({ cohort, values, below }) =>
        values.flatMap((value, i): Row[] => {
          const share = form === 'below' ? below[i] : 1 - below[i];
          if ((scale === 'log' && value <= 0) || (form === 'above' && share <= 0)) return [];
          const word = `${formatMetric(share, 'fraction', EXACT)} ${form}`;
          const name = cohortName(cohort);
          return [
            {
              run: label,
              cohort: name,
              value,
              share,
              tip: `${label} · ${name} · ${word} ${formatMetric(value, unit, EXACT)}`,
            },
          ];
        }),
      ),
  );
  return {
    rows,
    spec(shown, theme) {
      // A cohort keeps its colour whoever else is shown, and has the one of the page's figures.
      const own = runs.flatMap(({ run }) => run.cohorts).filter((cohort) => cohort !== 'all');
      const everybody = [...new Set(own), 'all'].map(cohortName);
      const looks = present(cohortLooks(everybody), shown, 'cohort');
      const runNames = distinct(shown, 'run');
      const x = axisOf(unit, 'value', metric, scale, valuesOf(shown));
      const y = form === 'below' ? shareAxis('share', null) : shareOnLog(valuesOf(shown, 'share'));
      const { color, strokeDash } = lineSeries('cohort', looks, theme);
      // Dashes tell runs apart where there are several, and cohorts once more where there is one.
      const dash = runNames.length < 2 ? strokeDash : dashes(runNames);
      return panels(theme, [
        {
          title: form === 'below' ? 'share of the sample below' : 'share of the sample above',
          height: 280,
          layer: [
            {
              mark: { type: 'line', interpolate: 'step-after', clip: true },
              encoding: { x, y, color, strokeDash: dash },
            },
            { mark: POINTS, encoding: { x, y, color, detail: { field: 'run' } } },
          ],
        },
      ]);
    },
  };
}

/** Decades up to everybody: 100%, 10%, 1%, …, a line and a label each. */
function shareOnLog(shares: readonly number[]): Spec {
  const least = Math.min(...shares.filter((share) => share > 0), 0.1);
  // Rounding must not make a decade of what is one.
  const decades = Math.max(1, Math.ceil(-Math.log10(least) - 1e-9));
  return {
    ...{ field: 'share', type: 'quantitative', title: null },
    scale: { type: 'log', domain: [10 ** -decades, 1], nice: false },
    axis: {
      values: Array.from({ length: decades + 1 }, (_, i) => Number(`1e-${i}`)),
      labelExpr: "format(datum.value, '~%')",
      grid: true,
    },
  };
}

/** Runs by dash where colour says the cohort. */
const dashes = (names: readonly string[]): Spec => ({
  field: 'run',
  type: 'nominal',
  sort: null,
  scale: { domain: names, range: Object.values(seriesLooks(names)).map(({ dash }) => dash) },
  legend: { symbolType: 'stroke', symbolSize: 260, columns: 2, orient: 'bottom' },
});

/** The whole run stands in tables as a cohort of the name "all". */
export const cohortName = (cohort: string): string => (cohort === 'all' ? everyone : cohort);

// ── By cohort ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ByCohort {
  /** A metric of the summary, or `counter:` and a column of cohorts.arrow. */
  readonly metric: string;
  readonly cohorts: readonly string[];
  readonly scale: ScaleType;
}

export const COUNTER = 'counter:';

export function cohortMetrics(runs: readonly ShownRun[]): { readonly metrics: string[]; readonly counters: string[] } {
  return {
    metrics: [...new Set(runs.flatMap(({ run }) => run.metrics.map(({ metric }) => metric)))],
    counters: [...new Set(runs.flatMap(({ run }) => Object.keys(run.counters)))],
  };
}

export function byCohort(runs: readonly ShownRun[], { metric, cohorts, scale }: ByCohort): Chart {
  const counter = metric.startsWith(COUNTER) ? metric.slice(COUNTER.length) : null;
  const unit = counter === null ? (findUnit(runs, metric) ?? 'count') : unitOf(counter);
  const rows = runs.flatMap(({ label, run }) =>
    cohorts.flatMap((cohort): Row[] => {
      const found = counter === null ? summaryOf(run, metric, cohort) : counterOf(run, counter, cohort);
      const { value } = found;
      const [lo, hi] = [possible(found.lo, unit), possible(found.hi, unit)];
      if (value === null || (scale === 'log' && value <= 0)) return [];
      const name = cohortName(cohort);
      const shown = formatMetric(value, unit, EXACT);
      const interval =
        lo === null || hi === null ? '' : ` (95%: ${formatMetric(lo, unit, EXACT)} … ${formatMetric(hi, unit, EXACT)})`;
      return [
        {
          cohort: name,
          run: label,
          value,
          lo,
          hi,
          text: formatMetric(value, unit),
          tip: `${label} · ${name} · ${shown}${interval}`,
        },
      ];
    }),
  );
  return {
    rows,
    spec(shown, theme) {
      const cohortNames = distinct(shown, 'cohort');
      const runNames = distinct(shown, 'run');
      const series = pointSeries('run', Object.values(seriesLooks(runNames)), theme);
      const values = valuesOf(shown, 'value', 'lo', 'hi');
      const x = { ...axisOf(unit, 'value', counter ?? metric, scale, values) };
      const y = { ...categoryAxis('cohort'), scale: { padding: 0.2 } };
      const offset = { field: 'run', sort: null };
      return panels(
        theme,
        [
          {
            title: null,
            height: Math.max(60, barsHeight(cohortNames.length * Math.max(1, runNames.length * 0.7))),
            layer: [
              {
                transform: [{ filter: 'isValid(datum.lo) && isValid(datum.hi)' }],
                mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
                encoding: { y, yOffset: offset, x: { ...x, field: 'lo' }, x2: { field: 'hi' }, color: series.color },
              },
              {
                mark: { type: 'point', filled: true, size: 110, opacity: 1, tooltip: { expr: 'datum.tip' } },
                encoding: { y, yOffset: offset, x, ...series },
              },
              {
                transform: [{ calculate: 'isValid(datum.hi) ? datum.hi : datum.value', as: 'end' }],
                mark: { type: 'text', align: 'left', dx: 10, clip: false },
                encoding: { y, yOffset: offset, x: { ...x, field: 'end' }, text: { field: 'text', type: 'nominal' } },
              },
            ],
          },
        ],
        labelRoom(cohortNames, theme) + 40,
      );
    },
  };
}

interface Value {
  readonly value: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}
const NOTHING: Value = { value: null, lo: null, hi: null };

const findUnit = (runs: readonly ShownRun[], metric: string): string | undefined =>
  runs.flatMap(({ run }) => run.metrics).find((row) => row.metric === metric)?.unit;

const summaryOf = (run: RunJson, metric: string, cohort: string): Value =>
  run.metrics.find((row) => row.metric === metric && row.cohort === cohort) ?? NOTHING;

/** "all" is the sum: these are counts. */
function counterOf(run: RunJson, counter: string, cohort: string): Value {
  const counts = run.counters[counter];
  if (counts === undefined) return NOTHING;
  if (cohort === 'all') return { value: counts.reduce((sum, count) => sum + count, 0), lo: null, hi: null };
  const at = run.cohorts.indexOf(cohort);
  return at < 0 ? NOTHING : { value: counts[at] ?? null, lo: null, hi: null };
}
