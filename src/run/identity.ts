/** What decides the bytes of a run's results, and the folder that they go into. */
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { runHash, shortHash } from '../scenario/hash.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { readTrace, type Trace, type TraceFormat } from '../scenario/trace.ts';
import type { Manifest } from './run-folder.ts';

export interface RunIdentity {
  /** SHA-256 of the resolved scenario and of the trace it replays. */
  runHash: string;
  folder: string;
}

export function identify(scenario: Scenario, out: string): RunIdentity {
  const runHash = runHashOf(scenario);
  return { runHash, folder: join(out, `${scenario.name}-${shortHash(runHash)}`) };
}

export function runHashOf(scenario: Scenario): string {
  const file = traceFile(scenario);
  return runHash(scenario, file === null ? undefined : readFileSync(file));
}

/** The trace that the scenario replays, null where it generates its arrivals. */
export function traceFile(scenario: Scenario): string | null {
  const { name, params } = scenario.population.arrivals;
  return name === 'trace' && typeof params.file === 'string' && params.file !== '' ? params.file : null;
}

/** That trace, read; null where there is none. */
export function readTraceOf(scenario: Scenario): Trace | null {
  const file = traceFile(scenario);
  return file === null ? null : readTrace(file, scenario.population.arrivals.params.format as TraceFormat | 'auto');
}

export function newManifest(scenario: Scenario, runHash: string, command: string, version: string): Manifest {
  return {
    status: 'running',
    tool: { name: 'mint-bench', version },
    identity: {
      scenario: scenario.name,
      run_hash: runHash,
      seed: scenario.seed,
      node_major: Number(process.versions.node.split('.')[0]),
      arch: process.arch,
    },
    command,
    started: new Date().toISOString(),
    harness: null,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_bytes: totalmem(),
      platform: process.platform,
      node: process.version,
    },
    files: [],
  };
}
