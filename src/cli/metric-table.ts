/** The table of chosen metrics over anything that holds points: runs, the settings of sweeps, what knees and plans simulated. */
import { LEAST_FOR_INTERVAL } from '../metrics/statistics/resampling.ts';
import { fieldValue } from '../report/field-value.ts';
import type { MetricRow, MetricTable } from '../report/latex.ts';
import { ALL, findSummary, type SummaryRow } from '../report/run-data.ts';
import { searchSource } from '../report/search-report.ts';
import { changedMetrics } from '../report/study-metrics.ts';
import { UsageError } from './parse.ts';
import { searchPoints } from './search-points.ts';
import { type Stored, settingsOf } from './stored.ts';

/** One thing that was named on the command line. */
export interface TablePart {
  readonly label: string;
  /** "run 1f2e3d4c5b" */
  readonly source: string;
  /** Over which an interval is; 1: from within the run. */
  readonly replications: number;
  /** Columns that tell its rows apart. */
  readonly keys: readonly string[];
  /** Shown where nobody asked for any; null: those that its rows change. */
  readonly metrics: readonly string[] | null;
  readonly rows: readonly TableRow[];
}

interface TableRow {
  /** By key; `written` is for programs. */
  readonly values: Readonly<Record<string, { readonly shown: string; readonly written: string }>>;
  readonly summary: readonly SummaryRow[];
}

/** Throws UsageError where there are no rows of metrics. */
export function partOf(stored: Stored): TablePart {
  const { label, path } = stored;
  if (stored.kind === 'run') {
    const { hash, summary } = stored.tables;
    const rows = [{ values: {}, summary }];
    return { label, source: `run ${hash.slice(0, 10)}`, replications: 1, keys: [], metrics: null, rows };
  }
  if (stored.kind === 'study') {
    const { document, settings } = stored;
    const rows = settingsOf(document).map((setting) => ({
      values: Object.fromEntries(
        document.axes.map((axis) => {
          const written = axis.written[setting];
          return [axis.path, { shown: fieldValue(axis.values[setting], axis.unit, written), written }];
        }),
      ),
      summary: settings[setting].summary,
    }));
    const { replications, study_hash } = document;
    const keys = document.axes.map((axis) => axis.path);
    return { label, source: `sweep ${study_hash.slice(0, 10)}`, replications, keys, metrics: null, rows };
  }
  if (stored.kind === 'search') {
    const { metrics, replications, points } = searchPoints(path, stored.report);
    const keys = [...new Set(points.flatMap(({ values }) => Object.keys(values)))];
    const rows = points.map(({ values, summary }) => ({
      values: Object.fromEntries(
        Object.entries(values).map(([key, written]) => [key, { shown: written, written }] as const),
      ),
      summary,
    }));
    return { label, source: searchSource(stored.report, path), replications, keys, metrics, rows };
  }
  throw new UsageError(
    `${path} is no run, sweep, knee or plan`,
    'give folders that mint-bench run, sweep or plan wrote',
  );
}

/** Those of the searches' thresholds, and those that change over the rest. */
export function metricsOfParts(parts: readonly TablePart[]): string[] {
  const rest = parts.filter(({ metrics }) => metrics === null).flatMap(({ rows }) => rows);
  const own = parts.flatMap(({ metrics }) => metrics ?? []);
  return [...new Set([...own, ...(rest.length === 0 ? [] : changedMetrics(rest))])];
}

export interface TableOptions {
  readonly metrics: readonly string[];
  readonly headings: readonly string[];
  readonly cohort: string;
  /** Values of axes as they were written, for programs. */
  readonly exact: boolean;
}

export function tableOf(parts: readonly TablePart[], { metrics, headings, cohort, exact }: TableOptions): MetricTable {
  const keys = [...new Set(parts.flatMap((part) => part.keys))];
  const several = parts.length > 1 || keys.length === 0;
  const rowsOf = ({ label, rows }: TablePart): MetricRow[] =>
    rows.map(({ values, summary }) => ({
      label: [
        ...(several ? [label] : []),
        ...keys.map((key) => (exact ? values[key]?.written : values[key]?.shown) ?? ''),
      ],
      cells: metrics.map((metric) => findSummary(summary, metric, cohort) ?? null),
    }));
  const made = parts.map((part) => ({ part, rows: rowsOf(part) }));
  const bounded = made.filter(({ rows }) => rows.some(({ cells }) => cells.some((cell) => hasInterval(cell))));
  const brackets = bracketsText(bounded.map(({ part }) => part));
  return {
    keys: [...(several ? ['run'] : []), ...keys],
    headings,
    rows: made.flatMap(({ rows }) => rows),
    caption: `Simulated${cohort === ALL ? '' : `, cohort ${cohort}`}${brackets} (${parts.map(({ source }) => source).join(', ')}).`,
  };
}

const hasInterval = (cell: SummaryRow | null): boolean => cell !== null && cell.lo !== null && cell.lo !== cell.hi;

/** What stands in brackets; where it is not the same everywhere, of which rows. */
function bracketsText(parts: readonly TablePart[]): string {
  if (parts.length === 0) return '';
  const kinds = new Map<string, string[]>();
  for (const { label, replications } of parts) {
    const kind =
      replications === 1
        ? '95% intervals within the run'
        : replications < LEAST_FOR_INTERVAL
          ? `the values of the ${replications} replications, which are too few for an interval`
          : `95% intervals over ${replications} replications`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), label]);
  }
  const texts = [...kinds].map(([kind, labels]) => (kinds.size === 1 ? kind : `${kind} (${labels.join(', ')})`));
  return `; in brackets ${texts.join(', ')}, clipped at what is possible`;
}
