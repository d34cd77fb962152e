/**
 * Published against simulated, value by value, and what follows from all of them together.
 *
 * - error of a value: (simulated − published) / published; of a metric that is itself a fraction, the difference in points
 * - MAPE: mean of |error| over rows; SMAPE: mean of |s − p| / ((s + p) / 2), the formula of the published twin
 * - saturated: the published run achieved less than 95% of what was offered. Throughput is easy there and latency grows with
 *   the length of the run, so these rows are scored apart
 * - beyond-knee: a first token of a row that keeps up but whose published value passes the limit of its group's knee; the limit is the
 *   group's own, so the simulation has no say in which rows these are
 * - looked-at: a value of the scenario was chosen after looking at the row, without a fit
 * - fitted, looked-at: a run has one standing. Rows of a system that resolve to one run share the strictest of theirs: fitted whatever the
 *   metric, looked-at where the choice was made on the metric
 * - one run counts once: values of one metric that are published of it several times weigh together as one
 * - arithmetic: the source computed the value from inputs that the scenario takes over. Nothing there can disagree but the rule, so these
 *   rows stand in no summary, no ordering and no drawing
 * - orderings: pairs of rows of a group that differ in one setting and whose published values differ by more than the noise: does the
 *   simulation order them alike?
 * - knee: steps of the grid between the first published and the first simulated value beyond a limit
 */
import { unitOfMetric } from './published.ts';
import type { PublishedRow } from './rows.ts';

/** In the order in which scores stand: what says most first. */
const STANDINGS = ['held-out', 'beyond-knee', 'saturated', 'looked-at', 'fitted', 'arithmetic'] as const;
export type Standing = (typeof STANDINGS)[number];

export interface Comparison {
  readonly row: PublishedRow;
  readonly metric: string;
  readonly unit: string;
  readonly published: number;
  /** Null where the simulation has no such value: no request finished. */
  readonly simulated: number | null;
  readonly error: number | null;
  readonly standing: Standing;
  /** By simulator. */
  readonly predicted: ReadonlyMap<string, number>;
}

export interface Score {
  readonly metric: string;
  readonly standing: Standing;
  /** Published values, and distinct runs that they are of: means are over runs. */
  readonly rows: number;
  readonly runs: number;
  readonly mape: number;
  /** Of |error|: what one row near a knee cannot spoil. */
  readonly median: number;
  readonly smape: number;
  readonly bias: number;
  readonly worst: Comparison;
  readonly tolerance: number | null;
}

export interface Orderings {
  readonly metric: string;
  readonly kept: number;
  readonly of: number;
}

export interface Knee {
  readonly group: string;
  readonly series: string;
  readonly axis: string;
  readonly metric: string;
  /** Axis values; null where the limit is not reached on the grid. */
  readonly published: unknown;
  readonly simulated: unknown;
  readonly steps: number;
}

/**
 * Another simulator and this one on the rows that it predicts and that this one was not fitted to; rows that a choice was made on apart,
 * since the other one had no such choice.
 */
export interface Rival {
  readonly by: string;
  readonly metric: string;
  readonly lookedAt: boolean;
  readonly rows: number;
  readonly own: number;
  readonly theirs: number;
}

const SATURATED = 0.95;
/** Published differences below this are taken for noise. */
export const ORDERING_NOISE = 0.05;

export type ValuesOf = (row: PublishedRow) => ReadonlyMap<string, number | null>;

export function compare(rows: readonly PublishedRow[], valuesOf: ValuesOf): Comparison[] {
  const standingOf = standings(rows);
  return rows.flatMap((row) => {
    const values = valuesOf(row);
    return [...row.published].map(([metric, published]): Comparison => {
      const simulated = values.get(metric) ?? null;
      const unit = unitOfMetric(metric);
      const predicted = new Map(
        [...row.predictions].flatMap(([by, known]) => {
          const value = known.get(metric);
          return value === undefined ? [] : [[by, value] as const];
        }),
      );
      return {
        row,
        metric,
        unit,
        published,
        simulated,
        error: errorOf(published, simulated, unit),
        standing: standingOf(row, metric),
        predicted,
      };
    });
  });
}

export function errorOf(published: number, simulated: number | null, unit: string): number | null {
  if (simulated === null) return null;
  if (unit === 'fraction') return simulated - published;
  return published === 0 ? (simulated === 0 ? 0 : null) : (simulated - published) / published;
}

const runOf = ({ reproduction, id }: PublishedRow): string => `${reproduction}\n${id}`;

/** What was fitted to a run, or chosen on it, holds for each row that is the same run, whichever table it stands in. */
function standings(rows: readonly PublishedRow[]): (row: PublishedRow, metric: string) => Standing {
  const fitted = new Set(rows.filter(({ group }) => group.use === 'fitted').map(runOf));
  const lookedAt = new Set(rows.flatMap((row) => [...row.lookedAt].map((metric) => `${runOf(row)}\n${metric}`)));
  return (row, metric) => {
    if (row.group.use !== 'held-out') return row.group.use;
    if (fitted.has(runOf(row))) return 'fitted';
    return lookedAt.has(`${runOf(row)}\n${metric}`) ? 'looked-at' : unseen(row, metric);
  };
}

/** Of rows that nothing was set on. */
function unseen(row: PublishedRow, metric: string): Standing {
  const achieved = row.published.get('request_rps') ?? row.published.get('makespan_rps');
  if (achieved !== undefined && row.offered !== null && achieved < SATURATED * row.offered) return 'saturated';
  const { knee } = row.group;
  return knee?.metric === metric && row.published.get(metric)! > knee.above ? 'beyond-knee' : 'held-out';
}

