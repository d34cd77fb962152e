/**
 * Finds and loads a native addon: MINT_NATIVE_DIR, then the local build. Every step is recorded with what happened and what to
 * do about it. A file is loaded here only after a child process has loaded it and computed a small problem right, so that
 * a binary that crashes takes a child with it; the verdict is kept by the file's hash, Node and GPU driver versions.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { packageRoot } from '../../scenario/package-root.ts';
import type { ProbeStep } from '../backend.ts';
import type { NativeAddon } from './native-addon.ts';

export type NativeName = 'cpu' | 'cuda' | 'cuda_emulated';

export interface LoadedNative {
  addon: NativeAddon | null;
  /** The file that was loaded, or null. */
  file: string | null;
  steps: ProbeStep[];
}

const SELF_CHECK_SECONDS = 60;

export function nativeBuildFolder(): string {
  return join(packageRoot(), 'native', 'build');
}

/** The device's own probe, then y = 2 + 1·2·(3·5) over one pair, exact in every dtype; prints "ok" or throws. */
const SELF_CHECK = `
const addon = require(process.argv[1]);
const probe = JSON.parse(addon.probe());
if (probe.usable) {
  const device = addon.open({});
  const weights = addon.createWeights(device, {dtype: 'fp32', inDim: 1, sliceDims: Int32Array.of(1), totalRank: 1});
  addon.uploadWeights(weights, 0, 'a', 0, Float32Array.of(3));
  addon.uploadWeights(weights, 0, 'b', 0, Float32Array.of(2));
  const launch = addon.createLaunch(weights, {xRows: 1, yRows: 1, segStart: Int32Array.of(0, 1),
    segRankStart: Int32Array.of(0), segRank: Int32Array.of(1), segScale: Float32Array.of(1), rows: Int32Array.of(0),
    outRows: Int32Array.of(0), rowScale: Float32Array.of(1)}, {accumulate: true});
  addon.setX(launch, Float32Array.of(5));
  addon.setY(launch, Float32Array.of(2));
  addon.run(launch);
  const y = new Float32Array(1);
  addon.getY(launch, y);
  if (y[0] !== 32) throw new Error('self-check computed ' + y[0] + ' instead of 32');
}
console.log('ok');
`;

/** Empty where the file loads and computes; else what went wrong. */
function selfCheck(file: string): string {
  const driver = '/proc/driver/nvidia/version';
  const key = createHash('sha256')
    .update(readFileSync(file))
    .update(process.version)
    .update(SELF_CHECK)
    .update(existsSync(driver) ? readFileSync(driver) : '')
    .digest('hex');
  const folder = join(tmpdir(), `mint-bench-${userInfo().username}`);
  const record = join(folder, `${key.slice(0, 24)}.verdict`);
  if (existsSync(record) && readFileSync(record, 'utf8') === 'ok') return '';
  const child = spawnSync(process.execPath, ['-e', SELF_CHECK, file], {
    encoding: 'utf8',
    timeout: SELF_CHECK_SECONDS * 1000,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (child.status === 0 && child.stdout.trim().endsWith('ok')) {
    // Only success is kept: a failure may have a cause that passes (memory, a busy GPU).
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(record, 'ok');
    } catch {
      // A read-only temporary folder costs the next start a child process, no more.
    }
    return '';
  }
  if (child.signal !== null) return `a child process that tried it was ended by ${child.signal}`;
  const message = child.stderr.split('\n').find((line) => /Error/.test(line)) ?? child.stderr.trim().slice(0, 200);
  return `a child process that tried it failed: ${message}`;
}

const REMEDY: Record<NativeName, string> = {
  cpu: 'npm run build:native (needs a C++20 compiler and CMake)',
  cuda: 'npm run build:native where nvcc is on PATH (CUDA 12 or later)',
  cuda_emulated: 'npm run build:native where nvcc is on PATH (CUDA 12 or later)',
};

function tryFile(file: string, name: NativeName, steps: ProbeStep[]): NativeAddon | null {
  const step = (outcome: ProbeStep['outcome'], reason: string, remedy: string): null => {
    steps.push({ candidate: file, outcome, reason, remedy });
    return null;
  };
  if (!existsSync(file)) return step('missing', `${basename(file)} is not built`, REMEDY[name]);
  const fault = selfCheck(file);
  if (fault !== '') return step('failed', fault, 'npm run build:native -- --clean');
  try {
    const addon = createRequire(import.meta.url)(file) as NativeAddon;
    step('ok', '', '');
    return addon;
  } catch (error) {
    return step('failed', (error as Error).message.split('\n')[0], 'npm run build:native -- --clean');
  }
}

/** Loads at most once a process and name; never throws. */
export function loadNative(name: NativeName): LoadedNative {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const steps: ProbeStep[] = [];
  const fileName = `mint_native_${name}.node`;
  const override = process.env.MINT_NATIVE_DIR;
  const candidates = [...(override ? [join(override, fileName)] : []), join(nativeBuildFolder(), fileName)];
  let result: LoadedNative = { addon: null, file: null, steps };
  for (const file of candidates) {
    const addon = tryFile(file, name, steps);
    if (addon === null) continue;
    result = { addon, file, steps };
    break;
  }
  loaded.set(name, result);
  return result;
}

const loaded = new Map<NativeName, LoadedNative>();
