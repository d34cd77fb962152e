/**
 * How a replica's GPU memory is divided: weights, working memory, adapter slots, and KV blocks from what is left.
 *
 * The engine may use `serving.kv.memory_fraction` of each GPU (vLLM gpu_memory_utilization). Working memory is what vLLM's
 * profiling run finds: activations of a full step, logits, and the runtime's own (context, captured graphs, communicators).
 * Units: bytes, summed over the GPUs of one replica.
 */
import { UserError } from '../../scenario/errors.ts';
import {
  adapterFootprint,
  adapterModules,
  DTYPE_BYTES,
  kvBytesPerToken,
  modelBytes,
  RANK_PAGE,
  rankClasses,
} from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { MemoryPlan } from './step-cost.ts';

/** CUDA context, captured graphs and communication buffers of one GPU. */
const RUNTIME_BYTES = 2 ** 30;
const ACTIVATION_BYTES = DTYPE_BYTES.bf16;
/** Logits as the model writes them and as the sampler widens them. */
const LOGIT_BYTES = DTYPE_BYTES.bf16 + DTYPE_BYTES.fp32;

/** Working memory of one GPU, bytes. */
function workingBytes(scenario: Scenario): number {
  const { base, serving, hardware } = scenario;
  const { tensor } = hardware.parallel;
  const { moe } = base;
  // Residual and its normed copy beside the widest operator's input and output.
  const dense = (3 * base.mlp) / tensor;
  const attention = (2 * base.heads * base.head_dim) / tensor;
  const sparse = moe === null ? 0 : moe.top_k * ((3 * moe.expert_mlp) / tensor + base.hidden);
  const perToken = (2 * base.hidden + Math.max(dense, attention, sparse)) * ACTIVATION_BYTES;
  return serving.max_batch_tokens * perToken + serving.max_batch * base.vocab * LOGIT_BYTES + RUNTIME_BYTES;
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Bytes an adapter of this rank takes on the GPU: padded to the largest rank, or in whole pages. */
function residentBytes(scenario: Scenario, rank: number, largest: number): number {
  const padded = scenario.adapter.layout === 'padded-slots' ? largest : Math.ceil(rank / RANK_PAGE) * RANK_PAGE;
  return adapterFootprint(scenario, padded).gpuBytes;
}

/** What a slot holds no adapter of: the router is never adapted. */
const NOT_RESERVED = ['router'];
const VOCABULARY = ['embed', 'lm_head'];
/** Bytes of one padded slot: buffers for the largest rank of every module that the engine reserves, in the adapter's dtype. */
function paddedSlotBytes(scenario: Scenario, largest: number): number {
  const { serving, adapter, base } = scenario;
  const { slot_modules = 'adapter' } = serving;
  const rank = Math.max(largest, serving.slot_rank ?? 0);
  if (slot_modules === 'adapter') return adapterFootprint(scenario, rank).gpuBytes;
  const skipped = slot_modules === 'linear' ? [...NOT_RESERVED, ...VOCABULARY] : NOT_RESERVED;
  const reserved = adapterModules(base).filter((module) => !skipped.includes(module));
  const modules = [...new Set([...adapter.modules, ...reserved])];
  return adapterFootprint({ ...scenario, adapter: { ...adapter, modules } }, rank).gpuBytes;
}

/** Bytes of the slots of a static split. Paged slots are sized for the expected mix of ranks, which a slot's user may exceed. */
function slotBytes(scenario: Scenario, largest: number): number {
  if (scenario.adapter.layout === 'padded-slots') {
    return scenario.serving.slots * (paddedSlotBytes(scenario, largest) + scenario.adapter.slot_overhead);
  }
  let mean = 0;
  for (const cohort of scenario.population.cohorts) {
    for (const { rank, share } of (cohort.rank ?? scenario.adapter.rank).ranks) {
      mean += cohort.share * share * residentBytes(scenario, rank, largest);
    }
  }
  return Math.ceil(scenario.serving.slots * mean);
}

function checkParallel(scenario: Scenario): void {
  const { base, hardware } = scenario;
  const { tensor, pipeline, expert } = hardware.parallel;
  const complain = (problem: string) => {
    throw new UserError(`hardware.parallel: ${problem}.`);
  };
  if (base.moe === null && expert !== 1) complain(`expert is ${expert}, but ${base.name} has no experts; set it to 1`);
  if (tensor % expert !== 0) {
    complain(
      `expert is ${expert} and tensor ${tensor}: the experts of a layer are spread over GPUs of its stage, so expert must divide tensor`,
    );
  }
  if (base.moe !== null && base.moe.experts % expert !== 0) {
    complain(`expert is ${expert}, which does not divide the ${base.moe.experts} experts of ${base.name}`);
  }
  if (pipeline > base.layers) complain(`pipeline is ${pipeline}, but ${base.name} has only ${base.layers} layers`);
}

export function planMemory(scenario: Scenario): MemoryPlan {
  checkParallel(scenario);
  const { base, hardware, serving } = scenario;
  const { tensor, pipeline } = hardware.parallel;
  const gpus = tensor * pipeline;
  const gpuBytes = gpus * hardware.gpu.memory;
  const usable = Math.floor(gpuBytes * serving.kv.memory_fraction);
  const weightBytes = modelBytes(base, tensor);
  const activationBytes = Math.ceil(gpus * workingBytes(scenario));
  const ranks = rankClasses(scenario);
  const largest = ranks[ranks.length - 1];
  const unified = serving.kv.pool === 'unified';
  const slots = unified ? 0 : slotBytes(scenario, largest);
  const kvPerToken = kvBytesPerToken(base, tensor);
  const blockBytes = serving.kv.block_tokens * kvPerToken;
  const adapterBlocks = ranks.map((rank) => Math.ceil(residentBytes(scenario, rank, largest) / blockBytes));
  // The least that can serve: one block, and in a unified pool the largest adapter beside it.
  const least = blockBytes * (1 + (unified ? adapterBlocks[adapterBlocks.length - 1] : 0));
  const left = usable - weightBytes - activationBytes - slots;
  if (left < least) {
    const parts = [`weights ${gib(weightBytes)}`, `working memory ${gib(activationBytes)}`];
    if (!unified) parts.push(`${serving.slots} adapter slots of rank ${largest} ${gib(slots)}`);
    const fewer = unified ? '' : ' fewer serving.slots or a smaller rank,';
    throw new UserError(
      `${base.name} does not fit on ${gpus} × ${hardware.gpu.name}: ${gib(least - left)} too much. ` +
        `Usable ${gib(usable)} (${gib(gpuBytes)} × memory_fraction ${serving.kv.memory_fraction}); ${parts.join(', ')}; ` +
        `KV cache at least ${gib(least)}. Use more GPUs a replica (hardware.parallel), a narrower base.weight_dtype,` +
        `${fewer} or a smaller serving.max_batch_tokens.`,
    );
  }
  return {
    gpuBytes,
    weightBytes,
    activationBytes,
    slotBytes: slots,
    slots: serving.slots,
    kvBytesPerToken: kvPerToken,
    kvBlocks: Math.floor(left / blockBytes),
    blockBytes,
    adapterBlocks,
  };
}
