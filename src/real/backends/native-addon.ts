/**
 * What both native addons export (native/common/binding.cc, native/common/backend.h). Handles are opaque. Times are seconds,
 * rates are bytes or FLOP per second; samples are written into the array that is passed in, one value a sample.
 */
import type { KernelDtype, Problem, Storage } from '../operator.ts';

export type DeviceHandle = { readonly handle: 'device' };
export type WeightsHandle = { readonly handle: 'weights' };
export type LaunchHandle = { readonly handle: 'launch' };

/** Which kernels compute a segment: `auto` picks by its number of rows. */
export type KernelPath = 'auto' | 'matvec' | 'gemm';

/** The addon's own word on its device; parsed from the text that `probe` returns. */
export interface NativeProbe {
  backend: 'cpu' | 'cuda';
  usable: boolean;
  /** Why not, or empty. */
  reason: string;
  device: string;
  /** cpu: vector units that this machine has, best first. */
  isas?: string[];
  threads?: number;
  /** cuda. */
  computeCapability?: string;
  driverVersion?: number;
  runtimeVersion?: number;
  memoryBytes?: number;
  l2Bytes?: number;
  /** What the dense product of the roofline is computed by: the vendor's library, or our own kernel. */
  denseProduct?: string;
  /** cuda: the kernels run on the CPU through native/cuda/emulation; times mean nothing. */
  emulated?: boolean;
}

export type NativeBatch = Pick<
  Problem,
  'xRows' | 'yRows' | 'segStart' | 'segRankStart' | 'segRank' | 'segScale' | 'rows' | 'outRows' | 'rowScale'
>;

export interface NativeAddon {
  probe(): string;
  /** Throws where the device or the vector unit is not there. */
  open(options: { isa?: string; threads?: number }): DeviceHandle;
  createWeights(
    device: DeviceHandle,
    shape: { dtype: KernelDtype; inDim: number; sliceDims: Int32Array; totalRank: number },
  ): WeightsHandle;
  /** Copies rank rows of A or B of one slice; how many follows from the array's length. Returns when they are there. */
  uploadWeights(weights: WeightsHandle, slice: number, matrix: 'a' | 'b', rankStart: number, data: Storage): void;
  /** Random values in ±2⁻⁵ everywhere: weights for timing that need not cross from JavaScript. */
  fillWeights(weights: WeightsHandle, seed: number): void;
  /** Checks the batch and builds its work list; owns x and y. */
  createLaunch(
    weights: WeightsHandle,
    batch: NativeBatch,
    options: { accumulate: boolean; path?: KernelPath },
  ): LaunchHandle;
  setX(launch: LaunchHandle, x: Storage): void;
  setY(launch: LaunchHandle, y: Storage): void;
  getY(launch: LaunchHandle, y: Storage): void;
  run(launch: LaunchHandle): void;
  /** Exactly samples.length · launches launches; `cold` evicts weights, x and y from the caches before each sample. */
  time(launch: LaunchHandle, options: { cold: boolean; launches: number }, samples: Float64Array): void;
  /** Seconds that the operator takes as plain loops under -O3 on one thread; NaN on a GPU. */
  plainLoop(launch: LaunchHandle): number;
  bandwidth(device: DeviceHandle, kind: 'read' | 'copy', bytes: number, samples: Float64Array): void;
  dense(device: DeviceHandle, dtype: KernelDtype, m: number, n: number, k: number, samples: Float64Array): void;
  /** Frees a handle's memory now; using the handle afterwards throws. */
  release(handle: DeviceHandle | WeightsHandle | LaunchHandle): void;
}
