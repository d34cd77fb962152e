/** A sweep of six short points over two axes with two replications, and what tests compare of its folder. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SharedBoard } from '../../src/run/shared-board.ts';
import { parseOverride } from '../../src/scenario/load.ts';
import { splitAxes } from '../../src/study/axes.ts';
import type { Executor } from '../../src/study/executor.ts';
import type { PointResult } from '../../src/study/point-result.ts';
import { planStudy, type Study } from '../../src/study/points.ts';
import { simulatePoint } from '../../src/study/simulate-point.ts';
import { studyDocument } from '../../src/study/study-document.ts';
import { type SweepOptions, sweep } from '../../src/study/sweep.ts';

export const TINY = `version: 1
name: tiny
duration: 4s
population: {users: 500, rate: 20/s}
base: qwen3-0.6b
adapter: {rank: 8}
hardware: {gpu: h100, replicas: 2, cells: 2}
serving: {slots: 8}
slo:
  interactive: {ttft: 2s}
thresholds:
  ttft_ms_p50: '< 14'
`;

export const AXES = ['adapter.rank=4,8,64', 'population.users=200,2k'];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mint-study-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function scenarioFile(folder: string, text = TINY): string {
  const file = join(folder, 'tiny.yaml');
  writeFileSync(file, text);
  return file;
}

export const overrides = (sets: readonly string[]) => sets.map((set) => parseOverride(set)!);

export function planned(folder: string, sets: readonly string[] = AXES, replications = 2, text = TINY): Study {
  return planStudy({ file: scenarioFile(folder, text), varied: splitAxes(overrides(sets)), replications });
}

const known = new Map<string, PointResult>();

/** On this thread, each scenario once: what executors must agree with. */
export const inThread: Executor = {
  async run(points, { onResult }) {
    for (const { index, id, scenario } of points) {
      const { buffer } = new SharedBoard(scenario.hardware.cells);
      const result = known.get(id) ?? simulatePoint({ index, id, scenario, check: true, board: buffer });
      known.set(id, result);
      onResult({ ...result, index });
    }
  },
  async close() {},
};

export function run(study: Study, folder: string, executor: Executor, options: Partial<SweepOptions> = {}) {
  return sweep({
    study,
    document: studyDocument(study, 'mint-bench sweep tiny.yaml'),
    folder,
    executor,
    executorName: 'test',
    version: '0.0.0',
    shard: null,
    keep: true,
    check: false,
    ...options,
  });
}

/** Hashes of everything in a study folder that must be the same bytes for the same study: all but the manifest. */
export function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files
      .sort()
      .map((file) => [file.slice(folder.length + 1), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  );
}
