/** What `reproduce` prints: rows, scores, orderings, knees, the comparison with other simulators; and the same as JSON. */
import { formatValue } from '../metrics/summary.ts';
import { fold, type Screen, table, textWidth } from '../report/text-table.ts';
import { groupName } from '../study/reproduce/published.ts';
import { overall, type Part, type Reproduced } from '../study/reproduce/reproduce.ts';
import type { Comparison, Score } from '../study/reproduce/score.ts';
import type { Failure } from './errors.ts';

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${(100 * Math.abs(value)).toFixed(1)}%`;
const errorText = ({ error, unit }: Comparison): string =>
  error === null ? 'none' : unit === 'fraction' ? `${signed(error).slice(0, -1)} points` : signed(error);

export const FORMULA =
  'error = (simulated − published) / published, points for fractions; MAPE = mean |error|, a run that several rows are of counting once; held-out: nothing was set on them; ' +
  'beyond-knee: keeps up, first token over the limit; saturated: achieved < 95% of offered; looked-at: a value was chosen on them; ' +
  'fitted: used by a calibration; arithmetic: computed by the source from inputs that go in here too, in no summary';

export function reproductionText(one: Reproduced, rows: boolean, screen: Screen): string {
  const { reproduction, comparisons } = one;
  const { file, name } = reproduction;
  const head = `${screen.style('bold', name)}  ${file.title}\n${file.engine}. Published: ${file.source}\n`;
  return [head, rows ? rowsText(comparisons, screen) : '', scoresText(one.scores, screen), checksText(one)]
    .filter((part) => part !== '')
    .join('\n')
    .concat('\n');
}

function rowsText(comparisons: readonly Comparison[], screen: Screen): string {
  const rows = comparisons.map((one) => [
    groupName(one.row.group),
    one.row.label,
    one.metric,
    formatValue(one.published),
    formatValue(one.simulated),
    errorText(one),
    one.standing === 'held-out' ? '' : one.standing,
  ]);
  const header = ['group', 'row', 'metric', 'published', 'simulated', 'error', ''];
  const flat = table(rows, { header, right: [3, 4, 5], style: screen.style });
  if (flat.split('\n').every((line) => textWidth(line) <= screen.width)) return flat;
  // Published beside simulated at any width: what says which row it is stands on a line of its own.
  const lines = table(
    rows.map((row) => row.slice(2)),
    { header: header.slice(2), right: [1, 2, 3], indent: 2, style: screen.style },
  ).split('\n');
  const names = rows.map(([group, row]) => `${group}: ${row}`);
  return lines
    .map((line, l) => (l > 0 && l <= rows.length && names[l - 1] !== names[l - 2] ? `${names[l - 1]}\n${line}` : line))
    .join('\n');
}

export function scoresText(scores: readonly Score[], screen: Screen): string {
  return table(
    scores.map(({ metric, standing, rows, runs, mape, median, bias, worst, tolerance }) => [
      metric,
      standing,
      runs === rows ? String(rows) : `${rows} of ${runs} runs`,
      percent(mape),
      percent(median),
      signed(bias),
      tolerance === null ? '' : `${percent(tolerance)} ${mape <= tolerance ? 'kept' : 'missed'}`,
      `${errorText(worst)} (${groupName(worst.row.group)}: ${worst.row.label})`,
    ]),
    {
      header: ['metric', 'rows are', 'rows', 'MAPE', 'median', 'bias', 'tolerance', 'worst'],
      right: [2, 3, 4, 5],
      keys: 2,
      ...screen,
    },
  );
}

function checksText({ orderings, knees, rivals }: Pick<Reproduced, 'orderings' | 'knees' | 'rivals'>): string {
  const lines = orderings.map(({ metric, kept, of }) => `orderings of ${metric} kept: ${kept} of ${of}`);
  for (const { group, series, axis, metric, published, simulated, steps } of knees) {
    const where = series === '' ? group : `${group}, ${series}`;
    const at = (value: unknown) => (value === null ? 'beyond the grid' : `${axis} ${value}`);
    lines.push(
      `knee of ${metric} (${where}): published ${at(published)}, simulated ${at(simulated)}, ${Math.abs(steps)} steps apart`,
    );
  }
  for (const { by, metric, lookedAt, rows, own, theirs } of rivals)
    lines.push(
      `${metric} on the ${rows} ${lookedAt ? 'looked-at' : 'other'} rows that ${by} predicts: SMAPE ${percent(own)}, ${by} ${percent(theirs)}`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

export function summaryText(results: readonly Reproduced[], screen: Screen): string {
  const missed = results.flatMap(({ reproduction, scores }) =>
    scores
      .filter(({ tolerance, mape }) => tolerance !== null && mape > tolerance)
      .map(
        ({ metric, standing, mape, tolerance }) =>
          `${reproduction.name}: ${metric} (${standing}) ${percent(mape)}, tolerance ${percent(tolerance!)}`,
      ),
  );
  const lists = missed.length === 0 ? 'every stated tolerance is kept' : `missed: ${missed.join('; ')}`;
  return `${screen.style('bold', 'all')}\n${scoresText(overall(results), screen)}${fold(lists, screen.width)}${fold(FORMULA, screen.width)}`;
}

/** What it was stopped in: rows and scores of what was finished, with what they are of first. */
export function partText({ result, of }: Part, rows: boolean, screen: Screen): string {
  const head = `stopped in ${result.reproduction.name}, ${result.rows.length} of ${of} rows finished; rows and scores of these alone:`;
  return `${fold(head, screen.width)}\n${reproductionText(result, rows, screen)}`;
}

/** Which reproductions there is no result of; empty where there are all. */
export function notReproducedText(
  failures: readonly NamedFailure[],
  stopped: readonly string[],
  part: Part | null,
): string {
  const broken = failures.map(({ name, data }) => `${name} (${data.kind})`);
  const [begun, notBegun] = part === null ? [[], stopped] : [stopped.slice(0, 1), stopped.slice(1)];
  return [
    ...(broken.length === 0 ? [] : [`not reproduced: ${broken.join(', ')}\n`]),
    ...(begun.length === 0 ? [] : [`not finished: ${begun.join(', ')}\n`]),
    ...(notBegun.length === 0 ? [] : [`stopped before: ${notBegun.join(', ')}\n`]),
  ].join('');
}

export interface NamedFailure extends Failure {
  readonly name: string;
}

export interface Outcome {
  readonly results: readonly Reproduced[];
  readonly failures: readonly NamedFailure[];
  readonly stopped: readonly string[];
  readonly part: Part | null;
  /** Settings on top of every row's own, as written. */
  readonly sets: readonly string[];
}

export const reproductionJson = ({ results, failures, stopped, part, sets }: Outcome): unknown => ({
  formula: FORMULA,
  set: sets,
  reproductions: results.map(reproducedJson),
  overall: overall(results).map(scoreJson),
  failed: failures.map(({ name, data }) => ({ name, ...data })),
  stopped,
  part: part === null ? null : { ...reproducedJson(part.result), rows_of: part.of },
});

const scoreJson = ({ worst, ...score }: Score) => ({ ...score, worst: `${worst.row.group.name}: ${worst.row.label}` });

const reproducedJson = ({ reproduction, comparisons, scores, orderings, knees, rivals }: Reproduced) => ({
  name: reproduction.name,
  title: reproduction.file.title,
  engine: reproduction.file.engine,
  source: reproduction.file.source,
  rows: comparisons.map(({ row, metric, unit, published, simulated, error, standing }) => ({
    group: row.group.name,
    target: row.group.target ?? null,
    of: row.group.of ?? null,
    settings: row.settings,
    metric,
    unit,
    published,
    simulated,
    error,
    standing,
    run_hash: row.id,
  })),
  scores: scores.map(scoreJson),
  orderings,
  knees,
  rivals,
});
