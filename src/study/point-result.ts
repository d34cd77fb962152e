/**
 * What one point gives, and its bytes: an Arrow table of every metric for the whole run and each cohort, with verdicts in the schema's
 * metadata, and the resolved scenario that it is of. The same from any executor, on any worker; it holds no wall-clock time and
 * nothing of the machine.
 */
import { parse } from 'yaml';
import { parseTable, summaryRows } from '../metrics/run-folder.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import { arrowFile } from '../metrics/tables/arrow.ts';
import { summaryTable } from '../metrics/tables/summary.ts';
import type { Verdict } from '../metrics/thresholds.ts';
import { resolvedYaml } from '../scenario/hash.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Point } from './points.ts';

export interface PointResult {
  readonly index: number;
  /** Run hash of the point's scenario. */
  readonly id: string;
  /** Every metric, as `summarise` gives them: cohort `all`, then the cohorts. */
  readonly rows: readonly SummaryRow[];
  readonly verdicts: readonly Verdict[];
  readonly passed: boolean;
  /** Simulated events, for progress and rates. */
  readonly events: number;
}

/** A metric's value over the whole run; null where its sample is empty or the catalog lacks it. */
export function metricOf(result: PointResult, metric: string, cohort = 'all'): number | null {
  return result.rows.find((row) => row.metric === metric && row.cohort === cohort)?.value ?? null;
}

export function encodeResult(result: PointResult, { scenario }: Pick<Point, 'scenario'>): Uint8Array {
  const { index, id, rows, verdicts, passed, events } = result;
  return arrowFile(
    {
      ...summaryTable(rows),
      metadata: {
        point: String(index),
        seed: scenario.seed,
        resolved: resolvedYaml(scenario),
        verdicts: JSON.stringify(verdicts),
        passed: String(passed),
        events: String(events),
      },
    },
    { kind: 'simulated', scenario: scenario.name, runHash: id },
  );
}

/** Null where the bytes are no whole result. */
export function decodeResult(bytes: Uint8Array): PointResult | null {
  try {
    const table = parseTable(bytes);
    const { run_hash, point, verdicts, passed, events } = table.metadata;
    if (run_hash === undefined || verdicts === undefined) return null;
    return {
      index: Number(point),
      id: run_hash,
      rows: summaryRows(table),
      verdicts: JSON.parse(verdicts) as Verdict[],
      passed: passed === 'true',
      events: Number(events),
    };
  } catch {
    return null;
  }
}

/** The resolved scenario that the result is of; null where the bytes are no whole result, or of a version that did not keep it. */
export function decodeScenario(bytes: Uint8Array): Scenario | null {
  try {
    const { resolved } = parseTable(bytes).metadata;
    return resolved === undefined ? null : (parse(resolved) as Scenario);
  } catch {
    return null;
  }
}