/** Those that a simulation could get wrong. */
export const testing = (comparisons: readonly Comparison[]): Comparison[] =>
  comparisons.filter(({ standing }) => standing !== 'arithmetic');

export interface Tolerances {
  readonly tolerance: Readonly<Record<string, number>>;
  readonly tolerance_beyond: Readonly<Record<string, number>>;
}

/** What is accepted of rows that were neither fitted nor looked at nor computed. */
function toleranceOf(metric: string, standing: Standing, given: Tolerances): number | null {
  if (standing === 'held-out') return given.tolerance[metric] ?? null;
  return standing === 'beyond-knee' || standing === 'saturated' ? (given.tolerance_beyond[metric] ?? null) : null;
}

const NONE: Tolerances = { tolerance: {}, tolerance_beyond: {} };

export function scores(comparisons: readonly Comparison[], given: Tolerances = NONE): Score[] {
  const inOrder = STANDINGS.flatMap((one) => comparisons.filter(({ standing }) => standing === one));
  const keys = [...new Set(inOrder.map(({ metric, standing }) => `${metric}\n${standing}`))];
  return keys.map((key) => {
    const [metric, standing] = key.split('\n') as [string, Standing];
    const own = comparisons.filter((one) => one.metric === metric && one.standing === standing);
    const worst = own.reduce((a, b) => (size(b) > size(a) ? b : a));
    const runs = [...new Set(own.map(({ row }) => runOf(row)))].map((run) =>
      own.filter(({ row }) => runOf(row) === run),
    );
    const byRun = (of: (one: Comparison) => number) => runs.map((repeats) => mean(repeats.map(of)));
    return {
      metric,
      standing,
      rows: own.length,
      runs: runs.length,
      mape: mean(byRun(size)),
      median: median(byRun(size)),
      smape: mean(byRun(({ published, simulated }) => symmetric(published, simulated))),
      bias: mean(byRun(({ error }) => error ?? -1)),
      worst,
      tolerance: toleranceOf(metric, standing, given),
    };
  });
}

/** A value that is missing is as wrong as a value of nothing. */
const size = ({ error }: Comparison): number => (error === null ? 1 : Math.abs(error));
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function symmetric(a: number, b: number | null): number {
  if (b === null) return 2;
  return a === b ? 0 : Math.abs(a - b) / ((Math.abs(a) + Math.abs(b)) / 2);
}

export function orderings(all: readonly Comparison[]): Orderings[] {
  const comparisons = testing(all);
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  return metrics.flatMap((metric) => {
    let kept = 0;
    let of = 0;
    const own = comparisons.filter((one) => one.metric === metric);
    for (let i = 0; i < own.length; i++) {
      for (let j = i + 1; j < own.length; j++) {
        const [a, b] = [own[i], own[j]];
        if (a.row.group !== b.row.group || !oneApart(a.row.settings, b.row.settings)) continue;
        if (symmetric(a.published, b.published) <= ORDERING_NOISE) continue;
        of++;
        if (a.simulated === null || b.simulated === null) continue;
        if (Math.sign(a.simulated - b.simulated) === Math.sign(a.published - b.published)) kept++;
      }
    }
    return of === 0 ? [] : [{ metric, kept, of }];
  });
}

function oneApart(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(a).filter((key) => a[key] !== b[key]).length === 1;
}

export function knees(comparisons: readonly Comparison[]): Knee[] {
  const groups = [...new Set(comparisons.map(({ row }) => row.group))];
  return groups.flatMap((group) => {
    const { knee } = group;
    if (knee === undefined) return [];
    const own = comparisons.filter(({ row, metric }) => row.group === group && metric === knee.metric);
    const seriesOf = ({ row }: Comparison) =>
      Object.entries(row.settings)
        .filter(([key]) => key !== knee.axis)
        .map(([key, value]) => `${key.split('.').at(-1)} ${value}`)
        .join(', ');
    return [...new Set(own.map(seriesOf))].map((series): Knee => {
      const line = own.filter((one) => seriesOf(one) === series);
      const first = (value: (one: Comparison) => number | null) =>
        line.findIndex((one) => (value(one) ?? Number.POSITIVE_INFINITY) > knee.above);
      const [published, simulated] = [first((one) => one.published), first((one) => one.simulated)];
      const place = (at: number) => (at < 0 ? line.length : at);
      const at = (i: number) => (i < 0 ? null : line[i].row.settings[knee.axis]);
      return {
        group: group.name,
        series,
        axis: knee.axis,
        metric: knee.metric,
        published: at(published),
        simulated: at(simulated),
        steps: place(simulated) - place(published),
      };
    });
  });
}

export function rivals(comparisons: readonly Comparison[]): Rival[] {
  const compared = comparisons.filter(({ standing }) => standing !== 'fitted');
  const seen = (one: Comparison) => one.standing === 'looked-at';
  const keys = new Set(
    compared.flatMap((one) => [...one.predicted.keys()].map((by) => `${by}\n${one.metric}\n${seen(one)}`)),
  );
  return [...keys].sort(byWhetherSeen).map((key) => {
    const [by, metric, lookedAt] = key.split('\n');
    const own = compared.filter(
      (one) => one.metric === metric && one.predicted.has(by) && String(seen(one)) === lookedAt,
    );
    return {
      by,
      metric,
      lookedAt: lookedAt === 'true',
      rows: own.length,
      own: mean(own.map(({ published, simulated }) => symmetric(published, simulated))),
      theirs: mean(own.map(({ published, predicted }) => symmetric(published, predicted.get(by)!))),
    };
  });
}

/** Rows that nobody looked at first; the rest as they came. */
const byWhetherSeen = (a: string, b: string): number => Number(a.endsWith('true')) - Number(b.endsWith('true'));
