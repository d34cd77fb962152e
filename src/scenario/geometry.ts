/**
 * What follows from a base model's dimensions: parameters, weight and KV-cache bytes, and what a LoRA adapter on it weighs.
 *
 * One table of linear layers (`linears`) is the source of everything here and of the roofline's operators. Norms, biases and
 * file headers are left out (well under 1% of a model, about 140 bytes a tensor of a safetensors file).
 * Units: parameters, bytes, tensor objects; per replica where it says so.
 */
import { UserError } from './errors.ts';
import type { AdapterModule, AdapterSpec, BaseModel, Dtype, Scenario } from './scenario.ts';

/** Bytes of one stored value. FP4 is without its block scales (see `weightBytes`). */
export const DTYPE_BYTES: Readonly<Record<Dtype, number>> = { fp32: 4, bf16: 2, fp16: 2, fp8: 1, fp4: 0.5 };

/** MXFP4: 4-bit values with one 8-bit scale for every 32 (OCP Microscaling Formats v1.0). */
const FP4_WITH_SCALES = 0.5 + 1 / 32;

/** Which fused operator a linear layer belongs to: the unit in which engines launch kernels. */
export type OperatorKind =
  | 'qkv'
  | 'q_up'
  | 'kv_up'
  | 'o'
  | 'gate_up'
  | 'down'
  | 'shared_gate_up'
  | 'shared_down'
  | 'router'
  | 'expert_gate_up'
  | 'expert_down'
  | 'embed'
  | 'lm_head';

/** One kind of linear layer: `layers × copies` matrices of `out × in`. */
export interface Linear {
  readonly name: string;
  readonly module: AdapterModule;
  readonly operator: OperatorKind;
  readonly in: number;
  readonly out: number;
  /** How many of the model's layers have it, and how many in each (experts). */
  readonly layers: number;
  readonly copies: number;
  /** How tensor parallelism splits it: by output, by input, or not at all (every rank holds it whole). */
  readonly split: 'column' | 'row' | 'replicated';
}

export function moeLayers(base: BaseModel): number {
  return base.moe === null ? 0 : base.layers - base.moe.dense_first;
}

export function linears(base: BaseModel): Linear[] {
  const all: Linear[] = [];
  const add = (
    module: AdapterModule,
    operator: OperatorKind,
    inputs: number,
    outputs: number,
    split: Linear['split'],
    layers = base.layers,
    copies = 1,
    name: string = module,
  ) => {
    if (layers > 0 && copies > 0 && inputs > 0 && outputs > 0) {
      all.push({ name, module, operator, in: inputs, out: outputs, layers, copies, split });
    }
  };
  const { hidden, heads, mla, moe } = base;
  if (mla !== null) {
    const query = heads * (mla.nope_dim + mla.rope_dim);
    if (mla.q_lora > 0) {
      add('q_a', 'qkv', hidden, mla.q_lora, 'replicated');
      add('q_b', 'q_up', mla.q_lora, query, 'column');
    } else {
      add('q', 'qkv', hidden, query, 'column');
    }
    add('kv_a', 'qkv', hidden, mla.kv_lora + mla.rope_dim, 'replicated');
    add('kv_b', 'kv_up', mla.kv_lora, heads * (mla.nope_dim + mla.v_dim), 'column');
    add('o', 'o', heads * mla.v_dim, hidden, 'row');
  } else {
    add('q', 'qkv', hidden, heads * base.head_dim, 'column');
    add('k', 'qkv', hidden, base.kv_heads * base.head_dim, 'column');
    add('v', 'qkv', hidden, base.kv_heads * base.head_dim, 'column');
    add('o', 'o', heads * base.head_dim, hidden, 'row');
  }
  const sparse = moeLayers(base);
  const dense = base.layers - sparse;
  add('gate', 'gate_up', hidden, base.mlp, 'column', dense);
  add('up', 'gate_up', hidden, base.mlp, 'column', dense);
  add('down', 'down', base.mlp, hidden, 'row', dense);
  if (moe !== null) {
    const shared = moe.shared * moe.expert_mlp;
    add('router', 'router', hidden, moe.experts, 'replicated', sparse);
    add('shared_experts', 'shared_gate_up', hidden, shared, 'column', sparse, 1, 'shared gate');
    add('shared_experts', 'shared_gate_up', hidden, shared, 'column', sparse, 1, 'shared up');
    add('shared_experts', 'shared_down', shared, hidden, 'row', sparse, 1, 'shared down');
    add('experts', 'expert_gate_up', hidden, moe.expert_mlp, 'column', sparse, moe.experts, 'expert gate');
    add('experts', 'expert_gate_up', hidden, moe.expert_mlp, 'column', sparse, moe.experts, 'expert up');
    add('experts', 'expert_down', moe.expert_mlp, hidden, 'row', sparse, moe.experts, 'expert down');
  }
  add('embed', 'embed', base.vocab, hidden, 'row', 1);
  add('lm_head', 'lm_head', hidden, base.vocab, 'column', 1);
  return all;
}

