/**
 * The CUDA kernels of native/cuda on the first NVIDIA GPU (compute capability 8.0 or later). The addon is linked with the
 * static runtime: it loads without a driver and says precisely what is missing.
 */
import type { Backend, ProbeResult, ProbeStep } from '../backend.ts';
import { KERNEL_DTYPES } from '../operator.ts';
import type { DeviceHandle, KernelPath, NativeAddon, NativeProbe } from './native-addon.ts';
import { loadNative } from './native-loader.ts';
import { NativeSession, nativeRoofline } from './native-session.ts';

export interface CudaOptions {
  path?: KernelPath;
  /** Run the same kernel source on the CPU (native/cuda/emulation): right results, meaningless times. */
  emulated?: boolean;
}

/** What would make a device usable, by what the runtime said. */
function remedyFor(reason: string): string {
  if (/driver/i.test(reason)) return 'install an NVIDIA driver for CUDA 12 or later, or run where nvidia-smi works';
  if (/capability/.test(reason)) return 'use an Ampere GPU (A100, A10, RTX 30) or later';
  return 'check nvidia-smi and CUDA_VISIBLE_DEVICES';
}

export function cudaBackend(options: CudaOptions = {}): Backend {
  const addonName = options.emulated ? 'cuda_emulated' : 'cuda';
  let device: DeviceHandle | null = null;
  const open = (): { addon: NativeAddon; device: DeviceHandle } => {
    const { addon, steps } = loadNative(addonName);
    if (addon === null) throw new Error(steps.map((step) => `${step.candidate}: ${step.reason}`).join('; '));
    device ??= addon.open({});
    return { addon, device };
  };
  return {
    name: options.emulated ? 'cuda-emulated' : 'cuda',
    summary: 'own CUDA kernels: gathered mat-vec for decode, grouped products on tensor cores for prefill',
    crashy: true,
    preference: options.emulated ? 0 : 4,
    async probe(): Promise<ProbeResult> {
      const { addon, steps } = loadNative(addonName);
      const probe = addon === null ? null : (JSON.parse(addon.probe()) as NativeProbe);
      const usable = probe?.usable ?? false;
      const found: ProbeStep[] = [];
      if (probe !== null) {
        const { reason, driverVersion, runtimeVersion } = probe;
        const versions = `driver ${driverVersion}, runtime ${runtimeVersion}`;
        found.push({
          candidate: 'CUDA device 0',
          outcome: usable ? 'ok' : 'missing',
          reason: usable ? versions : `${reason}; ${versions}`,
          remedy: usable ? '' : remedyFor(reason),
        });
      }
      return {
        backend: options.emulated ? 'cuda-emulated' : 'cuda',
        usable,
        device: probe?.device ?? '',
        variant: probe?.computeCapability ? `sm_${probe.computeCapability.replace('.', '')}` : 'none',
        software: probe?.emulated ?? false,
        dtypes: usable ? [...KERNEL_DTYPES] : [],
        steps: [...steps, ...found],
      };
    },
    async create(problem) {
      const opened = open();
      return new NativeSession(opened.addon, opened.device, problem, options.path);
    },
    async roofline(quick) {
      const opened = open();
      const sizes = quick ? { bytes: 2 ** 30, dense: 4096, samples: 5 } : { bytes: 2 ** 31, dense: 8192, samples: 15 };
      const { denseProduct } = JSON.parse(opened.addon.probe()) as NativeProbe;
      const how = `device events: read and copy of ${sizes.bytes / 2 ** 20} MiB, ${denseProduct} product of ${sizes.dense}³ (fp32: without TF32)`;
      return nativeRoofline(opened.addon, opened.device, sizes, how);
    },
  };
}

export const cuda = cudaBackend();
