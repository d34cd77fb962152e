/** A small system for tests of the run path: seconds of simulated time, four cells that share a slow object store. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { factsOf } from '../../src/metrics/facts.ts';
import { mergeCells, type RunResult } from '../../src/metrics/result.ts';
import { summarise } from '../../src/metrics/summary.ts';
import { resultTables } from '../../src/metrics/tables/index.ts';
import { FAMILIES } from '../../src/run/families.ts';
import { type RunOptions, runScenario } from '../../src/run/run.ts';
import { SharedBoard } from '../../src/run/shared-board.ts';
import { simulateCells } from '../../src/run/simulate-cells.ts';
import { loadScenarioText, parseOverride } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { planMemory } from '../../src/sim/cost/memory.ts';
import { directoryOf } from '../../src/sim/population/directory.ts';

const SMALL = `version: 1
name: small
duration: 20s
warmup: 2s
population:
  users: 4000
  rate: 30/s
  popularity: {law: zipf, exponent: 0.9}
  cohorts:
    - name: chat
      share: 75%
      prompt_tokens: {law: lognormal, median: 100, sigma: 0.8, max: 1024}
      output_tokens: {law: lognormal, median: 20, sigma: 0.6, max: 256}
    - name: agents
      share: 25%
      prompt_tokens: {law: lognormal, median: 400, sigma: 0.5, max: 2048}
      output_tokens: {law: lognormal, median: 30, sigma: 0.6, max: 256}
base: qwen3-4b
adapter: {rank: 16}
hardware:
  gpu: h100
  gpus_per_node: 1
  replicas: 4
  cells: 4
  node: {host_memory: 64GiB}
serving:
  slots: 8
  tiers:
    host: {capacity: 2GiB}
    disk: {capacity: 8GB}
slo:
  interactive: {ttft: 2s, tpot: 100ms}
`;

/** The store is the bottleneck: every cell's loads wait for its share of it. */
export const COUPLED = ['hardware.object_store={bandwidth: 400MB/s, interval: 0.5s}'];

export const small = (...changes: string[]): Scenario => scenarioOf(SMALL, 'small.yaml', changes);

export function scenarioOf(text: string, file: string, changes: readonly string[]): Scenario {
  return loadScenarioText(text, file, {
    families: FAMILIES,
    overrides: changes.map((change) => parseOverride(change)!),
  }).scenario;
}

/** Without workers and folders: all cells on this thread, every event audited. */
export function simulate(scenario: Scenario, check = true): RunResult {
  const cells = Array.from({ length: scenario.hardware.cells }, (_, cell) => cell);
  const { buffer } = new SharedBoard(cells.length);
  const outcomes = simulateCells({ scenario, cells, board: buffer, trace: null, check });
  return mergeCells(outcomes.map(({ result }) => result));
}

/** Every table's bytes as they would stand in a run folder, all under one run hash so that only results can differ. */
export function tablesOf(scenario: Scenario, run: RunResult): Map<string, Buffer> {
  const facts = factsOf(scenario, planMemory(scenario).kvBlocks);
  const summary = summarise(run, facts);
  const provenance = { kind: 'simulated', scenario: 'small', runHash: '0' } as const;
  const tables = resultTables({ run, facts, summary, directory: directoryOf(scenario), provenance });
  return new Map(Array.from(tables, ([name, bytes]) => [name, Buffer.from(bytes)]));
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mint-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function run(scenario: Scenario, options: Partial<RunOptions> & Pick<RunOptions, 'out'>) {
  return runScenario({
    scenario,
    jobs: 1,
    check: false,
    resume: false,
    command: 'mint-bench run small.yaml',
    version: '0.0.0',
    ...options,
  });
}

/** Files of a run folder that must be the same for the same identity: all but the manifest. */
export function resultFiles(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder).filter((name) => name !== 'manifest.json');
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

/** Names of files whose bytes differ, or that only one side has. */
export function differences(a: ReadonlyMap<string, Buffer>, b: ReadonlyMap<string, Buffer>): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => !(a.get(name) ?? Buffer.of(0)).equals(b.get(name) ?? Buffer.of(1)));
}
