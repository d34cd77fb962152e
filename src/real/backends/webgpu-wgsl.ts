/**
 * WGSL of the multi-LoRA operator: shrink (h = A·x) and expand (y += s·B·h), each in a decode form (one workgroup reads a
 * few rows of one matrix for one token, memory-bound: Punica's BGMV) and a prefill form (a tile of a segment's tokens shares
 * a tile of weights through workgroup memory: SGMV). What each workgroup does is listed by the host (webgpu-plan.ts), so
 * mixed ranks launch no idle workgroups.
 *
 * 16-bit values are read two a word from u32 arrays: WGSL has no bf16, and f16 arrays need a feature. The host lays y out so
 * that every slice starts at an even column; a word of y then has one writer.
 */
import type { KernelDtype } from '../operator.ts';

export interface ShaderOptions {
  dtype: KernelDtype;
  /** Adapter features. */
  subgroups: boolean;
  f16: boolean;
  /** in is even, so that rows of A and x start on a word. */
  alignedIn: boolean;
}

export const DECODE_THREADS = 64;
/** Rows of A that one decode workgroup reads for its token. */
export const DECODE_ROWS = 4;
export const SHRINK_TILE = { pairs: 16, ranks: 16, depth: 32 };
export const EXPAND_TILE = { pairs: 32, columns: 64, depth: 16 };

export function elementsPerWord(dtype: KernelDtype): number {
  return dtype === 'fp32' ? 1 : 2;
}

/** Conversions between words of storage and fp32. */
function conversions({ dtype, f16 }: ShaderOptions): string {
  if (dtype === 'fp32') return '';
  const half = f16
    ? `fn unpack(w: u32) -> vec2<f32> { return vec2<f32>(bitcast<vec2<f16>>(w)); }
fn pack(v: vec2<f32>) -> u32 { return bitcast<u32>(vec2<f16>(v)); }`
    : `fn unpack(w: u32) -> vec2<f32> { return unpack2x16float(w); }
fn pack(v: vec2<f32>) -> u32 { return pack2x16float(v); }`;
  const brain = `fn unpack(w: u32) -> vec2<f32> { return vec2<f32>(bitcast<f32>(w << 16u), bitcast<f32>(w & 0xffff0000u)); }
fn rounded(v: f32) -> u32 {
  let w = bitcast<u32>(v);
  if ((w & 0x7fffffffu) > 0x7f800000u) { return (w >> 16u) | 0x40u; }
  return (w + 0x7fffu + ((w >> 16u) & 1u)) >> 16u;
}
fn pack(v: vec2<f32>) -> u32 { return rounded(v.x) | (rounded(v.y) << 16u); }`;
  return `${dtype === 'bf16' ? brain : half}
fn pick(w: u32, e: u32) -> f32 { let v = unpack(w); return select(v.x, v.y, (e & 1u) == 1u); }`;
}

/** Expression that reads element `e` of the u32 array `name` as fp32. */
function element({ dtype }: ShaderOptions, name: string, e: string): string {
  return dtype === 'fp32' ? `bitcast<f32>(${name}[${e}])` : `pick(${name}[(${e}) >> 1u], ${e})`;
}

function prologue(options: ShaderOptions): string {
  return `${options.f16 && options.dtype === 'fp16' ? 'enable f16;\n' : ''}${options.subgroups ? 'enable subgroups;\n' : ''}
struct Params { tasks: u32, grid: u32, in_dim: u32, y_stride: u32, accumulate: u32, unused0: u32, unused1: u32, unused2: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tasks: array<vec4<u32>>;
@group(0) @binding(2) var<storage, read_write> h: array<f32>;
${conversions(options)}`;
}

/** Opens `main`: which task is this workgroup's, as one (`task`) or two (`task`, `more`) vectors of the list. */
function entry(threads: number, vectors: 1 | 2, builtins = ''): string {
  const read =
    vectors === 1 ? 'let task = tasks[at];' : 'let task = tasks[2u * at];\n  let more = tasks[2u * at + 1u];';
  return `@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32${builtins}) {
  let at = group.x + group.y * params.grid;
  if (at >= params.tasks) { return; }
  ${read}`;
}

