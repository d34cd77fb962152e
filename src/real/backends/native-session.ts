/** A problem on a native addon's device: the same for cpu and cuda, which differ only in how the device is opened. */
import type { Roofline, RunOptions, Session } from '../backend.ts';
import { allocate, KERNEL_DTYPES, outWidth, type Problem, type Storage } from '../operator.ts';
import type { DeviceHandle, KernelPath, LaunchHandle, NativeAddon, WeightsHandle } from './native-addon.ts';

export class NativeSession implements Session {
  private readonly addon: NativeAddon;
  private readonly problem: Problem;
  private readonly weights: WeightsHandle;
  private readonly launch: LaunchHandle;

  constructor(addon: NativeAddon, device: DeviceHandle, problem: Problem, path: KernelPath = 'auto') {
    this.addon = addon;
    this.problem = problem;
    this.weights = addon.createWeights(device, problem);
    for (let s = 0; s < problem.sliceDims.length; s++) {
      addon.uploadWeights(this.weights, s, 'a', 0, problem.a[s]);
      addon.uploadWeights(this.weights, s, 'b', 0, problem.b[s]);
    }
    this.launch = addon.createLaunch(this.weights, problem, { accumulate: problem.accumulate, path });
    addon.setX(this.launch, problem.x);
    addon.setY(this.launch, problem.y);
  }

  async run({ iterations, launches, cache }: RunOptions): Promise<Float64Array> {
    const samples = new Float64Array(iterations);
    this.addon.time(this.launch, { cold: cache === 'flushed', launches }, samples);
    return samples.map((seconds) => seconds * 1e9);
  }

  /** Nanoseconds that the operator takes as plain loops; adds to y like a launch. */
  plainLoop(): number {
    return this.addon.plainLoop(this.launch) * 1e9;
  }

  async read(): Promise<Storage> {
    const y = allocate(this.problem.dtype, this.problem.yRows * outWidth(this.problem));
    this.addon.getY(this.launch, y);
    return y;
  }

  async release(): Promise<void> {
    this.addon.release(this.launch);
    this.addon.release(this.weights);
  }
}

/** Best of several samples: interference only ever takes away. */
export function nativeRoofline(
  addon: NativeAddon,
  device: DeviceHandle,
  sizes: { bytes: number; dense: number; samples: number },
  how: string,
): Roofline {
  const best = (measure: (samples: Float64Array) => void): number => {
    const samples = new Float64Array(sizes.samples);
    measure(samples);
    return Math.max(...samples) / 1e9;
  };
  const { bytes, dense: n } = sizes;
  return {
    readGBps: best((samples) => addon.bandwidth(device, 'read', bytes, samples)),
    copyGBps: best((samples) => addon.bandwidth(device, 'copy', bytes, samples)),
    denseGflops: Object.fromEntries(
      KERNEL_DTYPES.map((dtype) => [dtype, best((samples) => addon.dense(device, dtype, n, n, n, samples))]),
    ),
    how,
  };
}
