/**
 * The cpu backend against what this machine can do: its read bandwidth in decode, its dense product in prefill, and the same
 * operator as a plain -O3 loop, on the js backend and in both TensorFlow.js forms. Every round takes one reading of each,
 * so that what disturbs the machine disturbs both sides of a ratio; a line gives the median of the rounds and their quartiles.
 */
import { availableParallelism } from 'node:os';
import type { Backend, Session } from '../src/real/backend.ts';
import { BACKENDS, BASELINES } from '../src/real/backends/index.ts';
import type { DeviceHandle, NativeAddon } from '../src/real/backends/native-addon.ts';
import { loadNative } from '../src/real/backends/native-loader.ts';
import { NativeSession } from '../src/real/backends/native-session.ts';
import { countWork, type KernelDtype, type Problem } from '../src/real/operator.ts';
import { buildProblem, type ProblemSpec, problemSpec } from '../src/real/spec.ts';
import { median, quantileOf } from '../src/real/statistics.ts';
import type { Line } from './measure.ts';

const WIDTH = 4096;
const ADAPTERS = 64;
const ROWS = 2048;
const READ_BYTES = 2 ** 28;
const DENSE = 1024;
const ROUNDS = 9;
/** Of the comparisons, whose slow sides take seconds. */
const RATIO_ROUNDS = 5;

type Case = readonly [KernelDtype, number];
const DECODE: readonly Case[] = [
  ['bf16', 8],
  ['bf16', 16],
  ['bf16', 64],
  ['fp16', 16],
  ['fp32', 16],
];
const PREFILL: readonly Case[] = [
  ['bf16', 16],
  ['bf16', 64],
  ['bf16', 256],
  ['fp16', 64],
  ['fp32', 16],
  ['fp32', 64],
  ['fp32', 256],
];

interface Device {
  addon: NativeAddon;
  handle: DeviceHandle;
}

function best(count: number, measure: (samples: Float64Array) => void): number {
  const samples = new Float64Array(count);
  measure(samples);
  return Math.max(...samples);
}

const readBandwidth = ({ addon, handle }: Device) =>
  best(16, (out) => addon.bandwidth(handle, 'read', READ_BYTES, out));
const denseRate = ({ addon, handle }: Device, dtype: KernelDtype) =>
  best(3, (out) => addon.dense(handle, dtype, DENSE, DENSE, DENSE, out));

async function seconds(session: Session, iterations: number): Promise<number> {
  return median(await session.run({ iterations, launches: 1, cache: 'flushed' })) / 1e9;
}

