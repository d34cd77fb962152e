/**
 * Figures over several runs: which parameter was swept, rows of metric against it, and the lines-with-intervals plot that
 * they share. Intervals are those of the runs' summaries (replications); a run without one gets none.
 */
import { groupedNumber } from '../field-value.ts';
import { possible } from '../format.ts';
import type { Spec } from '../render.ts';
import { ALL, findSummary, type StudyRun } from '../run-data.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { merged } from './alike.ts';
import type { Row } from './figure.ts';
import { distinct, labelRoom, type Panel, panels } from './panels.ts';
import { markedLines, present } from './series.ts';

/** Name of the first of these parameters that takes more than one value over the runs. */
export function sweptParameter(runs: readonly StudyRun[], candidates: readonly string[]): string | undefined {
  return candidates.find(
    (name) => new Set(runs.map((run) => run.params[name]).filter((value) => value !== undefined)).size > 1,
  );
}

/** Names of the parameters that take more than one value over the runs, in the order in which the runs have them. */
export function varyingParameters(runs: readonly StudyRun[]): string[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.params)))];
  return names.filter((name) => new Set(runs.map((run) => run.params[name])).size > 1);
}

/** What tells runs with the same x apart: the other parameters that vary, as "name value", or nothing. */
function seriesName(runs: readonly StudyRun[], x: string): (run: StudyRun) => string {
  const varying = varyingParameters(runs).filter((name) => name !== x);
  const part = (name: string, { params, written }: StudyRun) =>
    typeof params[name] === 'number'
      ? `${name.split('.').at(-1)} ${written?.[name] ?? groupedNumber(String(params[name]))}`
      : String(params[name]);
  return (run) => varying.map((name) => part(name, run)).join(', ');
}

/** Settings beside x that a figure with a line for each can tell apart; a wider study is drawn as small multiples. */
const MOST_SERIES = 4;

/**
 * One row for each run and metric that the run has; none where the runs differ in more ways than lines can show. `x` keeps its type:
 * numbers in base units, or names.
 */
export function studyRows(
  runs: readonly StudyRun[],
  x: string,
  metrics: readonly string[],
  cohort: string = ALL,
): Row[] {
  const series = seriesName(runs, x);
  const rows: Row[] = [];
  if (new Set(runs.map(series)).size > MOST_SERIES) return rows;
  for (const metric of metrics) {
    for (const run of runs) {
      const found = findSummary(run.summary, metric, cohort);
      if (run.params[x] === undefined || found === undefined || found.value === null) continue;
      const [lo, hi] = [possible(found.lo, found.unit), possible(found.hi, found.unit)];
      rows.push({ metric, series: series(run), x: run.params[x], value: found.value, lo, hi });
    }
  }
  return rows;
}

export interface StudyPanel {
  readonly title: string;
  readonly height: number;
  /** Metrics drawn in the panel, with the names of their lines where there are several. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Vertical encoding of `field`. */
  y(field: string, values: readonly number[]): Spec;
}

export function studyPlot(
  rows: readonly Row[],
  theme: Theme,
  x: (values: readonly number[], last: boolean) => Spec,
  views: readonly StudyPanel[],
): Spec {
  const values = rows.map((row) => Number(row.x));
  const drawn = views.map((view, i): Panel => {
    const names = Object.keys(view.metrics);
    const own = rows.filter((row) => names.includes(String(row.metric)));
    const line = (row: Row) =>
      [names.length > 1 ? view.metrics[String(row.metric)] : '', String(row.series)]
        .filter((part) => part !== '')
        .join(', ');
    const y = view.y(
      'value',
      own
        .flatMap((row) => [row.value, row.lo, row.hi])
        .filter((v) => v !== null)
        .map(Number),
    );
    const horizontal = x(values, i === views.length - 1);
    const labelled = own.map((row) => ({ ...row, line: line(row) }));
    const { rows: apart, transform, mark } = merged(labelled, 'line', horizontal, y);
    const shown = present(seriesLooks(distinct(apart, 'line')), apart, 'line');
    return {
      ...mark,
      title: view.title,
      height: view.height,
      transform: [
        { filter: { field: 'metric', oneOf: names } },
        { calculate: lineExpression(view, names.length > 1), as: 'line' },
        ...transform,
      ],
      layer: [markedLines('line', shown, theme, horizontal, y, apart)],
    };
  });
  return {
    ...panels(theme, drawn),
    resolve: { scale: { color: 'independent', shape: 'independent', strokeDash: 'independent' } },
  };
}

/** The same name as `line` above, as a Vega expression: the specification keeps working on edited data. */
function lineExpression(view: StudyPanel, several: boolean): string {
  if (!several) return 'datum.series';
  const names = Object.entries(view.metrics).reduceRight(
    (rest, [metric, label]) => `datum.metric == '${metric}' ? '${label}' : ${rest}`,
    "''",
  );
  return `datum.series == '' ? (${names}) : (${names}) + ', ' + datum.series`;
}

/** The horizontal axis of swept names, in the order of the runs; slanted where they would not fit beside one another. */
export function nameAxis(rows: readonly Row[], title: string | null, theme: Theme): Spec {
  const names = distinct(rows, 'x');
  const fits = names.every((name) => labelRoom([name], theme) * names.length < theme.sheet.width - 70);
  const slant = fits ? { labelAngle: 0 } : { labelAngle: -35, labelAlign: 'right', labelBaseline: 'middle' };
  return { field: 'x', type: 'nominal', sort: names, title, axis: { ...slant, labelOverlap: false, grid: false } };
}
