/**
 * What it costs to bring an adapter in: file → host memory → tensors → the backend's memory, stage by stage, alone and many
 * at once. The stages are those of the simulator's loader (fetch, build, activate) as far as a machine without an engine has
 * them: `read` the file's bytes, `parse` the header, `build` (each tensor copied to its place in the arenas that the kernels
 * read; this is where object counts cost), `transfer` (the arenas into the backend's memory in one piece).
 *
 * Reads are cold where the file's pages can be dropped (GNU dd's nocache needs no privilege); otherwise they come from the
 * page cache, and the result says so.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hrtime } from 'node:process';
import { type AdapterFileSpec, adapterTensors } from './adapter-file.ts';
import type { Backend } from './backend.ts';
import type { KernelDtype, Problem, Storage } from './operator.ts';
import { allocate } from './operator.ts';
import { random } from './random.ts';
import { parseHeader, writeSafetensors } from './safetensors.ts';
import { median } from './statistics.ts';

export interface LoadSpec {
  adapter: AdapterFileSpec;
  /** Adapters loaded at once; each has a file of its own. */
  concurrency: number;
  /** Rounds; each is one sample. */
  rounds: number;
  /** Folder for the files; the system's temporary folder by default. Removed afterwards. */
  folder: string | null;
  seed: string;
}

export const LOAD_TIMES = ['read', 'parse', 'build', 'transfer'] as const;
export type LoadTime = (typeof LOAD_TIMES)[number];

export interface LoadMeasurement {
  model: string;
  backend: string;
  rank: number;
  packed: boolean;
  concurrency: number;
  objects: number;
  fileBytes: number;
  /** False: the bytes came from the page cache. */
  cold: boolean;
  /** Median over rounds and adapters, ns of one adapter in this stage. */
  stageNs: Record<LoadTime, number>;
  /** Median over rounds: from the first request to the last adapter ready, ns. */
  allNs: number;
}

const STORED: Record<AdapterFileSpec['dtype'], KernelDtype> = { F32: 'fp32', BF16: 'bf16', F16: 'fp16' };
/** Columns of the arenas that an adapter's bytes are laid out in for the transfer. */
const ARENA_WIDTH = 1024;

function dropFromPageCache(path: string): boolean {
  try {
    execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

/** The adapter's bytes as one A and one B arena of a problem with a single token: what create() copies to the device. */
function asProblem(dtype: KernelDtype, arena: Storage): Problem {
  const totalRank = arena.length / (2 * ARENA_WIDTH);
  return {
    name: 'load',
    dtype,
    inDim: ARENA_WIDTH,
    sliceDims: Int32Array.of(ARENA_WIDTH),
    accumulate: true,
    x: allocate(dtype, ARENA_WIDTH),
    xRows: 1,
    y: allocate(dtype, ARENA_WIDTH),
    yRows: 1,
    totalRank,
    a: [arena.subarray(0, totalRank * ARENA_WIDTH)],
    b: [arena.subarray(totalRank * ARENA_WIDTH)],
    segStart: Int32Array.of(0, 1),
    segRankStart: Int32Array.of(0),
    segRank: Int32Array.of(1),
    segScale: Float32Array.of(1),
    rows: Int32Array.of(0),
    outRows: Int32Array.of(0),
    rowScale: Float32Array.of(1),
  };
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) throw new Error(`${path} ended after ${at} of ${size} bytes`);
      at += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

async function loadOne(backend: Backend, path: string, dtype: KernelDtype): Promise<Record<LoadTime, number>> {
  const times = {} as Record<LoadTime, number>;
  let last = hrtime.bigint();
  const mark = (stage: LoadTime): void => {
    const now = hrtime.bigint();
    times[stage] = Number(now - last);
    last = now;
  };
  const file = await readWhole(path);
  mark('read');
  const { tensors, dataStart } = parseHeader(file);
  mark('parse');
  const size = dtype === 'fp32' ? 4 : 2;
  const elements = tensors.at(-1)!.end / size;
  const arena = allocate(dtype, Math.ceil(elements / (2 * ARENA_WIDTH)) * 2 * ARENA_WIDTH);
  const target = new Uint8Array(arena.buffer);
  for (const { begin, end } of tensors) target.set(file.subarray(dataStart + begin, dataStart + end), begin);
  mark('build');
  const session = await backend.create(asProblem(dtype, arena));
  mark('transfer');
  await session.release();
  return times;
}

export async function measureLoads(backend: Backend, spec: LoadSpec): Promise<LoadMeasurement> {
  const { adapter, concurrency, rounds } = spec;
  const tensors = adapterTensors(adapter);
  const dtype = STORED[adapter.dtype];
  const draws = random(spec.seed);
  const folder = mkdtempSync(join(spec.folder ?? tmpdir(), 'mint-bench-loads-'));
  try {
    const paths = Array.from({ length: concurrency }, (_, i) => join(folder, `adapter-${i}.safetensors`));
    let fileBytes = 0;
    for (const path of paths) {
      fileBytes = writeSafetensors(path, tensors, (bytes) => {
        // Small magnitudes in every dtype, and bytes that no file system compresses away.
        for (let i = 0; i + 3 < bytes.length; i += 4) bytes.writeUInt32LE((draws.uint32() & 0xbfff_bfff) >>> 0, i);
      });
    }
    const stages: Record<LoadTime, number[]> = { read: [], parse: [], build: [], transfer: [] };
    const whole: number[] = [];
    let cold = true;
    for (let round = 0; round < rounds; round++) {
      for (const path of paths) cold = dropFromPageCache(path) && cold;
      const start = hrtime.bigint();
      const times = await Promise.all(paths.map((path) => loadOne(backend, path, dtype)));
      whole.push(Number(hrtime.bigint() - start));
      for (const stage of LOAD_TIMES) stages[stage].push(...times.map((time) => time[stage]));
    }
    return {
      model: adapter.base.name,
      backend: backend.name,
      rank: adapter.rank,
      packed: adapter.packed,
      concurrency,
      objects: tensors.length,
      fileBytes,
      cold,
      stageNs: Object.fromEntries(
        LOAD_TIMES.map((stage) => [stage, median(Float64Array.from(stages[stage]))]),
      ) as Record<LoadTime, number>,
      allNs: median(Float64Array.from(whole)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
