/**
 * The operator in WGSL on Dawn: any GPU that Vulkan, Metal or D3D12 drives. Kernels in webgpu-wgsl.ts, work lists in
 * webgpu-plan.ts; this file owns the buffers and launches.
 */
/// <reference types="@webgpu/types" />
import type { Backend, ProbeResult, ProbeStep, RunOptions, Session } from '../backend.ts';
import { allocate, KERNEL_DTYPES, type Problem, type Storage } from '../operator.ts';
import { type OpenedAdapter, openAdapter, openDevice } from './webgpu-device.ts';
import { type KernelName, type Plan, planProblem, TASK_WORDS } from './webgpu-plan.ts';
import { measureWebgpuRoofline } from './webgpu-roofline.ts';
import { timePasses, timingMethod } from './webgpu-timing.ts';
import {
  elementsPerWord,
  expandDecode,
  expandPrefill,
  type ShaderOptions,
  shrinkDecode,
  shrinkPrefill,
} from './webgpu-wgsl.ts';

const SOURCES = { shrinkDecode, expandDecode, shrinkPrefill, expandPrefill };
/** All of shrink before any of expand. */
const ORDER: readonly KernelName[] = ['shrinkDecode', 'shrinkPrefill', 'expandDecode', 'expandPrefill'];
const MAX_GRID = 65_535;
/** More than any GPU's last-level cache. */
const FLUSH_BYTES = 2 ** 28;

interface Opened extends OpenedAdapter {
  gpuDevice: GPUDevice;
  /** Compiled kernels by source: compiling one takes a driver up to seconds, and every problem of a dtype shares them. */
  pipelines: Map<string, Promise<GPUComputePipeline>>;
}

function compile(
  { gpuDevice, pipelines }: Opened,
  name: KernelName,
  options: ShaderOptions,
): Promise<GPUComputePipeline> {
  const code = SOURCES[name](options);
  let pipeline = pipelines.get(code);
  if (pipeline === undefined) {
    const module = gpuDevice.createShaderModule({ code, label: name });
    pipeline = gpuDevice.createComputePipelineAsync({ layout: 'auto', compute: { module } }).catch(async (error) => {
      const { messages } = await module.getCompilationInfo();
      const detail = messages.map((message) => `line ${message.lineNum}: ${message.message}`).join('; ');
      throw new Error(`webgpu: kernel ${name} does not compile: ${detail || (error as Error).message}`);
    });
    pipelines.set(code, pipeline);
  }
  return pipeline;
}

let opened: Promise<Opened> | null = null;

async function open(): Promise<Opened> {
  const steps: ProbeStep[] = [];
  const found = await openAdapter(steps);
  if (found === null) throw new Error(steps.map((step) => `${step.candidate}: ${step.reason}`).join('; '));
  return { ...found, gpuDevice: await openDevice(found.adapter), pipelines: new Map() };
}

interface Dispatch {
  pipeline: GPUComputePipeline;
  bindGroup: GPUBindGroup;
  groups: [number, number];
}

