/**
 * Parameters of an engine version from published rows: the roofline's, searched so that simulated runs of the rows agree with what was
 * measured. The loss is the mean of |ln(simulated / published)| over rows and metrics, so no large value outweighs a small one.
 */
import type { EngineCalibration } from '../../scenario/engine-calibration.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { evaluate } from './evaluate.ts';
import type { PublishedRow } from './rows.ts';
import { type Bounds, minimise } from './search.ts';

export interface FitOptions {
  /** By name of a roofline parameter: where the search begins and ends. */
  readonly search: Readonly<Record<string, Bounds>>;
  /** Parameters that are set and not searched. */
  readonly fixed?: Readonly<Record<string, number>>;
  /** Metrics the loss is taken over. */
  readonly metrics: readonly string[];
  readonly evaluations?: number;
  /** At most this many rows are searched on, evenly taken: more of a grid say nothing new about a handful of parameters. */
  readonly mostRows?: number;
}

export type Parameters = Readonly<Record<string, number>>;

export function fitRows(rows: readonly PublishedRow[], options: FitOptions): Parameters {
  const { search, fixed = {}, metrics, evaluations, mostRows = MOST_ROWS } = options;
  const names = Object.keys(search);
  const parametersOf = (values: readonly number[]): Parameters => ({
    ...fixed,
    ...Object.fromEntries(names.map((name, i) => [name, values[i]])),
  });
  const few = thinned(rows, mostRows);
  const loss = (values: number[]) => {
    const terms = few
      .flatMap((row) => ratios(row, parametersOf(values), metrics))
      .map(({ ratio }) => Math.abs(Math.log(ratio)));
    return terms.reduce((a, b) => a + b, 0) / terms.length;
  };
  const found = minimise(loss, Object.values(search), { evaluations });
  return Object.fromEntries(
    Object.entries(parametersOf(found.values)).map(([name, value]) => [name, Number(value.toPrecision(4))]),
  );
}

/** Mean of |simulated − published| / published, by metric. */
export function errorOf(
  rows: readonly PublishedRow[],
  parameters: Parameters,
  metrics: readonly string[],
): Record<string, number> {
  const all = rows.flatMap((row) => ratios(row, parameters, metrics));
  return Object.fromEntries(
    metrics.flatMap((name) => {
      const own = all.filter(({ metric }) => metric === name).map(({ ratio }) => Math.abs(ratio - 1));
      return own.length === 0 ? [] : [[name, Number((own.reduce((a, b) => a + b, 0) / own.length).toPrecision(3))]];
    }),
  );
}

/** ln(simulated / published) of every row that a fit searches on, and metric. */
export function residuals(
  rows: readonly PublishedRow[],
  parameters: Parameters,
  metrics: readonly string[],
  mostRows = MOST_ROWS,
): number[] {
  return thinned(rows, mostRows).flatMap((row) => ratios(row, parameters, metrics).map(({ ratio }) => Math.log(ratio)));
}

const MOST_ROWS = 36;

function thinned(rows: readonly PublishedRow[], most: number): PublishedRow[] {
  const step = Math.max(1, rows.length / most);
  return Array.from({ length: Math.min(rows.length, most) }, (_, i) => rows[Math.floor(i * step)]);
}

/** Fitted on all but one group, and the error on that one, for each group. */
export function leaveOneOut(
  rows: readonly PublishedRow[],
  options: FitOptions,
  groupOf: (row: PublishedRow) => string,
): EngineCalibration['fit']['held_out'] {
  const groups = [...new Set(rows.map(groupOf))];
  if (groups.length < 2) return [];
  return groups.map((group) => {
    const own = rows.filter((row) => groupOf(row) === group);
    const parameters = fitRows(
      rows.filter((row) => groupOf(row) !== group),
      options,
    );
    return { left_out: group, rows: own.length, error: errorOf(own, parameters, options.metrics) };
  });
}

function ratios(row: PublishedRow, parameters: Parameters, metrics: readonly string[]) {
  const values = evaluate(withParameters(row.scenario, parameters));
  return metrics.flatMap((metric) => {
    const published = row.published.get(metric);
    const simulated = values.get(metric);
    return published === undefined || !simulated ? [] : [{ metric, ratio: simulated / published }];
  });
}

/**
 * The scenario as if its calibration said this and nothing else: a parameter of the calibration that is being replaced would act in
 * the fit and be gone from what it writes. `frontend` is no parameter of the cost: it stands beside it.
 */
export function withParameters(scenario: Scenario, { frontend, ...cost }: Parameters): Scenario {
  const { serving } = scenario;
  const data = serving.cost.params.data as EngineCalibration | null | undefined;
  const emptied = data ? { data: { ...data, parameters: {} } } : {};
  const params = { ...serving.cost.params, ...emptied, ...cost };
  const way = frontend === undefined ? {} : { frontend };
  return { ...scenario, serving: { ...serving, ...way, cost: { ...serving.cost, params } } };
}
