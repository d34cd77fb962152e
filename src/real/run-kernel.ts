/**
 * Measures a list of shapes on one backend: the roofline before and after, and between them each shape in the kernel process, in an order drawn from
 * the seed so that a machine that drifts does not bend a curve. A shape that does not fit, or that takes the process down,
 * is reported and left out; the others go on.
 */
import { freemem } from 'node:os';
import type { ProbeResult, Roofline } from './backend.ts';
import type { KernelProcess } from './isolate.ts';
import type { Measurement, Protocol } from './measure.ts';
import { bytesPerElement } from './operator.ts';
import { random, shuffle } from './random.ts';
import { higherRoofline, type KernelRecord, type RecordContext, toRecord } from './results.ts';
import { type ProblemSpec, weightElements } from './spec.ts';

export interface Point extends RecordContext {
  spec: ProblemSpec;
}

export interface Skipped {
  name: string;
  reason: string;
}

export interface KernelMeasurements {
  roofline: Roofline;
  /** In the order of the points. */
  records: KernelRecord[];
  skipped: Skipped[];
  /** Names of shapes whose timing never settled. */
  unstable: string[];
}

export interface RunKernelOptions {
  probe: ProbeResult;
  points: readonly Point[];
  protocol: Protocol;
  quick: boolean;
  seed: string;
  signal: AbortSignal;
  /** Called after each shape. */
  progress(done: number, total: number, name: string): void;
}

/** A problem is held about three times: as built, as the device's copy, and in fp32 by backends that widen. */
const COPIES = 3;
const QUICK_BYTES = 2 ** 29;

function doesNotFit(spec: ProblemSpec, quick: boolean): string | null {
  const bytes = weightElements(spec) * bytesPerElement(spec.dtype);
  const limit = Math.min(quick ? QUICK_BYTES : Infinity, freemem() / COPIES);
  if (bytes <= limit) return null;
  const gib = (n: number) => `${(n / 2 ** 30).toFixed(1)} GiB`;
  return `its weights take ${gib(bytes)}, ${quick ? 'quick mode takes' : 'this machine has room for'} ${gib(limit)}`;
}

export async function runKernel(process: KernelProcess, options: RunKernelOptions): Promise<KernelMeasurements> {
  const { probe, points, protocol, quick, seed, signal, progress } = options;
  const { backend } = probe;
  const before = await process.run({ op: 'roofline', backend, quick });
  const order = Int32Array.from(points, (_, i) => i);
  shuffle(order, random(`${seed}/order`));
  const measured = new Map<number, [Measurement, RecordContext]>();
  const skipped: Skipped[] = [];
  const unstable: string[] = [];
  let done = 0;
  for (const i of order) {
    if (signal.aborted) break;
    const { spec, ...context } = points[i];
    // A backend without the dtype (TensorFlow.js) computes the same problem in fp32; the record says so.
    const dtype = probe.dtypes.includes(spec.dtype) ? spec.dtype : probe.dtypes[0];
    const used = { ...spec, dtype };
    const reason = doesNotFit(used, quick);
    if (reason !== null) {
      skipped.push({ name: spec.name, reason });
    } else {
      try {
        const measurement = await process.run({ op: 'measure', backend, spec: used, protocol });
        if (!measurement.stable) unstable.push(spec.name);
        measured.set(i, [measurement, context]);
      } catch (error) {
        if (signal.aborted) break;
        skipped.push({ name: spec.name, reason: (error as Error).message });
      }
    }
    progress(++done, points.length, spec.name);
  }
  const after = signal.aborted ? null : await process.run({ op: 'roofline', backend, quick });
  const roofline =
    after === null
      ? before
      : {
          ...higherRoofline(before, after),
          how: `${before.how}; the better of one reading before the shapes and one after`,
        };
  const records = points.flatMap((_, i) => {
    const found = measured.get(i);
    return found === undefined ? [] : [toRecord(found[0], roofline, found[1])];
  });
  return { roofline, records, skipped, unstable };
}