const size = (linear: Linear) => linear.in * linear.out * linear.layers * linear.copies;

export interface ParameterCounts {
  total: number;
  /** Parameters that one token uses: `top_k` of the experts, everything else once. */
  active: number;
  /** In one layer with a dense MLP, and in one sparse layer; 0 where the model has none. */
  perDenseLayer: number;
  perMoeLayer: number;
  /** Embedding and LM head, counted once where tied. */
  embedding: number;
}

export function parameterCounts(base: BaseModel): ParameterCounts {
  const counts: ParameterCounts = { total: 0, active: 0, perDenseLayer: 0, perMoeLayer: 0, embedding: 0 };
  const inDense = base.layers > moeLayers(base);
  for (const linear of linears(base)) {
    if (linear.module === 'embed' || linear.module === 'lm_head') {
      if (linear.module === 'embed' && base.tied) continue;
      counts.embedding += size(linear);
      counts.active += size(linear);
    } else {
      const each = linear.in * linear.out * linear.copies;
      const sparseOnly = ['router', 'shared_experts', 'experts'].includes(linear.module);
      const denseOnly = ['gate', 'up', 'down'].includes(linear.module);
      if (inDense && !sparseOnly) counts.perDenseLayer += each;
      if (base.moe !== null && !denseOnly) counts.perMoeLayer += each;
      counts.active += linear.module === 'experts' ? (size(linear) / linear.copies) * base.moe!.top_k : size(linear);
    }
    counts.total += size(linear);
  }
  return counts;
}

/**
 * The dtype a layer's weights are stored in. Quantised checkpoints keep embeddings, LM head and router in 16 bit
 * (DeepSeek-V3), and FP4 ones also attention (gpt-oss).
 */
export function weightDtype(base: BaseModel, linear: Linear): Dtype {
  const dtype = base.weight_dtype;
  if (dtype !== 'fp8' && dtype !== 'fp4') return dtype;
  const { module, operator } = linear;
  if (module === 'embed' || module === 'lm_head' || module === 'router') return 'bf16';
  const attention = operator === 'qkv' || operator === 'q_up' || operator === 'kv_up' || module === 'o';
  return dtype === 'fp4' && attention ? 'bf16' : dtype;
}

/** Bytes of one weight of this layer, block scales included. */
export function weightBytes(base: BaseModel, linear: Linear): number {
  const dtype = weightDtype(base, linear);
  return dtype === 'fp4' ? FP4_WITH_SCALES : DTYPE_BYTES[dtype];
}

/**
 * How many copies of a layer's weights the ranks of a tensor-parallel group hold together: `tensor` where it is replicated,
 * and for K and V where there are fewer KV heads than ranks.
 */
export function weightCopies(base: BaseModel, linear: Linear, tensor: number): number {
  if (linear.split === 'replicated') return tensor;
  if (base.mla === null && (linear.module === 'k' || linear.module === 'v')) return kvHeadCopies(base, tensor);
  return 1;
}

/** Bytes of the weights of one copy of the model (tensor 1) or of all ranks of a replica. */
export function modelBytes(base: BaseModel, tensor = 1): number {
  let bytes = 0;
  for (const linear of linears(base)) {
    if (linear.module === 'embed' && base.tied) continue;
    bytes += size(linear) * weightBytes(base, linear) * weightCopies(base, linear, tensor);
  }
  return Math.ceil(bytes);
}

/** Copies of the KV heads over `tensor` ranks: 1 while every rank has at least one head of its own. */
function kvHeadCopies(base: BaseModel, tensor: number): number {
  return (tensor * Math.ceil(base.kv_heads / tensor)) / base.kv_heads;
}

/** KV-cache bytes of one token in one layer, on one rank of a tensor-parallel group. Latent attention is not split over ranks. */
export function kvBytesPerTokenLayerRank(base: BaseModel, tensor: number): number {
  const bytes = DTYPE_BYTES[base.kv_dtype];
  if (base.mla !== null) return (base.mla.kv_lora + base.mla.rope_dim) * bytes;
  return 2 * Math.ceil(base.kv_heads / tensor) * base.head_dim * bytes;
}

/** KV-cache bytes of one token over all layers and ranks of a replica. Windowed layers keep every token. */
export function kvBytesPerToken(base: BaseModel, tensor = 1): number {
  return base.layers * tensor * kvBytesPerTokenLayerRank(base, tensor);
}

/** Modules an adapter on this architecture can have, in the order of the layers. */
export function adapterModules(base: BaseModel): AdapterModule[] {
  return [...new Set(linears(base).map((linear) => linear.module))];
}

