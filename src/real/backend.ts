/**
 * What a kernel backend is: one interface for own kernels (cuda, webgpu, cpu, js) and the TensorFlow.js baseline.
 *
 * Explicit means explicit: a backend that cannot run says so in `probe`, with what was tried and what would help; nothing
 * in here falls back silently (backends/index.ts chooses under `auto` and says why).
 */
import type { KernelDtype, Problem, Storage } from './operator.ts';

/** One thing that was tried on the way to a usable backend; `doctor` prints these. */
export interface ProbeStep {
  /** What was tried: a file, a package, a device. */
  candidate: string;
  outcome: 'ok' | 'missing' | 'failed' | 'skipped';
  /** What happened, in one sentence; empty where it is ok and there is nothing to add. */
  reason: string;
  /** What the reader can do about it; empty where nothing is needed. */
  remedy: string;
}

export interface ProbeResult {
  backend: string;
  usable: boolean;
  /** Device that would run the kernels, for people ("NVIDIA A100-SXM4-80GB", "Xeon, AVX-512, 2 threads"). */
  device: string;
  /** Short name of the way the backend runs, stored with every result ("avx512", "tfjs-wasm"). */
  variant: string;
  /** A device that emulates another: results hold, times mean nothing. */
  software: boolean;
  dtypes: KernelDtype[];
  steps: ProbeStep[];
}

/** `warm`: inputs may sit in caches from the launch before; `flushed`: caches are overwritten before every launch. */
export type CacheState = 'warm' | 'flushed';

export interface RunOptions {
  /** Samples to take. */
  iterations: number;
  /** Launches behind each other in one sample; the sample is their mean. 1 where the cache is flushed. */
  launches: number;
  cache: CacheState;
}

export interface Session {
  /** Device time of one launch in ns, one value a sample. Where y accumulates it keeps growing over launches. */
  run(options: RunOptions): Promise<Float64Array>;
  /** y as it is now, in the problem's storage type. */
  read(): Promise<Storage>;
  release(): Promise<void>;
}

/** Ceilings of the device, measured in the same process as the kernels they are held against. */
export interface Roofline {
  /** Bytes/s ÷ 1e9 of reading alone (a sum over a large array). */
  readGBps: number;
  /** Bytes read plus bytes written, ÷ 1e9, of a copy of a large array. */
  copyGBps: number;
  /** FLOP/s ÷ 1e9 of a large dense matrix product with operands in the dtype; a missing dtype was not measured. */
  denseGflops: Partial<Record<KernelDtype, number>>;
  /** How the three were measured, for people. */
  how: string;
}

export interface Backend {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Runs native or driver code that can take the process down: even looked for from a child process (isolate.ts). */
  readonly crashy: boolean;
  /** Larger is preferred by `auto` among the usable ones; baselines have 0 and are never picked. */
  readonly preference: number;
  probe(): Promise<ProbeResult>;
  /** Copies the problem to the device. Throws where the device cannot hold it or lacks the dtype. */
  create(problem: Problem): Promise<Session>;
  /** `quick`: a second or two in all, less exact. */
  roofline(quick: boolean): Promise<Roofline>;
}
