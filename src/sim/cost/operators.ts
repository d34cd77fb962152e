/**
 * base[n]: every operator of a step over n tokens but attention over the cache and LoRA, with collectives and launches.
 * O(max_batch_tokens × operators), once a run; nothing here is called from the event loop.
 */
import { type Linear, linears, moeLayers, weightBytes, weightCopies, weightDtype } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { BaseParams } from './base-params.ts';
import { allGather, allReduce, allToAll, type Fabric, send } from './collectives.ts';
import { peakFlops } from './device.ts';
import { busiestDistinct, busiestPairs } from './experts.ts';
import type { BesideHost } from './step-cost.ts';
import { ticks } from './tabulated.ts';

/** Activations move between operators and GPUs in 16 bit. */
const ACTIVATION_BYTES = 2;

/** One fused operator of a layer, on one GPU: a·x with `weights` bytes read whatever the number of tokens. */
interface Operator {
  kind: Linear['operator'];
  layers: number;
  /** Seconds to read the weights (of one expert, where there are several). */
  weightSeconds: number;
  /** Seconds of arithmetic, and of reading and writing activations, for each token (or token-expert pair). */
  tokenSeconds: number;
  activationSeconds: number;
}

const isNarrow = (dtype: string) => dtype === 'fp8' || dtype === 'fp4';

function operators(params: BaseParams, scenario: Scenario): Operator[] {
  const { base, hardware } = scenario;
  const { tensor, expert } = hardware.parallel;
  const dense = hardware.gpu.memory_bandwidth * params.memory_efficiency;
  const fused = new Map<string, Operator>();
  for (const linear of linears(base)) {
    if (linear.module === 'embed') continue;
    // Experts are dealt out over `expert` ranks and each split over the rest of the tensor-parallel group.
    const split = linear.module === 'experts' ? tensor / expert : tensor / weightCopies(base, linear, tensor);
    const weights = (linear.in * linear.out) / split;
    const kernel = linear.module === 'experts' ? params.expert_efficiency : 1;
    const bandwidth = dense * (linear.module === 'experts' ? (params.expert_bandwidth ?? params.expert_efficiency) : 1);
    const dtype = weightDtype(base, linear);
    const narrow = isNarrow(dtype) ? params.fp8_efficiency : 1;
    const flops = peakFlops(hardware.gpu, dtype) * params.flops_efficiency * narrow * kernel;
    let operator = fused.get(linear.operator);
    if (operator === undefined) {
      const read = linear.split === 'row' ? linear.in / split : linear.in;
      operator = {
        kind: linear.operator,
        layers: linear.layers,
        weightSeconds: 0,
        tokenSeconds: 0,
        activationSeconds: (read * ACTIVATION_BYTES) / bandwidth,
      };
      fused.set(linear.operator, operator);
    }
    const written = linear.split === 'column' ? linear.out / split : linear.out;
    const read = bandwidth * (isNarrow(dtype) ? params.fp8_bandwidth : 1);
    operator.weightSeconds += (weights * weightBytes(base, linear)) / read;
    operator.tokenSeconds += (2 * weights) / flops;
    operator.activationSeconds += (written * ACTIVATION_BYTES) / bandwidth;
  }
  return [...fused.values()];
}

/** Seconds of communication in a micro-batch of `tokens` tokens, `sampled` of which get logits. */
function communication(
  params: BaseParams,
  scenario: Scenario,
  fabric: Fabric,
  tokens: number,
  sampled: number,
): number {
  const { base, hardware } = scenario;
  const { tensor, pipeline, expert } = hardware.parallel;
  const hidden = tokens * base.hidden * ACTIVATION_BYTES;
  const reduce = allReduce(fabric, tensor, hidden);
  const sparse = moeLayers(base);
  // The embedding; after attention and after the MLP of every layer; the logits' all-gather.
  let seconds =
    reduce + (base.layers * 2 - sparse) * reduce + allGather(fabric, tensor, sampled * base.vocab * ACTIVATION_BYTES);
  if (base.moe !== null) {
    if (expert > 1 && params.expert_exchange === 'all-to-all') {
      // Tokens lie spread over the ranks: each goes to the ranks of its experts and back, then is gathered for attention.
      const copies = Math.min(base.moe.top_k, expert) * ((expert - 1) / expert);
      seconds += sparse * (2 * allToAll(fabric, expert, (hidden / tensor) * copies));
    } else {
      seconds += sparse * reduce;
    }
  }
  for (let stage = 1; stage < pipeline; stage++) {
    const between =
      Math.floor((stage * tensor) / fabric.gpusPerNode) !== Math.floor(((stage - 1) * tensor) / fabric.gpusPerNode);
    seconds += send(fabric, hidden / tensor, between);
  }
  return seconds;
}

/** How much later than the mean the last of `ranks` processes comes, in means of an exponential delay: H(ranks) − 1. */
function lastOf(ranks: number): number {
  let sum = 0;
  for (let rank = 2; rank <= ranks; rank++) sum += 1 / rank;
  return sum;
}

export function baseTables(params: BaseParams, scenario: Scenario, fabric: Fabric) {
  const { base, hardware, serving } = scenario;
  const { pipeline, expert } = hardware.parallel;
  const size = serving.max_batch_tokens + 1;
  const tables = {
    base: new Float64Array(size),
    collective: new Float64Array(size),
    launch: new Float64Array(size),
  };
  const all = operators(params, scenario);
  const launch = ticks(params.step_overhead + base.layers * params.kernels_per_layer * params.kernel_gap);
  const skewed = base.layers * 2 * params.collective_skew * lastOf(scenario.hardware.parallel.tensor);
  for (let n = 1; n < size; n++) {
    const tokens = Math.max(1, n / pipeline);
    const sampled = Math.min(tokens, Math.max(1, serving.max_batch / pipeline));
    let pairs = 0;
    let distinct = 0;
    if (base.moe !== null) {
      pairs = busiestPairs(base.moe.experts, base.moe.top_k, expert, tokens);
      distinct = busiestDistinct(base.moe.experts, base.moe.top_k, expert, tokens);
    }
    let seconds = 0;
    for (const operator of all) {
      const experts = operator.kind === 'expert_gate_up' || operator.kind === 'expert_down';
      const count = experts ? pairs : operator.kind === 'lm_head' ? sampled : tokens;
      const read = (experts ? distinct : 1) * operator.weightSeconds + count * operator.activationSeconds;
      seconds += operator.layers * Math.max(read, count * operator.tokenSeconds);
    }
    const skew = n > params.captured_tokens ? skewed : 0;
    tables.collective[n] = ticks(communication(params, scenario, fabric, tokens, sampled) + skew);
    tables.launch[n] = launch;
    tables.base[n] = ticks(seconds) + tables.collective[n] + launch;
  }
  return tables;
}

/** Host work beside the device; null where there is none. */
export function besideHost(params: BaseParams, scenario: Scenario): BesideHost | null {
  const { host_step, host_request, host_launch, captured_tokens } = params;
  if (host_step === 0 && host_request === 0 && host_launch === 0) return null;
  const launched = ticks(host_step + scenario.base.layers * host_launch);
  const step = new Float64Array(scenario.serving.max_batch_tokens + 1).fill(launched);
  step.fill(ticks(host_step), 0, captured_tokens + 1);
  return { step, requestTicks: ticks(host_request) };
}