function bytesOf(array: Storage | Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** y with each slice at an even column (16 bit), so that one invocation writes a word; and back. */
function relayout(problem: Problem, plan: Plan, from: Storage, to: Storage, toDevice: boolean): void {
  const width = problem.sliceDims.reduce((sum, out) => sum + out, 0);
  for (let row = 0; row < problem.yRows; row++) {
    let column = row * width;
    problem.sliceDims.forEach((out, s) => {
      const padded = row * plan.yColumns + plan.yColumn[s];
      if (toDevice) to.set(from.subarray(column, column + out), padded);
      else to.set(from.subarray(padded, padded + out), column);
      column += out;
    });
  }
}

class WebgpuSession implements Session {
  private readonly owner: Opened;
  private readonly device: GPUDevice;
  private readonly problem: Problem;
  private readonly plan: Plan;
  private readonly buffers: GPUBuffer[] = [];
  private readonly dispatches: Dispatch[] = [];
  private y!: GPUBuffer;
  private flush: GPUBuffer | null = null;

  private constructor(owner: Opened, problem: Problem) {
    this.owner = owner;
    this.device = owner.gpuDevice;
    this.problem = problem;
    this.plan = planProblem(problem);
  }

  static async create(owner: Opened, problem: Problem): Promise<WebgpuSession> {
    const session = new WebgpuSession(owner, problem);
    const { device } = session;
    device.pushErrorScope('out-of-memory');
    device.pushErrorScope('validation');
    await session.prepare();
    const invalid = await device.popErrorScope();
    const exhausted = await device.popErrorScope();
    if (invalid !== null || exhausted !== null) {
      await session.release();
      // A buffer that could not be had also fails every validation after it: its own message comes first.
      throw new Error(`webgpu: ${(exhausted ?? invalid)!.message}`);
    }
    return session;
  }

  /** A storage buffer holding the chunks at their byte offsets; at least one vec4 long, as WGSL's arrays require. */
  private upload(bytes: number, chunks: { at: number; data: Uint8Array }[], usage = 0): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const limit = this.device.limits.maxStorageBufferBindingSize;
    if (size > limit) throw new Error(`webgpu: a buffer of ${size} bytes is above the device's limit of ${limit}`);
    const mappedAtCreation = chunks.length > 0;
    const buffer = this.device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | usage, mappedAtCreation });
    if (mappedAtCreation) {
      const mapped = new Uint8Array(buffer.getMappedRange());
      for (const { at, data } of chunks) mapped.set(data, at);
      buffer.unmap();
    }
    this.buffers.push(buffer);
    return buffer;
  }

  private async prepare(): Promise<void> {
    const { device, problem, plan } = this;
    const { dtype } = problem;
    const wide = elementsPerWord(dtype);
    const size = dtype === 'fp32' ? 4 : 2;
    const whole = (data: Storage | Uint32Array | Float32Array) =>
      this.upload(data.byteLength, [{ at: 0, data: bytesOf(data) }]);
    const joined = (arenas: readonly Storage[], base: number[], elements: number) =>
      this.upload(
        elements * size,
        arenas.map((arena, s) => ({ at: base[s] * size, data: bytesOf(arena) })),
      );
    const y = allocate(dtype, problem.yRows * plan.yColumns);
    relayout(problem, plan, problem.y, y, true);
    this.y = this.upload(y.byteLength, [{ at: 0, data: bytesOf(y) }], GPUBufferUsage.COPY_SRC);
    const shared = {
      h: this.upload(plan.hElements * 4, []),
      x: whole(problem.x),
      a: joined(problem.a, plan.aBase, plan.aElements),
      b: joined(problem.b, plan.bBase, plan.bElements),
      rows: whole(Uint32Array.from(problem.rows)),
      outRows: whole(Uint32Array.from(problem.outRows)),
      pairScale: whole(plan.pairScale),
    };
    const bindings: Record<KernelName, GPUBuffer[]> = {
      shrinkDecode: [shared.x, shared.a],
      shrinkPrefill: [shared.x, shared.a, shared.rows],
      expandDecode: [this.y, shared.b],
      expandPrefill: [this.y, shared.b, shared.outRows, shared.pairScale],
    };
    const options: ShaderOptions = {
      dtype,
      subgroups: device.features.has('subgroups'),
      f16: device.features.has('shader-f16'),
      alignedIn: problem.inDim % 2 === 0,
    };
    for (const name of ORDER) {
      const tasks = plan[name].length / TASK_WORDS[name];
      if (tasks === 0) continue;
      const grid = Math.min(tasks, MAX_GRID);
      const params = this.upload(
        32,
        [
          {
            at: 0,
            data: bytesOf(
              Uint32Array.of(tasks, grid, problem.inDim, plan.yColumns / wide, problem.accumulate ? 1 : 0, 0, 0, 0),
            ),
          },
        ],
        GPUBufferUsage.UNIFORM,
      );
      const pipeline = await compile(this.owner, name, options);
      const buffers = [params, whole(plan[name]), shared.h, ...bindings[name]];
      const bindGroup = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
      });
      this.dispatches.push({ pipeline, bindGroup, groups: [grid, Math.ceil(tasks / grid)] });
    }
  }

  async run({ iterations, launches, cache }: RunOptions): Promise<Float64Array> {
    const encode = (pass: GPUComputePassEncoder): void => {
      for (let l = 0; l < launches; l++) {
        for (const { pipeline, bindGroup, groups } of this.dispatches) {
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, bindGroup);
          pass.dispatchWorkgroups(...groups);
        }
      }
    };
    const times = await timePasses(
      this.device,
      iterations,
      encode,
      cache === 'flushed' ? this.flushCaches() : undefined,
    );
    return times.map((time) => time / launches);
  }

  private flushCaches(): (encoder: GPUCommandEncoder) => void {
    const size = this.owner.software ? 2 ** 22 : FLUSH_BYTES;
    this.flush ??= this.device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST });
    const buffer = this.flush;
    return (encoder) => encoder.clearBuffer(buffer);
  }

  async read(): Promise<Storage> {
    const { device, problem, plan, y } = this;
    const readable = device.createBuffer({ size: y.size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(y, 0, readable, 0, y.size);
    device.queue.submit([encoder.finish()]);
    await readable.mapAsync(GPUMapMode.READ);
    const mapped = readable.getMappedRange();
    const padded = problem.dtype === 'fp32' ? new Float32Array(mapped) : new Uint16Array(mapped);
    const out = allocate(problem.dtype, problem.y.length);
    relayout(problem, plan, padded, out, false);
    readable.unmap();
    readable.destroy();
    return out;
  }

  async release(): Promise<void> {
    for (const buffer of this.buffers) buffer.destroy();
    this.flush?.destroy();
  }
}

export const webgpu: Backend = {
  name: 'webgpu',
  summary: 'own WGSL kernels on Dawn: any GPU with Vulkan, Metal or D3D12',
  crashy: true,
  preference: 3,
  async probe(): Promise<ProbeResult> {
    const steps: ProbeStep[] = [];
    const found = await openAdapter(steps);
    const result = { backend: 'webgpu', usable: false, device: '', variant: '', software: false, dtypes: [], steps };
    if (found === null) return result;
    try {
      opened ??= open();
      const { gpuDevice, device, software } = await opened;
      const features = ['subgroups', 'shader-f16'].filter((feature) =>
        gpuDevice.features.has(feature as GPUFeatureName),
      );
      const variant = ['wgsl', ...features].join('+');
      steps.push({
        candidate: 'WebGPU device',
        outcome: 'ok',
        reason: `timed by ${timingMethod(gpuDevice)}`,
        remedy: '',
      });
      return { ...result, usable: true, device, variant, software, dtypes: [...KERNEL_DTYPES] };
    } catch (error) {
      const reason = (error as Error).message.split('\n')[0];
      steps.push({ candidate: 'WebGPU device', outcome: 'failed', reason, remedy: 'update the GPU driver' });
      return result;
    }
  },
  async create(problem) {
    opened ??= open();
    return WebgpuSession.create(await opened, problem);
  },
  async roofline(quick) {
    opened ??= open();
    const { gpuDevice, software } = await opened;
    return measureWebgpuRoofline(gpuDevice, quick, software);
  },
};
