/** What a knee or a plan simulated, as rows of a table: a row a value or a configuration, with every metric over its replications. */
import { readDocument } from '../metrics/result-files.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import type { SearchReport } from '../report/search-report.ts';
import { UsageError } from './parse.ts';
import { priceText } from './plan-text.ts';

export interface SearchPoints {
  /** Of the thresholds that the search decided by. */
  readonly metrics: readonly string[];
  readonly replications: number;
  readonly points: readonly {
    readonly values: Readonly<Record<string, string>>;
    readonly summary: readonly SummaryRow[];
  }[];
}

type Values = Readonly<Record<string, unknown>>;
type Metrics = Readonly<Record<string, Pick<SummaryRow, 'unit' | 'value' | 'lo' | 'hi'>>>;
interface Threshold {
  readonly metric: string;
}

/** knee.json, as far as a table needs it. */
interface KneeDocument {
  readonly axis: { readonly path: string };
  readonly until: readonly Threshold[];
  readonly replications: number;
  readonly settings: readonly {
    readonly values: Values;
    readonly points: readonly {
      readonly text: string;
      readonly holds: readonly boolean[];
      readonly metrics: Metrics;
    }[];
  }[];
}

/** plan.json likewise. */
interface PlanDocument {
  readonly objective: { readonly name: string; readonly unit: string };
  readonly meet: readonly Threshold[];
  readonly replications: number;
  readonly configurations: readonly {
    readonly values: Values;
    readonly price: number;
    readonly verdict: string | null;
    readonly metrics: Metrics;
  }[];
}

/** Throws UsageError for a search whose points are no answer by themselves. */
export function searchPoints(path: string, { kind }: SearchReport): SearchPoints {
  switch (kind) {
    case 'knee':
      return kneePoints(readDocument(path, 'knee.json', ['axis', 'until', 'replications', 'settings']));
    case 'plan':
      return planPoints(readDocument(path, 'plan.json', ['objective', 'meet', 'replications', 'configurations']));
    default:
      throw new UsageError(
        `${path} holds effects of changes, which are no rows of metrics`,
        `its tables are in ${path}/summary.md, its numbers in ${path}/${kind}.json`,
      );
  }
}

const kneePoints = ({ axis, until, replications, settings }: KneeDocument): SearchPoints => ({
  metrics: metricsOf(until),
  replications,
  points: settings.flatMap(({ values, points }) =>
    points.map(({ text, holds, metrics }) => ({
      values: { ...written(values), [axis.path]: text, holds: `${holds.filter(Boolean).length} of ${holds.length}` },
      summary: summaryOf(metrics, holds.length),
    })),
  ),
});

const planPoints = ({ objective, meet, replications, configurations }: PlanDocument): SearchPoints => ({
  metrics: metricsOf(meet),
  replications,
  points: configurations
    // Of the others nothing is known but what was inferred.
    .filter(({ metrics }) => Object.keys(metrics).length > 0)
    .map(({ values, price, verdict, metrics }) => ({
      values: {
        ...written(values),
        price: priceText(price, objective.name, objective.unit),
        thresholds: verdict ?? '–',
      },
      summary: summaryOf(metrics, replications),
    })),
});

const metricsOf = (thresholds: readonly Threshold[]): string[] => [...new Set(thresholds.map(({ metric }) => metric))];

const written = (values: Values): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([path, value]) => [path, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

const summaryOf = (metrics: Metrics, n: number): SummaryRow[] =>
  Object.entries(metrics).map(([metric, row]) => ({ metric, cohort: 'all', n, ...row }));