/** What an adapter is, apart from its rank. */
export interface AdapterShape {
  /** Parameters of a rank-1 adapter: in + out of every adapted matrix; and the part of them that belongs to routed experts. */
  parametersPerRank: number;
  expertParametersPerRank: number;
  /** Tensors of the adapter (A and B of every matrix), and as packed: those of the experts of a layer stacked into one. */
  tensors: number;
  packedTensors: number;
  /** Fused operators that carry a LoRA, over all layers: what a step launches. */
  operators: number;
  /** Values a token reads (x) and reads and writes (y) around the adapted operators, over all layers: in + 2·out. */
  activationsPerToken: number;
}

export function adapterShape(base: BaseModel, modules: readonly AdapterModule[]): AdapterShape {
  const shape = {
    parametersPerRank: 0,
    expertParametersPerRank: 0,
    tensors: 0,
    packedTensors: 0,
    operators: 0,
    activationsPerToken: 0,
  };
  const wanted = new Set(modules);
  const operators = new Map<OperatorKind, Linear[]>();
  for (const linear of linears(base)) {
    if (!wanted.has(linear.module)) continue;
    const parameters = (linear.in + linear.out) * linear.layers * linear.copies;
    shape.parametersPerRank += parameters;
    if (linear.module === 'experts') shape.expertParametersPerRank += parameters;
    shape.tensors += 2 * linear.layers * linear.copies;
    shape.packedTensors += 2 * linear.layers;
    operators.set(linear.operator, [...(operators.get(linear.operator) ?? []), linear]);
  }
  if (operators.size === 0) {
    const available = adapterModules(base);
    throw new UserError(
      `adapter.modules: ${base.name} has none of ${[...wanted].join(', ') || '(an empty list)'}. ` +
        `Choose from ${available.join(', ')}.`,
    );
  }
  for (const fused of operators.values()) {
    const uses = fused[0].module === 'experts' ? base.moe!.top_k : 1;
    shape.operators += fused[0].layers;
    // The matrices of a fused operator share one read of x.
    shape.activationsPerToken +=
      fused[0].layers * uses * (fused[0].in + fused.reduce((sum, linear) => sum + 2 * linear.out, 0));
  }
  return shape;
}

/** Pages of the `paged-rank` layout, in ranks (SGLang's paged LoRA pool). */
export const RANK_PAGE = 8;

/** Bytes of one adapter value on the GPU: engines convert FP32 adapters to the base's 16-bit dtype (vLLM lora_dtype auto). */
export function adapterGpuDtypeBytes(adapter: AdapterSpec): number {
  return Math.min(DTYPE_BYTES[adapter.dtype], DTYPE_BYTES.bf16);
}

/**
 * Distinct ranks of the scenario's adapters, ascending; a rank class is an index into this list. `adapter.rank` counts also
 * where every cohort has its own: slots are allotted for it.
 */
export function rankClasses(scenario: Scenario): number[] {
  const mixes = [
    scenario.adapter.rank,
    ...scenario.population.cohorts.map((cohort) => cohort.rank ?? scenario.adapter.rank),
  ];
  const ranks = [...new Set(mixes.flatMap((mix) => mix.ranks.map(({ rank }) => rank)))].sort((a, b) => a - b);
  if (ranks.length > MOST_RANK_CLASSES) {
    throw new RangeError(
      `a scenario may use at most ${MOST_RANK_CLASSES} distinct ranks, this one uses ${ranks.length}`,
    );
  }
  return ranks;
}

/** The engine keeps counts by rank class; a class fits into a byte and a scan over all of them stays short. */
const MOST_RANK_CLASSES = 32;

/** What an adapter of one rank weighs where. */
export interface AdapterFootprint {
  rank: number;
  parameters: number;
  /** Declared tensor bytes; packing changes the number of objects, not the bytes. */
  diskBytes: number;
  hostBytes: number;
  /** Per replica, summed over its GPUs, unpadded. Both factors are split over the ranks (S-LoRA; vLLM fully sharded). */
  gpuBytes: number;
  /** Tensor objects that a load builds. */
  objects: number;
}

export function adapterFootprint(scenario: Scenario, rank: number): AdapterFootprint {
  const { adapter, base } = scenario;
  const shape = adapterShape(base, adapter.modules);
  const parameters = shape.parametersPerRank * rank;
  const diskBytes = Math.ceil(parameters * DTYPE_BYTES[adapter.dtype]);
  return {
    rank,
    parameters,
    diskBytes,
    hostBytes: Math.ceil(diskBytes * adapter.host_expansion),
    gpuBytes: Math.ceil(parameters * adapterGpuDtypeBytes(adapter)),
    objects: adapter.packed ? shape.packedTensors : shape.tensors,
  };
}
