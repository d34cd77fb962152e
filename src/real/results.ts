/**
 * Kernel measurements as one Arrow file: a row a shape, units in each field's metadata, and in the schema's metadata the
 * machine, the device, the roofline of the same run and the command that repeats it. `calibrate` and the figures read it.
 */
import { readFileSync } from 'node:fs';
import {
  Bool,
  type DataType,
  Field,
  Float64,
  Int32,
  RecordBatchFileWriter,
  Schema,
  Table,
  tableFromJSON,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { readArrowFile } from '../scenario/arrow-file.ts';
import { ResultsError } from '../scenario/errors.ts';
import type { ProbeResult, Roofline } from './backend.ts';
import { LOAD_TIMES, type LoadMeasurement } from './loads.ts';
import { fingerprint, type Machine } from './machine.ts';
import type { Measurement, Timing } from './measure.ts';
import { KERNEL_DTYPES } from './operator.ts';

export interface KernelRun {
  machine: Machine;
  probe: ProbeResult;
  roofline: Roofline;
  protocol: string;
  seed: string;
  command: string;
  /** When it began, ISO 8601; empty in files from before it was kept. */
  measured: string;
}

/** One measured shape, flat, as it stands in the file. Times in ns of one launch. */
export interface KernelRecord {
  suite: string;
  name: string;
  model: string;
  operator: string;
  /** Value on the curve's axis; 0 outside curves. */
  x: number;
  backend: string;
  dtype: string;
  in_dim: number;
  slices: string;
  tokens: number;
  pairs: number;
  adapters_pool: number;
  adapters_distinct: number;
  owners_distinct: number;
  rank_mean: number;
  pattern: string;
  experts: number;
  weight_bytes: number;
  bytes: number;
  flops: number;
  warm_ns_p50: number;
  warm_ns_p50_low: number;
  warm_ns_p50_high: number;
  warm_ns_p99: number;
  flushed_ns_p50: number;
  flushed_ns_p50_low: number;
  flushed_ns_p50_high: number;
  flushed_ns_p99: number;
  samples: number;
  /** Shortest time that the roofline of this run allows for the shape, and what share of the flushed p50 it is. */
  roofline_ns: number;
  roofline_fraction: number;
  flushed_gbps: number;
  /** What the roofline allows for the base model's own product over the same tokens. */
  base_roofline_ns: number;
  stable: boolean;
}

/** Whether the interval of the flushed median reaches half of it away, or is not bounded at all. */
export const isVague = ({
  flushed_ns_p50: p50,
  flushed_ns_p50_low: low,
  flushed_ns_p50_high: high,
}: KernelRecord): boolean => !(Math.max(high - p50, p50 - low) < 0.5 * p50);

const UNITS: Partial<Record<keyof KernelRecord, string>> = {
  weight_bytes: 'B',
  bytes: 'B',
  flops: 'FLOP',
  warm_ns_p50: 'ns',
  warm_ns_p50_low: 'ns',
  warm_ns_p50_high: 'ns',
  warm_ns_p99: 'ns',
  flushed_ns_p50: 'ns',
  flushed_ns_p50_low: 'ns',
  flushed_ns_p50_high: 'ns',
  flushed_ns_p99: 'ns',
  roofline_ns: 'ns',
  roofline_fraction: '1',
  flushed_gbps: 'GB/s',
  base_roofline_ns: 'ns',
  tokens: 'token',
  in_dim: '1',
  rank_mean: '1',
};

export interface RecordContext {
  suite: string;
  model?: string;
  operator?: string;
  x?: number;
}

/** Rate of the dtype, or of the widest one that was measured. */
export function denseFlops(roofline: Roofline, dtype: string): number {
  const rates = roofline.denseGflops;
  return 1e9 * (rates[dtype as keyof typeof rates] ?? rates.fp32 ?? Math.max(...Object.values(rates)));
}

export function toRecord(measurement: Measurement, roofline: Roofline, context: RecordContext): KernelRecord {
  const { spec, work, warm, flushed, dtype } = measurement;
  const time = (bytes: number, flops: number) =>
    1e9 * Math.max(bytes / (roofline.readGBps * 1e9), flops / denseFlops(roofline, dtype));
  const rooflineNs = time(work.bytes, work.flops);
  const width = spec.sliceDims.reduce((a, b) => a + b, 0);
  const elementBytes = dtype === 'fp32' ? 4 : 2;
  // An expert batch reads every expert that a token was routed to; at most one a pair.
  const matrices = spec.experts === null ? 1 : Math.min(spec.experts.count, work.pairs);
  const baseBytes = matrices * spec.inDim * width * elementBytes;
  const interval = (name: 'warm' | 'flushed', timing: Timing) => ({
    [`${name}_ns_p50`]: timing.p50.value,
    [`${name}_ns_p50_low`]: timing.p50.low,
    [`${name}_ns_p50_high`]: timing.p50.high,
    [`${name}_ns_p99`]: timing.p99.value,
  });
  return {
    suite: context.suite,
    name: spec.name,
    model: context.model ?? '',
    operator: context.operator ?? '',
    x: context.x ?? 0,
    backend: measurement.backend,
    dtype,
    in_dim: spec.inDim,
    slices: spec.sliceDims.join('|'),
    tokens: spec.tokens,
    pairs: work.pairs,
    adapters_pool: spec.adapters,
    adapters_distinct: measurement.distinctAdapters,
    owners_distinct: work.distinctOwners,
    rank_mean: work.flops / (2 * Math.max(1, work.pairs) * (spec.sliceDims.length * spec.inDim + width)),
    pattern: spec.pattern,
    experts: spec.experts?.count ?? 0,
    weight_bytes: work.weightBytes,
    bytes: work.bytes,
    flops: work.flops,
    ...(interval('warm', warm) as Pick<
      KernelRecord,
      'warm_ns_p50' | 'warm_ns_p50_low' | 'warm_ns_p50_high' | 'warm_ns_p99'
    >),
    ...(interval('flushed', flushed) as Pick<
      KernelRecord,
      'flushed_ns_p50' | 'flushed_ns_p50_low' | 'flushed_ns_p50_high' | 'flushed_ns_p99'
    >),
    samples: Math.min(warm.samples, flushed.samples),
    roofline_ns: rooflineNs,
    roofline_fraction: rooflineNs / flushed.p50.value,
    flushed_gbps: work.bytes / flushed.p50.value,
    base_roofline_ns: time(baseBytes, work.baseFlops),
    stable: measurement.stable,
  };
}

const INTEGERS: readonly string[] = [
  'in_dim',
  'tokens',
  'pairs',
  'adapters_pool',
  'adapters_distinct',
  'owners_distinct',
  'experts',
  'samples',
];

export function encodeKernelRun(run: KernelRun, records: readonly KernelRecord[]): Uint8Array {
  const names = records.length === 0 ? [] : (Object.keys(records[0]) as (keyof KernelRecord)[]);
  const typeOf = (name: string, value: unknown): DataType => {
    if (typeof value === 'string') return new Utf8();
    if (typeof value === 'boolean') return new Bool();
    return INTEGERS.includes(name) ? new Int32() : new Float64();
  };
  const columns: Record<string, Vector> = {};
  const fields = names.map((name) => {
    const type = typeOf(name, records[0][name]);
    columns[name] = vectorFromArray(records.map((record) => record[name]) as never, type);
    const unit = UNITS[name];
    return new Field(name, type, false, unit === undefined ? null : new Map([['unit', unit]]));
  });
  const metadata = new Map([
    ['format', 'mint-bench-kernel-run'],
    ['version', '1'],
    ['fingerprint', fingerprint(run.machine, run.probe.device, run.probe.variant)],
    ...Object.entries(run).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  ]);
  const table = new Table(new Schema(fields, metadata), columns);
  return RecordBatchFileWriter.writeAll(table).toUint8Array(true);
}

export interface StoredKernelRun extends KernelRun {
  fingerprint: string;
  records: KernelRecord[];
}

/** Throws ResultsError where the file is damaged or not one of ours. */
export function readKernelRun(path: string): StoredKernelRun {
  const table = wholeTable(path);
  const metadata = table?.schema.metadata;
  if (table === null || metadata?.get('format') !== 'mint-bench-kernel-run')
    throw new ResultsError(
      `${path} is not a kernel run${table === null ? ', or not the whole of one' : ''}`,
      'mint-bench kernel writes one',
    );
  const json = <T>(key: string): T => JSON.parse(metadata.get(key) ?? 'null') as T;
  return {
    machine: json<Machine>('machine'),
    probe: json<ProbeResult>('probe'),
    roofline: json<Roofline>('roofline'),
    protocol: metadata.get('protocol') ?? '',
    seed: metadata.get('seed') ?? '',
    command: metadata.get('command') ?? '',
    measured: metadata.get('measured') ?? '',
    fingerprint: metadata.get('fingerprint') ?? '',
    records: table.toArray().map((row) => row.toJSON() as unknown as KernelRecord),
  };
}

/** Null where the file is no Arrow file, or not the whole of one. */
function wholeTable(path: string): Table | null {
  const bytes = readFileSync(path);
  try {
    return readArrowFile(bytes);
  } catch {
    return null;
  }
}

/** Other work on the machine only lowers a ceiling, so the higher of two readings is the better one. */
export function higherRoofline(one: Roofline, other: Roofline): Roofline {
  const denseGflops: Roofline['denseGflops'] = {};
  for (const dtype of KERNEL_DTYPES) {
    const rate = Math.max(one.denseGflops[dtype] ?? 0, other.denseGflops[dtype] ?? 0);
    if (rate > 0) denseGflops[dtype] = rate;
  }
  return {
    readGBps: Math.max(one.readGBps, other.readGBps),
    copyGBps: Math.max(one.copyGBps, other.copyGBps),
    denseGflops,
    how: one.how === other.how ? one.how : `${one.how}; ${other.how}`,
  };
}

/** Loads as one Arrow file, a row a load: bytes, objects, and the median time of each stage in ns; the machine in the metadata. */
export function encodeLoads(
  { machine, probe, seed, command, measured }: Omit<KernelRun, 'roofline' | 'protocol'>,
  loads: readonly LoadMeasurement[],
): Uint8Array {
  const rows = loads.map(({ stageNs, allNs, fileBytes, ...load }) => ({
    ...load,
    file_bytes: fileBytes,
    ...Object.fromEntries(LOAD_TIMES.map((stage) => [`${stage}_ns_p50`, stageNs[stage]])),
    all_ns_p50: allNs,
  }));
  const table = tableFromJSON(rows);
  const metadata = new Map([
    ['format', 'mint-bench-kernel-loads'],
    ['fingerprint', fingerprint(machine, probe.device, probe.variant)],
    ['machine', JSON.stringify(machine)],
    ['probe', JSON.stringify(probe)],
    ['seed', seed],
    ['command', command],
    ['measured', measured],
  ]);
  return tableToIPC(new Table(new Schema(table.schema.fields, metadata), table.batches), 'file');
}
