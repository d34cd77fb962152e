/**
 * From measured shapes to a kernel profile (scenario/kernel-profile.ts) that a scenario's cost model names: fit on part of
 * the shapes, error on the rest. The profile belongs to the device it was measured on.
 */
import { createHash } from 'node:crypto';
import { UserError } from '../scenario/errors.ts';
import { type KernelProfile, kernelProfileSchema } from '../scenario/kernel-profile.ts';
import { type Coefficients, type FitShape, fitOperator, meanError, predict } from './fit.ts';
import { denseFlops, higherRoofline, isVague, type KernelRecord, type StoredKernelRun } from './results.ts';

/** One shape in this many is kept for the error. */
const HELD_OUT = 4;
/** Fewer shapes than this leave nothing to hold out. */
const FEWEST = 8;
/** Mean error on held-out shapes above which four constants do not describe the kernel. */
const POOR_FIT = 0.2;

export interface HeldOutRow {
  name: string;
  measuredUs: number;
  predictedUs: number;
  /** (predicted − measured) ÷ measured. */
  error: number;
}

export interface Calibration {
  profile: KernelProfile;
  coefficients: Coefficients;
  fitError: number;
  heldOut: HeldOutRow[];
  /** What the reader must know: unidentified rates, disturbed measurements. */
  notes: string[];
}

/** Cache state that the fit uses: weights of a serving batch are not in the cache when their layer is reached. */
function shapeOf(record: KernelRecord): FitShape {
  return {
    distinct: record.adapters_distinct,
    bytes: record.bytes,
    flops: record.flops,
    seconds: record.flushed_ns_p50 / 1e9,
  };
}

/** The same shapes are held out in every calibration, whatever order they were measured in. */
function isHeldOut(record: KernelRecord): boolean {
  return createHash('sha256').update(record.name).digest()[0] % HELD_OUT === 0;
}

/** Runs of one backend on one machine as one: all their shapes, and the higher of their ceilings. */
export function joinKernelRuns(runs: readonly StoredKernelRun[]): StoredKernelRun {
  const [first, ...others] = runs;
  const stranger = others.find(
    (run) => run.fingerprint !== first.fingerprint || run.probe.backend !== first.probe.backend,
  );
  if (stranger !== undefined)
    throw new UserError(
      `calibrate joins runs of one backend on one machine; these are ${first.probe.backend} on ${first.probe.device} ` +
        `(${first.fingerprint}) and ${stranger.probe.backend} on ${stranger.probe.device} (${stranger.fingerprint})`,
    );
  return {
    ...first,
    roofline: runs.map((run) => run.roofline).reduce(higherRoofline),
    records: runs.flatMap((run) => run.records),
  };
}

export interface CalibrateOptions {
  /** Names of GPU presets that are this device. */
  also: string[];
}

export function calibrate(run: StoredKernelRun, options: CalibrateOptions): Calibration {
  const { records, roofline, probe } = run;
  if (records.length < FEWEST)
    throw new UserError(`calibrate needs at least ${FEWEST} measured shapes; the run has ${records.length}`);
  const dtypes = [...new Set(records.map((record) => record.dtype))];
  if (dtypes.length > 1) throw new UserError(`calibrate needs one dtype; the run mixes ${dtypes.join(', ')}`);
  const training = records.filter((record) => !isHeldOut(record));
  const rest = records.filter(isHeldOut);
  const coefficients = fitOperator(training.map(shapeOf));
  const notes: string[] = [];
  const flops = denseFlops(roofline, dtypes[0]);
  const bandwidth = roofline.readGBps * 1e9;
  // An infinite rate would say that the work is free; the device's own ceiling is the least that is known to hold.
  if (!Number.isFinite(coefficients.flopsPerSecond))
    notes.push('no shape was bound by compute: flops_per_s is the dense product measured in the same run');
  if (!Number.isFinite(coefficients.bytesPerSecond))
    notes.push('no shape was bound by memory: bytes_per_s is the read bandwidth measured in the same run');
  if (probe.software) notes.push('measured on a software device: the times mean nothing');
  const known: Coefficients = {
    ...coefficients,
    bytesPerSecond: Number.isFinite(coefficients.bytesPerSecond) ? coefficients.bytesPerSecond : bandwidth,
    flopsPerSecond: Number.isFinite(coefficients.flopsPerSecond) ? coefficients.flopsPerSecond : flops,
  };
  const unstable = records.filter((record) => !record.stable).length;
  if (unstable > 0) notes.push(`${unstable} of ${records.length} shapes never settled: other work shares the machine`);
  const vague = records.filter(isVague).length;
  if (vague > 0)
    notes.push(
      `${vague} of ${records.length} medians are uncertain by half or more, and the profile with them: a quiet machine and a run without --quick know them better`,
    );
  const heldOut = rest.map((record) => {
    const measured = record.flushed_ns_p50 / 1e9;
    const predicted = predict(known, shapeOf(record));
    return {
      name: record.name,
      measuredUs: measured * 1e6,
      predictedUs: predicted * 1e6,
      error: (predicted - measured) / measured,
    };
  });
  const mape = rest.length === 0 ? 0 : meanError(known, rest.map(shapeOf));
  if (mape > POOR_FIT)
    notes.push(
      `the four constants miss the held-out shapes by ${(100 * mape).toFixed(0)}% on average: a simulation with this profile is no better than that where LoRA is a large part of a step`,
    );
  const profile = kernelProfileSchema.parse({
    format: 'mint-bench-kernel-profile',
    version: 1,
    device: { name: probe.device, also: options.also, memory_bandwidth: bandwidth, flops },
    kernel: `${probe.backend} ${probe.variant} ${dtypes[0]}, fingerprint ${run.fingerprint}`,
    // Every backend here computes each adapter at its own rank.
    rank_rule: 'mean',
    operator_s: known.operator,
    adapter_s: known.adapter,
    bytes_per_s: known.bytesPerSecond,
    flops_per_s: known.flopsPerSecond,
    fit: {
      shapes: training.length,
      held_out: rest.length,
      mape,
    },
  });
  return { profile, coefficients: known, fitError: meanError(known, training.map(shapeOf)), heldOut, notes };
}
