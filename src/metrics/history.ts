/**
 * The history of runs: one JSON line a run, appended to a file that is kept in version control or as a CI artefact. What `dashboard`
 * draws. A line holds what a trend needs and nothing else; the results themselves are in run folders.
 */
import type { SummaryDocument } from './summary-json.ts';

export const HISTORY_SCHEMA_VERSION = 1;

export interface HistoryLine {
  schema_version: typeof HISTORY_SCHEMA_VERSION;
  /** When the run finished, ISO 8601. */
  date: string;
  /** Null outside of a repository. */
  commit: string | null;
  /** True where files under version control had changes that the commit does not have. */
  dirty: boolean;
  version: string;
  scenario: string;
  /** What was set on top of the scenario, `path=value`; missing in lines of earlier versions. */
  set?: readonly string[];
  run_hash: string;
  seed: string;
  node_major: number;
  arch: string;
  passed: boolean;
  /** Over the whole run, in the units of the catalog; null where the sample was empty. */
  metrics: Record<string, { value: number | null; unit: string }>;
  /** Measured, of the harness: comparable between lines with the same machine only. */
  harness: { requests_per_s: number; wall_s: number; machine: string } | null;
}

export function historyMetrics(document: SummaryDocument, names: readonly string[]): HistoryLine['metrics'] {
  const wanted = new Set([...names, ...document.thresholds.map(({ metric }) => metric)]);
  return Object.fromEntries(
    [...wanted].flatMap((name) => {
      const found = document.metrics[name];
      return found === undefined ? [] : [[name, { value: found.value, unit: found.unit }]];
    }),
  );
}

/**
 * Lines in the order of their dates. What is no line of a version that is known is counted, not taken for one: two branches that
 * both append leave conflict markers behind.
 */
export function readHistory(text: string): { lines: HistoryLine[]; unreadable: number } {
  const lines: HistoryLine[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const parsed = parse(line);
    if (parsed === null) unreadable++;
    else lines.push(parsed);
  }
  lines.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  return { lines, unreadable };
}

function parse(line: string): HistoryLine | null {
  try {
    const value = JSON.parse(line) as Partial<HistoryLine> | null;
    const whole =
      value?.schema_version === HISTORY_SCHEMA_VERSION &&
      typeof value.scenario === 'string' &&
      typeof value.run_hash === 'string' &&
      !Number.isNaN(Date.parse(String(value.date))) &&
      typeof value.metrics === 'object' &&
      value.metrics !== null;
    return whole ? (value as HistoryLine) : null;
  } catch {
    return null;
  }
}
