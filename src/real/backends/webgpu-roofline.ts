/**
 * Ceilings of a WebGPU device: bandwidth of reading and of copying a large buffer, and the rate of a tiled fp32 matrix
 * product in WGSL (what this API can reach without vendor extensions, not the data sheet's tensor cores).
 */
/// <reference types="@webgpu/types" />
import type { Roofline } from '../backend.ts';
import { timePasses } from './webgpu-timing.ts';

const READ = `
@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dest: array<vec4<f32>>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let n = arrayLength(&source);
  var sum = vec4<f32>();
  for (var i = id.x; i < n; i += groups.x * 256u) { sum += source[i]; }
  // Stored only for a value that the data cannot give, so that the loads stay and the stores do not count.
  if (sum.x == -1.0) { dest[id.x] = sum; }
}`;

const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> dest: array<vec4<f32>>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let n = arrayLength(&source);
  for (var i = id.x; i < n; i += groups.x * 256u) { dest[i] = source[i]; }
}`;

/** c = a · bᵀ, 64 × 64 tiles, 4 × 4 values a thread. */
const product = (n: number): string => `
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> dest: array<f32>;
var<workgroup> at: array<f32, 1088>;
var<workgroup> bt: array<f32, 1088>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let r0 = group.y * 64u;
  let c0 = group.x * 64u;
  let tx = lane % 16u;
  let ty = lane / 16u;
  var sum = array<vec4<f32>, 4>();
  for (var k0 = 0u; k0 < ${n}u; k0 += 16u) {
    for (var q = lane; q < 1024u; q += 256u) {
      at[(q % 16u) * 68u + q / 16u] = source[(r0 + q / 16u) * ${n}u + k0 + q % 16u];
      bt[(q % 16u) * 68u + q / 16u] = source[(c0 + q / 16u) * ${n}u + k0 + q % 16u];
    }
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let b = vec4<f32>(bt[k * 68u + 4u * tx], bt[k * 68u + 4u * tx + 1u], bt[k * 68u + 4u * tx + 2u], bt[k * 68u + 4u * tx + 3u]);
      for (var r = 0u; r < 4u; r++) { sum[r] += at[k * 68u + 4u * ty + r] * b; }
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    for (var c = 0u; c < 4u; c++) { dest[(r0 + 4u * ty + r) * ${n}u + c0 + 4u * tx + c] = sum[r][c]; }
  }
}`;

/** Fastest of a few passes, ns. */
async function fastest(
  device: GPUDevice,
  code: string,
  bytes: number,
  groups: [number, number],
  samples: number,
): Promise<number> {
  const usage = GPUBufferUsage.STORAGE;
  const from = device.createBuffer({ size: bytes, usage });
  const to = device.createBuffer({ size: bytes, usage });
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const bindGroup = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [from, to].map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const times = await timePasses(device, samples, (pass) => {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(...groups);
  });
  from.destroy();
  to.destroy();
  return Math.min(...times);
}

export async function measureWebgpuRoofline(device: GPUDevice, quick: boolean, software: boolean): Promise<Roofline> {
  const bytes = software ? 2 ** 24 : Math.min(device.limits.maxStorageBufferBindingSize, quick ? 2 ** 28 : 2 ** 30);
  const n = software ? 256 : quick ? 2048 : 4096;
  const samples = software ? 3 : 10;
  const readNs = await fastest(device, READ, bytes, [4096, 1], samples);
  const copyNs = await fastest(device, COPY, bytes, [4096, 1], samples);
  const productNs = await fastest(device, product(n), n * n * 4, [n / 64, n / 64], samples);
  return {
    readGBps: bytes / readNs,
    copyGBps: (2 * bytes) / copyNs,
    denseGflops: { fp32: (2 * n ** 3) / productNs },
    how: `WGSL: read and copy of ${bytes / 2 ** 20} MiB, tiled fp32 product of ${n} × ${n}`,
  };
}