/** "88% (85% … 90%)": median and quartiles. */
function spread(values: readonly number[], text: (value: number) => string): string {
  const sorted = Float64Array.from(values).sort();
  return `${text(median(sorted))} (${text(quantileOf(sorted, 0.25))} … ${text(quantileOf(sorted, 0.75))})`;
}
const share = (value: number): string => `${(100 * value).toFixed(0)}%`;
const times = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)}×`;

function decodeProblem(dtype: KernelDtype, rank: number): Problem {
  const name = `decode ${dtype} ${rank}`;
  return buildProblem(
    problemSpec({ name, dtype, inDim: WIDTH, sliceDims: [WIDTH], tokens: ADAPTERS, ranks: [rank], seed: 'bench' }),
  );
}

function prefillProblem(dtype: KernelDtype, rank: number): Problem {
  const name = `prefill ${dtype} ${rank}`;
  const shape = { name, dtype, inDim: WIDTH, sliceDims: [WIDTH], tokens: ROWS, sequences: 1, adapters: 1 };
  return buildProblem(problemSpec({ ...shape, ranks: [rank], seed: 'bench' }));
}

async function decodeLine(device: Device, dtype: KernelDtype, rank: number): Promise<Line> {
  const problem = decodeProblem(dtype, rank);
  const { bytes } = countWork(problem);
  const session = new NativeSession(device.addon, device.handle, problem);
  const shares: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const read = readBandwidth(device);
    shares.push(bytes / (await seconds(session, 3)) / read);
  }
  await session.release();
  const what = `cpu decode, ${ADAPTERS} adapters, ${dtype} rank ${rank}: of read bandwidth`;
  return { what, value: spread(shares, share), target: '80%' };
}

async function prefillLine(device: Device, dtype: KernelDtype, rank: number): Promise<Line> {
  const problem = prefillProblem(dtype, rank);
  const { bytes, flops } = countWork(problem);
  const session = new NativeSession(device.addon, device.handle, problem);
  const shares: number[] = [];
  const allowed: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const dense = denseRate(device, dtype);
    const arithmetic = flops / dense;
    const roofline = Math.max(arithmetic, bytes / readBandwidth(device));
    shares.push(arithmetic / (await seconds(session, 3)));
    allowed.push(arithmetic / roofline);
  }
  await session.release();
  // A small rank does too little arithmetic for the bytes of x and y: bandwidth ends it below the dense rate.
  const most = median(Float64Array.from(allowed));
  return {
    what: `cpu prefill, ${ROWS} rows, ${dtype} rank ${rank}: of the dense product`,
    value: `${spread(shares, share)}, roofline allows ${share(most)}`,
    target: most >= 0.6 ? '60%' : '',
  };
}

/** How many times faster than the others the cpu backend computes one problem in fp32, the only dtype they all have. */
async function ratioLines(device: Device, name: string, problem: Problem): Promise<Line[]> {
  const others: Record<string, Session> = {};
  const missing: Line[] = [];
  for (const [label, backend] of Object.entries({ js: BACKENDS.js, ...baselines() })) {
    const probe = await backend.probe();
    const what = label === 'js' ? 'the js backend' : `${label} (${probe.variant})`;
    if (probe.usable) others[what] = await backend.create(problem);
    else missing.push({ what: `  ${label}`, value: 'not installed', target: '' });
  }
  const own = new NativeSession(device.addon, device.handle, problem);
  const plain = 'a plain -O3 loop, one thread';
  const ratios: Record<string, number[]> = { [plain]: [] };
  for (const what of Object.keys(others)) ratios[what] = [];
  for (let round = 0; round < RATIO_ROUNDS; round++) {
    const ours = await seconds(own, 7);
    ratios[plain].push(own.plainLoop() / 1e9 / ours);
    for (const [what, session] of Object.entries(others)) ratios[what].push((await seconds(session, 1)) / ours);
  }
  await Promise.all([own, ...Object.values(others)].map((session) => session.release()));
  const lines = Object.entries(ratios).map(([what, values]) => ({
    what: `cpu ${name}, fp32 rank 16: against ${what}`,
    value: spread(values, times),
    target: '',
  }));
  return [...lines, ...missing];
}

const baselines = (): Record<string, Backend> =>
  Object.fromEntries(BASELINES.map((name): [string, Backend] => [name, BACKENDS[name]]));

export async function kernelsBench(): Promise<Line[]> {
  const { addon, steps } = loadNative('cpu');
  if (addon === null) {
    const step = steps.findLast(({ outcome }) => outcome !== 'ok');
    return [{ what: 'cpu backend', value: `not built: ${step?.reason}; ${step?.remedy}`, target: '' }];
  }
  const device = { addon, handle: addon.open({ threads: availableParallelism() }) };
  const lines: Line[] = [];
  for (const [dtype, rank] of DECODE) lines.push(await decodeLine(device, dtype, rank));
  for (const [dtype, rank] of PREFILL) lines.push(await prefillLine(device, dtype, rank));
  lines.push(...(await ratioLines(device, `decode, ${ADAPTERS} adapters`, decodeProblem('fp32', 16))));
  lines.push(...(await ratioLines(device, 'prefill, 256 rows of 4 adapters', smallPrefill())));
  return lines;
}

/** TensorFlow.js's gather form copies A and B for every row: 2,048 rows would take gigabytes. */
function smallPrefill(): Problem {
  const shape = { inDim: WIDTH, sliceDims: [WIDTH], tokens: 256, sequences: 4, adapters: 4, ranks: [16] };
  return buildProblem(problemSpec({ name: 'prefill ratios', ...shape, dtype: 'fp32', seed: 'bench' }));
}

/**
 * Shapes of about a millisecond on one thread of each backend: threads that wait for one another measure who else is on the machine, as
 * does handing a launch of microseconds over to them.
 */
const QUICK = { js: { width: 768, rows: 1 }, cpu: { width: 2048, rows: 4 } } as const;

const quickShapes = (rows: number): Readonly<Record<string, Partial<ProblemSpec>>> => ({
  [`decode, ${8 * rows} adapters, rank 16`]: { tokens: 8 * rows, ranks: [16] },
  [`decode, ${8 * rows} adapters, ranks 4 to 64`]: { tokens: 8 * rows, ranks: [4, 8, 16, 64] },
  [`prefill, ${64 * rows} rows of 1 adapter, rank 8`]: { tokens: 64 * rows, sequences: 1, adapters: 1, ranks: [8] },
});
/** In a row, so that all but the first find the caches as the kernel itself leaves them. */
const QUICK_SAMPLES = 8;
/**
 * Times that every shape has its turn. On a shared machine most moments are disturbed, for longer than a turn; many short turns
 * meet a quiet one where few long ones do not.
 */
const QUICK_TURNS = 36;

/** A few seconds for the backends that run on the processor: what `compare --bench` takes in turn of two checkouts. */
export async function kernelsQuickBench(): Promise<Line[]> {
  const shapes: { what: string; session: Session; ns: number }[] = [];
  const { addon } = loadNative('cpu');
  const device = addon === null ? null : { addon, handle: addon.open({ threads: 1 }) };
  for (const name of ['js', 'cpu'] as const) {
    if (name === 'cpu' && device === null) continue;
    const { width, rows } = QUICK[name];
    for (const [what, shape] of Object.entries(quickShapes(rows))) {
      const sizes = { inDim: width, sliceDims: [width], tokens: 8 * rows, ranks: [16] };
      const problem = buildProblem(problemSpec({ name: what, dtype: 'fp32', ...sizes, ...shape, seed: 'bench' }));
      const session =
        name === 'js' || device === null
          ? await BACKENDS.js.create(problem)
          : new NativeSession(device.addon, device.handle, problem);
      shapes.push({ what: `kernel ${name} ${what}`, session, ns: Number.POSITIVE_INFINITY });
    }
  }
  for (let turn = 0; turn <= QUICK_TURNS; turn++) {
    for (const shape of shapes) {
      const samples = await shape.session.run({ iterations: QUICK_SAMPLES, launches: 1, cache: 'warm' });
      // Other work on the machine only adds to a time: the fastest is the kernel's own. The first turn warms up.
      if (turn > 0) shape.ns = Math.min(shape.ns, ...samples);
    }
  }
  await Promise.all(shapes.map(({ session }) => session.release()));
  return shapes.map(({ what, ns }) => ({ what, value: `${(ns / 1000).toFixed(1)} µs`, target: '' }));
}
