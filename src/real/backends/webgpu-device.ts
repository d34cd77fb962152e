/**
 * Opens Dawn (the `webgpu` npm package) and a WebGPU device; shared by the webgpu backend and by TensorFlow.js over WebGPU.
 *
 * Trap: once the object that `create()` returns is garbage collected, Dawn takes the process down with a segmentation
 * fault. It is therefore kept on globalThis for the life of the process.
 */
/// <reference types="@webgpu/types" />
import type { ProbeStep } from '../backend.ts';

/** Features that make the kernels faster; used where the adapter has them, never required. */
const WANTED = ['timestamp-query', 'subgroups', 'shader-f16'] as GPUFeatureName[];

/** Limits that are raised to what the adapter allows: arenas of adapters are large. */
const RAISED = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

export interface OpenedAdapter {
  gpu: GPU;
  adapter: GPUAdapter;
  /** "NVIDIA A100 (ampere)". */
  device: string;
  /** True for SwiftShader, llvmpipe and their like. */
  software: boolean;
}

interface Dawn {
  create(flags: string[]): GPU;
  globals: Record<string, unknown>;
}

const KEPT = Symbol.for('mint-bench.dawn');

/** Returns the instance that this process keeps, creating it on first use. */
async function dawnInstance(): Promise<GPU> {
  const kept = globalThis as unknown as Record<symbol, GPU | undefined>;
  const existing = kept[KEPT];
  if (existing !== undefined) return existing;
  const { create, globals } = (await import('webgpu')) as unknown as Dawn;
  Object.assign(globalThis, globals);
  // Timestamps are rounded to 100 µs by default, a defence that a benchmark on one's own machine does not need.
  const gpu = create(['enable-dawn-features=allow_unsafe_apis', 'disable-dawn-features=timestamp_quantization']);
  kept[KEPT] = gpu;
  return gpu;
}

/** Adds what was tried to `steps`; null where no adapter can be had. */
export async function openAdapter(steps: ProbeStep[]): Promise<OpenedAdapter | null> {
  let gpu: GPU;
  try {
    gpu = await dawnInstance();
    steps.push({ candidate: 'npm package webgpu (Dawn)', outcome: 'ok', reason: '', remedy: '' });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    steps.push({
      candidate: 'npm package webgpu (Dawn)',
      outcome: missing ? 'missing' : 'failed',
      reason: missing ? 'not installed (it is an optional dependency)' : (error as Error).message.split('\n')[0],
      remedy: missing ? 'npm install webgpu' : 'check that the package supports this platform; reinstall it',
    });
    return null;
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) {
    steps.push({
      candidate: 'WebGPU adapter',
      outcome: 'missing',
      reason: 'Dawn found no Vulkan, Metal or D3D12 device',
      remedy:
        'install a GPU driver with Vulkan; for correctness only, point VK_DRIVER_FILES at a SwiftShader ICD ' +
        '(Debian: apt install chromium libvulkan1, then VK_DRIVER_FILES=/usr/lib/chromium/vk_swiftshader_icd.json)',
    });
    return null;
  }
  const { vendor, architecture, device, description } = adapter.info;
  const software = /swiftshader|llvmpipe|lavapipe|microsoft basic render/i.test(
    `${vendor} ${architecture} ${device} ${description}`,
  );
  const name =
    [device || description, architecture && `(${architecture})`].filter(Boolean).join(' ') || vendor || 'unnamed';
  steps.push({
    candidate: `WebGPU adapter ${name}`,
    outcome: 'ok',
    reason: software ? 'a software device: results hold, times mean nothing' : '',
    remedy: software ? 'install a driver for a real GPU to measure anything' : '',
  });
  return { gpu, adapter, device: name, software };
}

export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const requiredFeatures = WANTED.filter((feature) => adapter.features.has(feature));
  const requiredLimits = Object.fromEntries(RAISED.map((limit) => [limit, adapter.limits[limit]]));
  return adapter.requestDevice({ requiredFeatures, requiredLimits });
}
