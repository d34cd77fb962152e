/**
 * How a shape is timed. Warm-up runs until two batches of samples agree; then a set of samples with caches as the launch
 * before left them and a set with caches overwritten before every launch, both reported: the weights of one adapter fit a
 * GPU's L2, those of a production batch do not.
 */
import type { Backend } from './backend.ts';
import { countWork, type KernelDtype, type Work } from './operator.ts';
import { buildProblem, countAdapters, type ProblemSpec } from './spec.ts';
import { median, type Quantile, quantile } from './statistics.ts';

export interface Protocol {
  /** Samples for each cache state. At least 20 give the median a two-sided 95% interval. */
  samples: number;
  /** Launches are put behind each other until a warm sample lasts this long, ns: the timer's resolution and jitter vanish. */
  sampleNs: number;
  /** Two warm-up batches agree when their medians differ by less than this fraction. */
  stability: number;
  /** Time for warm-up, and for the samples of one cache state, ns; samples stop early when it is spent (at least 5). */
  budgetNs: number;
}

export const PROTOCOLS: Record<'quick' | 'full', Protocol> = {
  quick: { samples: 20, sampleNs: 2e5, stability: 0.1, budgetNs: 2.5e8 },
  full: { samples: 100, sampleNs: 1e6, stability: 0.02, budgetNs: 3e9 },
};

export interface Timing {
  p50: Quantile;
  p99: Quantile;
  samples: number;
  /** Launches in a sample. */
  launches: number;
}

export interface Measurement {
  backend: string;
  spec: ProblemSpec;
  dtype: KernelDtype;
  work: Work;
  distinctAdapters: number;
  warm: Timing;
  flushed: Timing;
  /** False where the warm-up's budget was spent before two batches agreed: other work shares the machine. */
  stable: boolean;
}

const WARMUP_SAMPLES = 5;

export async function measure(backend: Backend, spec: ProblemSpec, protocol: Protocol): Promise<Measurement> {
  const problem = buildProblem(spec, 'timing');
  const work = countWork(problem);
  const session = await backend.create(problem);
  try {
    const [first] = await session.run({ iterations: 1, launches: 1, cache: 'warm' });
    // Where one launch takes a good part of the budget (JavaScript, large shapes) a batch is shorter.
    const batch = Math.max(1, Math.min(WARMUP_SAMPLES, Math.floor(protocol.budgetNs / (2 * first))));
    const warmUp = (launches: number) => session.run({ iterations: batch, launches, cache: 'warm' });
    let spent = 0;
    let before = batch === 1 ? first : median(await warmUp(1));
    let stable = false;
    let launches = 1;
    while (!stable && spent < protocol.budgetNs) {
      launches = Math.max(1, Math.min(1000, Math.ceil(protocol.sampleNs / Math.max(1, before))));
      const now = median(await warmUp(launches));
      stable = Math.abs(now - before) <= protocol.stability * now;
      spent += batch * launches * now;
      before = now;
    }
    const affordable = (ns: number) =>
      Math.max(5, Math.min(protocol.samples, Math.floor(protocol.budgetNs / Math.max(1, ns))));
    const warm = await session.run({ iterations: affordable(before * launches), launches, cache: 'warm' });
    const flushed = await session.run({ iterations: affordable(before * 4 + FLUSH_NS), launches: 1, cache: 'flushed' });
    const timing = (samples: Float64Array, count: number): Timing => ({
      p50: quantile(samples, 0.5),
      p99: quantile(samples, 0.99),
      samples: samples.length,
      launches: count,
    });
    return {
      backend: backend.name,
      spec,
      dtype: spec.dtype,
      work,
      distinctAdapters: countAdapters(spec, problem),
      warm: timing(warm, launches),
      flushed: timing(flushed, 1),
      stable,
    };
  } finally {
    await session.release();
  }
}

/** What overwriting the caches takes on a slow host; it bounds the number of flushed samples, nothing else. */
const FLUSH_NS = 1.5e7;
