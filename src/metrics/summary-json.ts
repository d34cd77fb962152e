/**
 * summary.json: the deterministic result of a run as one JSON document. It holds no wall-clock value and nothing of the machine;
 * those are in the manifest.
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { RunFacts } from './facts.ts';
import { COUNTERS, type Counter } from './layout.ts';
import { counterOf, type RunResult } from './result.ts';
import type { SummaryRow } from './summary.ts';
import type { Verdict } from './thresholds.ts';

export const SUMMARY_SCHEMA_VERSION = 1;

interface SummaryValue {
  value: number | null;
  n: number;
  /** 95 % interval, where one can be given. */
  lo?: number;
  hi?: number;
}

export interface SummaryDocument {
  schema_version: typeof SUMMARY_SCHEMA_VERSION;
  provenance: 'simulated';
  scenario: string;
  run_hash: string;
  seed: string;
  /** Seconds of simulated time; latencies are of requests that arrived in [warmup, duration), rates are over it. */
  window: { warmup_s: number; duration_s: number; end_s: number };
  /** Every threshold of the scenario; `passed` speaks of severity `fail` only. */
  thresholds: Verdict[];
  passed: boolean;
  metrics: Record<string, SummaryValue & { unit: string; cohorts?: Record<string, SummaryValue> }>;
  /** Counters of every cohort, warm-up and drain included unless their name says otherwise. */
  counters: Record<string, Record<Counter, number>>;
}

export interface SummaryInput {
  scenario: Scenario;
  runHash: string;
  run: RunResult;
  facts: RunFacts;
  rows: readonly SummaryRow[];
  verdicts: readonly Verdict[];
  passed: boolean;
}

export function summaryDocument({
  scenario,
  runHash,
  run,
  facts,
  rows,
  verdicts,
  passed,
}: SummaryInput): SummaryDocument {
  const metrics: SummaryDocument['metrics'] = {};
  for (const row of rows) {
    const value = measuredOf(row);
    if (row.cohort === 'all') {
      metrics[row.metric] = { unit: row.unit, ...value };
    } else {
      metrics[row.metric].cohorts ??= {};
      metrics[row.metric].cohorts![row.cohort] = value;
    }
  }
  const counters = facts.cohorts.map((name, cohort) => [
    name,
    Object.fromEntries(COUNTERS.map((counter) => [counter, counterOf(run, counter, cohort)])),
  ]);
  return {
    schema_version: SUMMARY_SCHEMA_VERSION,
    provenance: 'simulated',
    scenario: scenario.name,
    run_hash: runHash,
    seed: scenario.seed,
    window: { warmup_s: run.warmupNs / 1e9, duration_s: run.durationNs / 1e9, end_s: run.endNs / 1e9 },
    thresholds: [...verdicts],
    passed,
    metrics,
    counters: Object.fromEntries(counters),
  };
}

function measuredOf({ value, n, lo, hi }: SummaryRow): SummaryValue {
  return lo === null || hi === null ? { value, n } : { value, n, lo, hi };
}
