/**
 * One run: a resolved scenario in, a run folder out. Runs of the same scenario, trace, tool version, Node major and
 * architecture give the same bytes in every file but the manifest (and report.html, which embeds it).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { conservationErrors } from '../metrics/conservation.ts';
import { factsOf, type RunFacts } from '../metrics/facts.ts';
import { readRunFolder } from '../metrics/run-folder.ts';
import { type SummaryRow, summarise } from '../metrics/summary.ts';
import { type SummaryDocument, summaryDocument } from '../metrics/summary-json.ts';
import { resultTables } from '../metrics/tables/index.ts';
import { evaluateThresholds, passed, type Verdict } from '../metrics/thresholds.ts';
import type { TraceDocument } from '../metrics/trace/document.ts';
import type { TraceWindow } from '../metrics/trace/window.ts';
import { ResultsError } from '../scenario/errors.ts';
import { resolvedYaml } from '../scenario/hash.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { planMemory } from '../sim/cost/memory.ts';
import { InvariantError } from '../sim/invariants.ts';
import { directoryOf } from '../sim/population/directory.ts';
import { execute, type Progress } from './execute.ts';
import { identify, newManifest, readTraceOf } from './identity.ts';
import { type Manifest, RunFolderWriter, readManifest } from './run-folder.ts';
import { hasTrace, TRACE_FILE, traceOf } from './write-trace.ts';

export type { Progress } from './execute.ts';

export interface RunOptions {
  scenario: Scenario;
  /** Folder that holds run folders, usually reports/runs. */
  out: string;
  jobs: number;
  /** Audit every event and the results' conservation laws. */
  check: boolean;
  /** Take a finished run of the same identity as it is. */
  resume: boolean;
  /** Trace this part of the run into trace.json; changes no other file. */
  window?: TraceWindow;
  /** The command that reproduces the run, for the manifest. */
  command: string;
  version: string;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Writes what is drawn from the results into the folder before it is put in place. */
  finish?(folder: string): Promise<void>;
}

export interface RunOutcome {
  folder: string;
  rows: readonly SummaryRow[];
  document: SummaryDocument;
  verdicts: readonly Verdict[];
  passed: boolean;
  manifest: Manifest;
  /** What trace.json holds, where this run wrote one. */
  trace?: Omit<TraceDocument, 'text'>;
  /** True where nothing was simulated because the result was there. */
  resumed: boolean;
}

export async function runScenario(options: RunOptions): Promise<RunOutcome> {
  const { scenario } = options;
  const { runHash, folder } = identify(scenario, options.out);
  const { window } = options;
  if (options.resume && (window === undefined || hasTrace(folder, window))) {
    const stored = readStored(folder, options.version);
    if (stored !== null) return stored;
  }
  const started = performance.now();
  const replayed = readTraceOf(scenario);
  const facts: RunFacts = factsOf(scenario, planMemory(scenario).kvBlocks);
  const writer = new RunFolderWriter(folder, newManifest(scenario, runHash, options.command, options.version));
  try {
    const { result, events, traces, workers } = await execute({ ...options, trace: replayed });
    const simulated = performance.now();
    if (options.check) {
      const errors = conservationErrors(result, facts);
      if (errors.length > 0) throw new InvariantError('INV-1', errors.join('; '), errors.length, 0);
    }
    const rows = summarise(result, facts);
    const verdicts = evaluateThresholds(scenario.thresholds, rows);
    const ok = passed(verdicts);
    const document = summaryDocument({ scenario, runHash, run: result, facts, rows, verdicts, passed: ok });
    writer.write('scenario.resolved.yaml', resolvedYaml(scenario));
    writer.write('summary.json', `${JSON.stringify(document, null, 2)}\n`);
    const tables = resultTables({
      run: result,
      facts,
      summary: rows,
      directory: directoryOf(scenario),
      provenance: { kind: 'simulated', scenario: scenario.name, runHash },
    });
    for (const [name, bytes] of tables) writer.write(name, bytes);
    const traced = window === undefined ? undefined : traceOf(scenario, runHash, traces, window);
    if (traced !== undefined) writer.write(TRACE_FILE, traced.text);
    await options.finish?.(writer.partial);
    const arrivals = document.metrics.arrivals?.value ?? 0;
    const seconds = (simulated - started) / 1000;
    const harness = {
      wall_s: (performance.now() - started) / 1000,
      simulate_s: seconds,
      workers,
      events,
      events_per_s: events / seconds,
      requests_per_s: (arrivals ?? 0) / seconds,
      peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      finished: new Date().toISOString(),
    };
    writer.commit(harness);
    const trace = traced && { events: traced.events, window: traced.window };
    return { folder, rows, document, verdicts, passed: ok, manifest: readManifest(folder)!, trace, resumed: false };
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

/** Null where there is no run to take as it is: none, one of another version, or one whose results are damaged. */
function readStored(folder: string, version: string): RunOutcome | null {
  const manifest = readManifest(folder);
  if (manifest === null || manifest.tool.version !== version || !existsSync(join(folder, 'summary.json'))) return null;
  try {
    const { summary: rows, document } = readRunFolder(folder);
    if (document === null) return null;
    return { folder, rows, document, verdicts: document.thresholds, passed: document.passed, manifest, resumed: true };
  } catch (error) {
    if (error instanceof ResultsError) return null;
    throw error;
  }
}
