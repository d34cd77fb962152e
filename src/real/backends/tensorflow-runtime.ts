/**
 * Which TensorFlow.js there is: the CUDA binding where somebody installed it, else tfjs over WebGPU, else WebAssembly, else
 * plain JavaScript. Each try is recorded; results carry the name of the runtime that served.
 *
 * @tensorflow/tfjs-node-gpu is not a dependency: its install script downloads half a gigabyte of libtensorflow (2.9.1,
 * CUDA 11.2 and cuDNN 8.1), so whoever wants it adds it.
 */
/// <reference types="@webgpu/types" />
import type * as Tfjs from '@tensorflow/tfjs-core';
import type { ProbeStep } from '../backend.ts';
import { cpuName } from '../machine.ts';
import { openAdapter } from './webgpu-device.ts';

export const RUNTIMES = ['node-gpu', 'webgpu', 'wasm', 'cpu'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

export interface TensorflowRuntime {
  tf: typeof Tfjs;
  /** "tfjs-wasm 4.22.0". */
  variant: string;
  device: string;
  software: boolean;
}

/** Registers the package's backend with tfjs-core and makes it the current one. */
async function activate(tf: typeof Tfjs, name: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`tfjs refused the backend ${name}`);
  await tf.ready();
}

const failure = (candidate: string, error: unknown, install: string): ProbeStep => {
  const missing = /ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND/.test(String((error as NodeJS.ErrnoException).code));
  return {
    candidate,
    outcome: missing ? 'missing' : 'failed',
    reason: missing ? 'not installed' : String((error as Error).message).split('\n')[0],
    remedy: missing ? install : 'see the reason; reinstall the package',
  };
};

const OPENERS: Record<RuntimeName, (steps: ProbeStep[], allowSoftware: boolean) => Promise<TensorflowRuntime | null>> =
  {
    async 'node-gpu'(steps) {
      const name = '@tensorflow/tfjs-node-gpu';
      try {
        const loaded = (await import(name)) as { default?: typeof Tfjs } & typeof Tfjs;
        const tf = loaded.default ?? loaded;
        await activate(tf, 'tensorflow');
        steps.push({ candidate: name, outcome: 'ok', reason: '', remedy: '' });
        return {
          tf,
          variant: `tfjs-node-gpu ${tf.version_core}`,
          device: 'CUDA device of libtensorflow',
          software: false,
        };
      } catch (error) {
        steps.push(
          failure(
            name,
            error,
            `npm install --no-save ${name}@4.22 (downloads libtensorflow; needs CUDA 11.2 and cuDNN 8.1)`,
          ),
        );
        return null;
      }
    },
    async webgpu(steps, allowSoftware) {
      const name = '@tensorflow/tfjs-backend-webgpu';
      const opened = await openAdapter(steps);
      if (opened === null) return null;
      if (opened.software && !allowSoftware) {
        const reason = `${opened.device} is a software device, slower than WebAssembly`;
        steps.push({ candidate: name, outcome: 'skipped', reason, remedy: 'install a driver for a real GPU' });
        return null;
      }
      try {
        Object.defineProperty(globalThis, 'navigator', { value: { gpu: opened.gpu }, configurable: true });
        const tf = await import('@tensorflow/tfjs-core');
        await import(name);
        await activate(tf, 'webgpu');
        steps.push({ candidate: name, outcome: 'ok', reason: '', remedy: '' });
        return { tf, variant: `tfjs-webgpu ${tf.version_core}`, device: opened.device, software: opened.software };
      } catch (error) {
        steps.push(failure(name, error, `npm install ${name}@4.22`));
        return null;
      }
    },
    wasm: (steps) => hostRuntime(steps, 'wasm', 'WebAssembly'),
    cpu: (steps) => hostRuntime(steps, 'cpu', 'JavaScript'),
  };

async function hostRuntime(
  steps: ProbeStep[],
  backend: 'wasm' | 'cpu',
  what: string,
): Promise<TensorflowRuntime | null> {
  const name = `@tensorflow/tfjs-backend-${backend}`;
  try {
    const tf = await import('@tensorflow/tfjs-core');
    await import(name);
    await activate(tf, backend);
    steps.push({ candidate: name, outcome: 'ok', reason: '', remedy: '' });
    return { tf, variant: `tfjs-${backend} ${tf.version_core}`, device: `${cpuName()}, ${what}`, software: false };
  } catch (error) {
    const install = 'npm install @tensorflow/tfjs-core@4.22 @tensorflow/tfjs-backend-wasm@4.22';
    steps.push(failure(name, error, install));
    return null;
  }
}

/** The first of `wanted` that works. `allowSoftware`: take WebGPU on a device that emulates a GPU (for tests). */
export async function openTensorflow(
  steps: ProbeStep[],
  wanted: readonly RuntimeName[] = RUNTIMES,
  allowSoftware = false,
): Promise<TensorflowRuntime | null> {
  for (const name of wanted) {
    const runtime = await OPENERS[name](steps, allowSoftware);
    if (runtime !== null) return runtime;
  }
  return null;
}