/** Task: (first element of x's row, first element of A's first row, rows 1 … 4, index in h). */
export function shrinkDecode(options: ShaderOptions): string {
  const wordwise = options.dtype !== 'fp32' && options.alignedIn;
  const rows = [0, 1, 2, 3];
  const body = wordwise
    ? `let words = params.in_dim / 2u;
  let x0 = task.x / 2u;
  ${rows.map((j) => `let a${j} = (task.y + min(${j}u, last) * params.in_dim) / 2u;`).join('\n  ')}
  for (var i = lane; i < words; i += ${DECODE_THREADS}u) {
    let v = unpack(x[x0 + i]);
    acc += vec4<f32>(${rows.map((j) => `dot(unpack(a[a${j} + i]), v)`).join(', ')});
  }`
    : `${rows.map((j) => `let a${j} = task.y + min(${j}u, last) * params.in_dim;`).join('\n  ')}
  for (var i = lane; i < params.in_dim; i += ${DECODE_THREADS}u) {
    let v = ${element(options, 'x', 'task.x + i')};
    acc += v * vec4<f32>(${rows.map((j) => element(options, 'a', `a${j} + i`)).join(', ')});
  }`;
  // A subgroup is a run of neighbouring lanes, whole or (128 lanes on some devices) wider than the workgroup; each leaves a sum.
  const reduce = options.subgroups
    ? `let whole = subgroupAdd(acc);
  if (sg_lane == 0u) { partial[lane / sg_size] = whole; }
  workgroupBarrier();
  if (lane == 0u) {
    var sum = vec4<f32>();
    for (var i = 0u; i < max(1u, ${DECODE_THREADS}u / sg_size); i++) { sum += partial[i]; }
    for (var j = 0u; j <= last; j++) { h[task.w + j] = sum[j]; }
  }`
    : `partial[lane] = acc;
  workgroupBarrier();
  for (var step = ${DECODE_THREADS / 2}u; step > 0u; step = step / 2u) {
    if (lane < step) { partial[lane] += partial[lane + step]; }
    workgroupBarrier();
  }
  if (lane == 0u) { for (var j = 0u; j <= last; j++) { h[task.w + j] = partial[0][j]; } }`;
  const builtins = options.subgroups
    ? ', @builtin(subgroup_size) sg_size: u32, @builtin(subgroup_invocation_id) sg_lane: u32'
    : '';
  return `${prologue(options)}
@group(0) @binding(3) var<storage, read> x: array<u32>;
@group(0) @binding(4) var<storage, read> a: array<u32>;
var<workgroup> partial: array<vec4<f32>, ${DECODE_THREADS}>;
${entry(DECODE_THREADS, 1, builtins)}
  let last = task.z - 1u;
  var acc = vec4<f32>();
  ${body}
  ${reduce}
}`;
}

/** Task: (word of y, first element of B's first row, rank, index in h), (bits of the scale, columns, –, –). */
export function expandDecode(options: ShaderOptions): string {
  const wide = elementsPerWord(options.dtype);
  const column = (name: string, c: string) => `var ${name} = 0.0;
    let ${name}_first = task.y + (${c}) * task.z;
    for (var k = 0u; k < task.z; k++) { ${name} += ${element(options, 'b', `${name}_first + k`)} * hs[k]; }`;
  const body =
    wide === 1
      ? `${column('s0', 'lane')}
    var old = 0.0;
    if (params.accumulate == 1u) { old = bitcast<f32>(y[word]); }
    y[word] = bitcast<u32>(old + scale * s0);`
      : `var s = vec2<f32>();
    if (((task.y | task.z) & 1u) == 0u) {
      let words = task.z / 2u;
      let first = task.y / 2u + lane * task.z;
      for (var k = 0u; k < words; k++) {
        let v = vec2<f32>(hs[2u * k], hs[2u * k + 1u]);
        s += vec2<f32>(dot(unpack(b[first + k]), v), dot(unpack(b[first + words + k]), v));
      }
    } else {
      ${column('s0', '2u * lane')}
      ${column('s1', '2u * lane + 1u')}
      s = vec2<f32>(s0, s1);
    }
    var old = vec2<f32>();
    if (params.accumulate == 1u) { old = unpack(y[word]); }
    y[word] = pack(old + scale * s);`;
  return `${prologue(options)}
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> b: array<u32>;
var<workgroup> hs: array<f32, 256>;
${entry(DECODE_THREADS, 2)}
  let scale = bitcast<f32>(more.x);
  for (var k = lane; k < task.z; k += ${DECODE_THREADS}u) { hs[k] = h[task.w + k]; }
  workgroupBarrier();
  if (lane * ${wide}u < more.y) {
    let word = task.x + lane;
    ${body}
  }
}`;
}

