/**
 * Runs what is missing of a study, keeps each point as it finishes, and writes the tables when all are there. A study that was stopped,
 * by Ctrl-C or kill -9, goes on from the points in its folder.
 */
import { StoppedError } from '../run/shared-board.ts';
import type { Effort, Executor, StudyProgress } from './executor.ts';
import { decodeResult, encodeResult, type PointResult } from './point-result.ts';
import type { Point, Study } from './points.ts';
import { inShard, type Shard } from './shard.ts';
import type { StudyDocument } from './study-document.ts';
import { type PointEffort, StudyFolder, toolIdentity } from './study-folder.ts';
import { aggregateTable, type SettingResult, settingResults, sweepTable } from './tables.ts';

export interface SweepOptions {
  study: Study;
  document: StudyDocument;
  folder: string;
  executor: Executor;
  /** How the executor is called in the manifest. */
  executorName: string;
  version: string;
  shard: Shard | null;
  /** Take points that are there as they are. */
  keep: boolean;
  check: boolean;
  signal?: AbortSignal;
  /** Called with what was found before anything runs. */
  onStart?(counts: { kept: number; missing: number }): void;
  onPoint?(point: Point, effort?: Effort): void;
  onProgress?(progress: StudyProgress): void;
  onNotice?(text: string): void;
}

export interface SweepOutcome {
  folder: string;
  kept: number;
  computed: number;
  /** Null for a shard: `merge` puts the settings together. */
  settings: readonly SettingResult[] | null;
}

export async function sweep(options: SweepOptions): Promise<SweepOutcome> {
  const { study, document, shard, executor, signal } = options;
  const started = performance.now();
  const folder = new StudyFolder(
    options.folder,
    document,
    {
      status: 'running',
      tool: toolIdentity(options.version),
      study_hash: study.hash,
      shard,
      command: document.command,
      started: new Date().toISOString(),
      finished: null,
      harness: null,
    },
    options.keep,
  );
  const all = folder.stored();
  const results = new Map([...all].filter(([index]) => inShard(index, shard)));
  const own = study.points.filter(({ index }) => inShard(index, shard));
  const missing = own.filter(({ index }) => !results.has(index));
  const kept = own.length - missing.length;
  const efforts: PointEffort[] = [];
  options.onStart?.({ kept, missing: missing.length });
  if (missing.length > 0) {
    await executor.run(missing, {
      check: options.check,
      signal,
      onProgress: options.onProgress,
      onNotice: options.onNotice,
      onResult: (result, effort) => {
        if (results.has(result.index)) return;
        const point = study.points[result.index];
        const bytes = encodeResult(result, point);
        folder.put(result.index, bytes);
        // As it stands on disk: what is in memory and what a later process reads are the same.
        results.set(result.index, decodeResult(bytes) as PointResult);
        if (effort !== undefined) efforts.push({ index: result.index, ...effort });
        options.onPoint?.(point, effort);
      },
    });
  }
  const lost = own.filter(({ index }) => !results.has(index));
  if (signal?.aborted && lost.length > 0) throw new StoppedError();
  if (lost.length > 0) throw new Error(`the executor ended without results for ${lost.length} points`);
  const settings = shard === null ? writeTables(folder, results) : null;
  folder.complete(new Date().toISOString(), {
    wall_s: (performance.now() - started) / 1000,
    executor: options.executorName,
    points_computed: missing.length,
    points_kept: kept,
    points: efforts.sort((a, b) => a.index - b.index),
  });
  return { folder: folder.path, kept, computed: missing.length, settings };
}

/** Everything that follows from the points alone. */
export function writeTables(folder: StudyFolder, results: ReadonlyMap<number, PointResult>): SettingResult[] {
  const { document } = folder;
  const ordered = document.points.map((_, index) => results.get(index) as PointResult);
  const settings = settingResults(document, ordered);
  folder.write('sweep.arrow', sweepTable(document, ordered));
  folder.write('aggregate.arrow', aggregateTable(document, settings));
  folder.write('summary.json', `${JSON.stringify(summaryOf(document, settings), null, 2)}\n`);
  return settings;
}

/** summary.json, and what --json prints. */
export function summaryOf(document: StudyDocument, settings: readonly SettingResult[]) {
  const { schema_version, name, study_hash, command, replications, axes } = document;
  return {
    schema_version,
    provenance: 'simulated',
    study: name,
    study_hash,
    command,
    replications,
    axes: axes.map(({ path, unit }) => ({ path, unit })),
    settings: settings.map(({ setting, passed, summary }) => ({
      values: Object.fromEntries(
        axes.filter(({ values }) => values[setting] !== null).map(({ path, values }) => [path, values[setting]]),
      ),
      passed,
      metrics: Object.fromEntries(
        summary
          .filter(({ cohort }) => cohort === 'all')
          .map(({ metric, unit, value, lo, hi }) => [metric, { unit, value, lo, hi }]),
      ),
    })),
  };
}
