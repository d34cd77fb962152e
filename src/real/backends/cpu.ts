/**
 * The C++ kernels of native/cpu: AMX, AVX-512, AVX2, NEON or plain code, chosen on the machine, with all threads this process
 * may use.
 */
import { availableParallelism } from 'node:os';
import type { Backend, ProbeResult } from '../backend.ts';
import { cpuName } from '../machine.ts';
import { KERNEL_DTYPES } from '../operator.ts';
import type { DeviceHandle, KernelPath, NativeAddon, NativeProbe } from './native-addon.ts';
import { loadNative } from './native-loader.ts';
import { NativeSession, nativeRoofline } from './native-session.ts';

export interface CpuOptions {
  /** Vector unit to force ("avx2"); the best one otherwise. */
  isa?: string;
  threads?: number;
  path?: KernelPath;
}

export function cpuBackend(options: CpuOptions = {}): Backend {
  const threads = options.threads ?? availableParallelism();
  let device: DeviceHandle | null = null;
  const open = (): { addon: NativeAddon; device: DeviceHandle } => {
    const { addon, steps } = loadNative('cpu');
    if (addon === null) throw new Error(steps.map((step) => `${step.candidate}: ${step.reason}`).join('; '));
    device ??= addon.open({ isa: options.isa, threads });
    return { addon, device };
  };
  return {
    name: 'cpu',
    summary: 'C++ on the vector and matrix units of this CPU, all threads',
    crashy: true,
    preference: 2,
    async probe(): Promise<ProbeResult> {
      const { addon, steps } = loadNative('cpu');
      const probe = addon === null ? null : (JSON.parse(addon.probe()) as NativeProbe);
      const isa = options.isa ?? probe?.isas?.[0] ?? 'none';
      const usable = probe?.isas?.includes(isa) ?? false;
      const unit = { candidate: `vector unit ${isa}`, remedy: `use one of ${probe?.isas?.join(', ')}` };
      const missing = { ...unit, outcome: 'missing' as const, reason: 'not on this machine' };
      return {
        backend: 'cpu',
        usable,
        device: `${cpuName()}, ${isa}, ${threads} thread${threads === 1 ? '' : 's'}`,
        variant: isa,
        software: false,
        dtypes: usable ? [...KERNEL_DTYPES] : [],
        steps: probe !== null && !usable ? [...steps, missing] : steps,
      };
    },
    async create(problem) {
      const opened = open();
      return new NativeSession(opened.addon, opened.device, problem, options.path);
    },
    async roofline(quick) {
      const opened = open();
      const sizes = quick ? { bytes: 2 ** 27, dense: 768, samples: 32 } : { bytes: 2 ** 29, dense: 1536, samples: 32 };
      const how = `${threads} threads: vector sum over ${sizes.bytes >> 20} MiB, memcpy of the same, own blocked product of ${sizes.dense}³`;
      return nativeRoofline(opened.addon, opened.device, sizes, how);
    },
  };
}

export const cpu = cpuBackend();