/** Task: (first pair, pairs, first element of A's first row, rows), (index in h of the first pair, h of a pair, –, –). */
export function shrinkPrefill(options: ShaderOptions): string {
  const { pairs, ranks, depth } = SHRINK_TILE;
  const threads = pairs * ranks;
  const pitch = depth + 1;
  return `${prologue(options)}
@group(0) @binding(3) var<storage, read> x: array<u32>;
@group(0) @binding(4) var<storage, read> a: array<u32>;
@group(0) @binding(5) var<storage, read> rows: array<u32>;
var<workgroup> xs: array<f32, ${pairs * pitch}>;
var<workgroup> as_: array<f32, ${ranks * pitch}>;
${entry(threads, 2)}
  let pair = lane / ${ranks}u;
  let k = lane % ${ranks}u;
  var sum = 0.0;
  for (var i0 = 0u; i0 < params.in_dim; i0 += ${depth}u) {
    for (var q = lane; q < ${pairs * depth}u; q += ${threads}u) {
      let r = q / ${depth}u;
      let i = i0 + q % ${depth}u;
      var xv = 0.0;
      var av = 0.0;
      if (i < params.in_dim) {
        if (r < task.y) { let e = rows[task.x + r] * params.in_dim + i; xv = ${element(options, 'x', 'e')}; }
        if (r < task.w) { let e = task.z + r * params.in_dim + i; av = ${element(options, 'a', 'e')}; }
      }
      xs[r * ${pitch}u + q % ${depth}u] = xv;
      as_[r * ${pitch}u + q % ${depth}u] = av;
    }
    workgroupBarrier();
    for (var i = 0u; i < ${depth}u; i++) { sum += xs[pair * ${pitch}u + i] * as_[k * ${pitch}u + i]; }
    workgroupBarrier();
  }
  if (pair < task.y && k < task.w) { h[more.x + pair * more.y + k] = sum; }
}`;
}

/** Task: (first pair, pairs, first element of B's first row, columns), (index in h, h of a pair, rank, first word in y's row). */
export function expandPrefill(options: ShaderOptions): string {
  const { pairs, columns, depth } = EXPAND_TILE;
  const wide = elementsPerWord(options.dtype);
  const threads = 256;
  const pitch = depth + 1;
  const store =
    wide === 1
      ? `for (var c = 0u; c < 2u; c++) {
      if (2u * tx + c < task.w) {
        var old = 0.0;
        if (params.accumulate == 1u) { old = bitcast<f32>(y[row + 2u * tx + c]); }
        y[row + 2u * tx + c] = bitcast<u32>(old + scale * sum[p][c]);
      }
    }`
      : `if (2u * tx < task.w) {
      var old = vec2<f32>();
      if (params.accumulate == 1u) { old = unpack(y[row + tx]); }
      y[row + tx] = pack(old + scale * sum[p]);
    }`;
  return `${prologue(options)}
@group(0) @binding(3) var<storage, read_write> y: array<u32>;
@group(0) @binding(4) var<storage, read> b: array<u32>;
@group(0) @binding(5) var<storage, read> out_rows: array<u32>;
@group(0) @binding(6) var<storage, read> pair_scale: array<f32>;
var<workgroup> hs: array<f32, ${pairs * pitch}>;
var<workgroup> bs: array<f32, ${columns * pitch}>;
${entry(threads, 2)}
  let tx = lane % 32u;
  let ty = lane / 32u;
  var sum = array<vec2<f32>, 4>();
  for (var k0 = 0u; k0 < more.z; k0 += ${depth}u) {
    for (var q = lane; q < ${pairs * depth}u; q += ${threads}u) {
      let r = q / ${depth}u;
      let k = k0 + q % ${depth}u;
      var v = 0.0;
      if (r < task.y && k < more.z) { v = h[more.x + r * more.y + k]; }
      hs[r * ${pitch}u + q % ${depth}u] = v;
    }
    for (var q = lane; q < ${columns * depth}u; q += ${threads}u) {
      let r = q / ${depth}u;
      let k = k0 + q % ${depth}u;
      var v = 0.0;
      if (r < task.w && k < more.z) { let e = task.z + r * more.z + k; v = ${element(options, 'b', 'e')}; }
      bs[r * ${pitch}u + q % ${depth}u] = v;
    }
    workgroupBarrier();
    for (var k = 0u; k < ${depth}u; k++) {
      let v = vec2<f32>(bs[2u * tx * ${pitch}u + k], bs[(2u * tx + 1u) * ${pitch}u + k]);
      for (var p = 0u; p < 4u; p++) { sum[p] += hs[(4u * ty + p) * ${pitch}u + k] * v; }
    }
    workgroupBarrier();
  }
  for (var p = 0u; p < 4u; p++) {
    if (4u * ty + p >= task.y) { continue; }
    let pair = task.x + 4u * ty + p;
    let row = out_rows[pair] * params.y_stride + more.w;
    let scale = pair_scale[pair];
    ${store}
  }
}`;
}
