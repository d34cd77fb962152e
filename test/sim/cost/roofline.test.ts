import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODELS } from '../../../src/scenario/presets/models.ts';
import type { BaseModel } from '../../../src/scenario/scenario.ts';
import { type RooflineParams, roofline } from '../../../src/sim/cost/roofline.ts';
import { TICKS_PER_SECOND } from '../../../src/sim/cost/step-cost.ts';
import { type Options, scenario } from './scenario.ts';

/** A device with round numbers: 1 GB/s of memory, 1 TFLOP/s, links of 1 GB/s inside and 0.1 GB/s between nodes. */
const ROUND_GPU = {
  name: 'round',
  memory: 80 * 2 ** 30,
  memory_bandwidth: 1e9,
  flops: { bf16: 1e12 },
  intra_node_bandwidth: 1e9,
  inter_node_bandwidth: 1e8,
  pcie_bandwidth: 1e9,
  price_per_hour: 1,
  power: 1,
};
const IDEAL = {
  memory_efficiency: 1,
  flops_efficiency: 1,
  attention_efficiency: 1,
  step_overhead: 0,
  kernel_gap: 0,
  collective_base: 0,
  intra_node_hop: 0,
  inter_node_hop: 0,
  lora_operator: 0,
  lora_adapter: 0,
  lora_efficiency: 1,
};
const SMALL: BaseModel = {
  name: 'small',
  hidden: 8,
  layers: 2,
  heads: 2,
  kv_heads: 1,
  head_dim: 4,
  mlp: 16,
  moe: null,
  mla: null,
  window: null,
  vocab: 10,
  tied: false,
  max_context: 100,
  weight_dtype: 'bf16',
  kv_dtype: 'bf16',
};

const create = (options: Options, params: Partial<Record<keyof RooflineParams, unknown>> = {}) =>
  roofline.create(roofline.params.parse(params), scenario(options));
const seconds = (ticks: number) => ticks / TICKS_PER_SECOND;
/** Ticks of n bytes at 1 GB/s: 64. */
const BYTE = TICKS_PER_SECOND / 1e9;

describe('base step by hand', () => {
  it('reads every weight once at one token, and its activations', () => {
    const cost = create({ base: SMALL, gpu: ROUND_GPU }, IDEAL);
    // Weights of a layer: q 64, k 32, v 32, o 64, gate and up 256, down 128 = 576 values; LM head 80.
    const weights = 2 * (2 * 576 + 80);
    // Values a token moves: qkv 8 + 16, o 8 + 8, gate_up 8 + 32, down 16 + 8; LM head 8 + 10. Far below 1 FLOP a byte: memory-bound.
    const activations = 2 * (2 * (24 + 16 + 40 + 24) + 18);
    expect(cost.base[1]).toBe((weights + activations) * BYTE);
    expect(cost.base[0]).toBe(0);
    expect(cost.collective[1] + cost.launch[1]).toBe(0);
  });

  it('switches to arithmetic operator by operator', () => {
    const slow = { ...ROUND_GPU, flops: { bf16: 1e9 } };
    const cost = create({ base: SMALL, gpu: slow, serving: { max_batch_tokens: 64, max_batch: 4 } }, IDEAL);
    // 1 FLOP a byte: 2 FLOPs a weight and token against 2 bytes a weight. At 64 tokens arithmetic decides everywhere but in
    // the LM head, which sees only the 4 tokens that are sampled: 4·2·80 FLOPs there against 2·(80 + 4·18) bytes.
    const layer = 2 * 576 * 64;
    const head = Math.max(2 * 80 * 4, 2 * (80 + 4 * 18));
    expect(cost.base[64]).toBe((2 * layer + head) * BYTE);
  });

  it('counts launches and host work once a step', () => {
    const cost = create(
      { base: SMALL, gpu: ROUND_GPU },
      { ...IDEAL, step_overhead: '1ms', kernel_gap: '2us', kernels_per_layer: 5 },
    );
    expect(seconds(cost.launch[1])).toBeCloseTo(1e-3 + 2 * 5 * 2e-6, 12);
    expect(cost.base[1] - create({ base: SMALL, gpu: ROUND_GPU }, IDEAL).base[1]).toBe(cost.launch[1]);
  });

  it('splits over tensor-parallel ranks and adds ring all-reduces', () => {
    const cost = create({ base: SMALL, gpu: ROUND_GPU, tensor: 2 }, IDEAL);
    // One KV head on two ranks: each holds K and V whole. q 32 + k 32 + v 32 + o 32 + gate/up 128 + down 64 = 320; head 40.
    const weights = 2 * (2 * 320 + 40);
    const activations = 2 * (2 * (8 + 4 + 4 + 4 + (4 + 8) + (8 + 16) + (8 + 8)) + 8 + 5);
    // Embedding and twice a layer: 8 values of 2 bytes, half of them each way; logits: 10 values, half of them received.
    const collective = 5 * 16 + 10;
    expect(cost.collective[1]).toBe(collective * BYTE);
    expect(cost.base[1]).toBe((weights + activations + collective) * BYTE);
  });

  it('pays the slower link between nodes for its share', () => {
    const inside = create({ base: SMALL, gpu: ROUND_GPU, tensor: 4 }, IDEAL).collective[8];
    const across = create({ base: SMALL, gpu: ROUND_GPU, tensor: 4, gpus_per_node: 2 }, IDEAL).collective[8];
    // 4 in a node: 2·3/4 at 1 GB/s. 2 nodes of 2: 2·1/2 at 1 GB/s and 2·1/2·1/2 at 0.1 GB/s. Logits: half of each.
    const values = 5 * (8 * 8 * 2) + (8 * 10 * 2) / 2;
    expect(inside).toBe(1.5 * values * BYTE);
    expect(across).toBe((1 + 5) * values * BYTE);
  });

  it('keeps a micro-batch in each stage of a pipeline', () => {
    const whole = create({ base: SMALL, gpu: ROUND_GPU }, IDEAL);
    const piped = create({ base: SMALL, gpu: ROUND_GPU, pipeline: 2 }, IDEAL);
    const hop = (tokens: number) => tokens * 8 * 2 * BYTE;
    expect(piped.base[1]).toBe(whole.base[1] + hop(1));
    expect(piped.base[8]).toBe(whole.base[4] + hop(4));
    expect(piped.attendedTicks * 2).toBe(whole.attendedTicks);
  });
});

describe('attention by hand', () => {
  it('reads K and V of every attended token, split over ranks down to one KV head', () => {
    const bytes = 2 * 4 * 2;
    expect(create({ base: SMALL, gpu: ROUND_GPU }, IDEAL).attendedTicks).toBe(2 * bytes * BYTE);
    expect(create({ base: SMALL, gpu: ROUND_GPU, tensor: 2 }, IDEAL).attendedTicks).toBe(2 * bytes * BYTE);
    expect(create({ base: { ...SMALL, kv_heads: 2 }, gpu: ROUND_GPU, tensor: 2 }, IDEAL).attendedTicks).toBe(
      2 * bytes * BYTE,
    );
  });

  it('reads the whole latent on every rank under MLA', () => {
    for (const tensor of [1, 8]) {
      const cost = create({ base: 'deepseek-v3', gpu: { ...ROUND_GPU, flops: { bf16: 1e15 } }, tensor }, IDEAL);
      expect(cost.attendedTicks).toBe(70_272 * BYTE);
    }
    // One rank of an H100 computes 128 heads on each latent: 278,528 FLOPs against 1,152 bytes, arithmetic decides.
    const one = create({ base: 'deepseek-v3', gpu: 'h200' });
    expect(seconds(one.attendedTicks)).toBeCloseTo((61 * 128 * (2 * 576 + 2 * 512)) / (989e12 * 0.5), 12);
  });

  it('counts every pair of a prefill chunk once, whatever the chunks', () => {
    const slow = { ...ROUND_GPU, flops: { bf16: 1e6 } };
    const cost = create({ base: SMALL, gpu: slow }, IDEAL);
    let chunks = 0;
    for (const [chunk, context] of [
      [10, 0],
      [30, 10],
      [24, 40],
    ])
      chunks += cost.prefillAttention(chunk, context);
    // 64·65/2 pairs, 4·4 FLOPs for each of 2 heads and 2 layers, at 1 MFLOP/s.
    expect(cost.prefillAttention(64, 0)).toBe(2080 * 64 * (TICKS_PER_SECOND / 1e6));
    expect(chunks).toBe(cost.prefillAttention(64, 0));
  });

  it('lets windowed layers see at most the window', () => {
    const slow = { ...ROUND_GPU, flops: { bf16: 1e6 } };
    const cost = create({ base: { ...SMALL, window: { tokens: 7, layers: 1 } }, gpu: slow }, IDEAL);
    const pair = 32 * (TICKS_PER_SECOND / 1e6);
    for (const [chunk, context] of [
      [3, 0],
      [20, 0],
      [5, 4],
      [9, 30],
      [1, 7],
    ]) {
      let pairs = 0;
      for (let i = 1; i <= chunk; i++) pairs += context + i + Math.min(context + i, 7);
      expect(cost.prefillAttention(chunk, context)).toBe(pairs * pair);
    }
    expect(cost.window).toBe(7);
    // Decode: 1 MFLOP/s makes arithmetic decide, 32 FLOPs a token in one full and one windowed layer.
    expect([cost.attendedTicks, cost.windowedTicks]).toEqual([pair, pair]);
  });
});

describe('what an engine version adds', () => {
  it('host work stands for each request, and in no table of tokens', () => {
    const cost = create({ base: SMALL, gpu: ROUND_GPU }, { ...IDEAL, request_overhead: 3e-6 });
    expect(seconds(cost.requestTicks)).toBeCloseTo(3e-6, 15);
    expect(cost.base).toEqual(create({ base: SMALL, gpu: ROUND_GPU }, IDEAL).base);
    const begun = create({ base: SMALL, gpu: ROUND_GPU }, { ...IDEAL, prompt_overhead: 2e-3 });
    expect(seconds(begun.promptTicks)).toBeCloseTo(2e-3, 15);
    expect(begun.base).toEqual(cost.base);
  });

  it('blocks of idle LoRA kernels stay where no request has an adapter', () => {
    const none = {
      tokens: 0,
      distinct: 0,
      maxRank: 0,
      distinctByClass: Int32Array.of(0),
      tokensByClass: Int32Array.of(0),
    };
    const idle = (params: object) =>
      create({ base: SMALL, gpu: ROUND_GPU }, { ...IDEAL, lora: false, ...params }).lora(none, 10);
    expect(idle({})).toBe(0);
    const one = idle({ lora_block: 1e-9 });
    expect(one).toBeGreaterThan(0);
    expect(idle({ lora_block: 3e-9 })).toBe(3 * one);
  });

  it('products in FP8 reach a share of their own, products in 16 bits do not know of it', () => {
    // No bytes to speak of: arithmetic decides.
    const gpu = { ...ROUND_GPU, memory_bandwidth: 1e18, flops: { bf16: 1e9, fp8: 2e9 } };
    const of = (weight_dtype: BaseModel['weight_dtype'], fp8_efficiency: number) =>
      create({ base: { ...SMALL, weight_dtype }, gpu }, { ...IDEAL, fp8_efficiency }).base[64];
    expect(of('fp8', 0.5) / of('fp8', 1)).toBeGreaterThan(1.5);
    expect(of('bf16', 0.5)).toBe(of('bf16', 1));
  });

  it('products in FP8 read their weights at a bandwidth of their own', () => {
    const of = (weight_dtype: BaseModel['weight_dtype'], fp8_bandwidth: number) =>
      create({ base: { ...SMALL, weight_dtype }, gpu: ROUND_GPU }, { ...IDEAL, fp8_bandwidth }).base[1];
    const weights = SMALL.layers * (8 * 16 + 8 * 8 + 3 * 8 * 16) * BYTE;
    expect(of('fp8', 0.5) - of('fp8', 1)).toBe(weights);
    expect(of('bf16', 0.5)).toBe(of('bf16', 1));
  });

  it('work beside the device is of the step, of its requests, and of each layer where no graph is captured', () => {
    const options = { base: SMALL, gpu: ROUND_GPU };
    expect(create(options, IDEAL).beside).toBeNull();
    const cost = create(options, {
      ...IDEAL,
      ...{ host_step: 2e-3, host_request: 3e-6, host_launch: 5e-4, captured_tokens: 32 },
    });
    expect(cost.beside!.requestTicks).toBe(3e-6 * TICKS_PER_SECOND);
    expect(seconds(cost.beside!.step[32])).toBe(2e-3);
    expect(seconds(cost.beside!.step[33])).toBe(3e-3);
    expect(cost.base).toEqual(create(options, IDEAL).base);
  });

  it('collectives of steps without a graph wait for the last of the ranks', () => {
    const of = (tensor: number, collective_skew: number) =>
      create({ base: SMALL, gpu: ROUND_GPU, tensor }, { ...IDEAL, collective_skew, captured_tokens: 32 }).base;
    const skew = 1e-5 * TICKS_PER_SECOND;
    // The later of two with mean 1 comes after 1.5, of four after 1 + 1/2 + 1/3 + 1/4; two collectives a layer.
    expect(of(2, 1e-5)[33] - of(2, 0)[33]).toBe(4 * 0.5 * skew);
    expect(of(4, 1e-5)[33] - of(4, 0)[33]).toBeCloseTo(4 * (1 / 2 + 1 / 3 + 1 / 4) * skew, -1);
    expect(of(2, 1e-5)[32]).toBe(of(2, 0)[32]);
    expect(of(1, 1e-5)).toEqual(of(1, 0));
  });

  it('grouped products have a bandwidth of their own, which is that of their arithmetic where nothing is said', () => {
    const options = { base: 'qwen3-30b-a3b', gpu: { ...ROUND_GPU, flops: { bf16: 1e18 } } };
    const of = (params: Partial<Record<keyof RooflineParams, unknown>>) => create(options, { ...IDEAL, ...params });
    const same = of({ expert_efficiency: 0.5, expert_bandwidth: 0.5 });
    expect(of({ expert_efficiency: 0.5 }).base).toEqual(same.base);
    expect(of({ expert_efficiency: 1, expert_bandwidth: 0.5 }).base[1]).toBe(same.base[1]);
    expect(of({ expert_bandwidth: 0.25 }).base[1]).toBeGreaterThan(same.base[1]);
  });
});

describe('sparse bases', () => {
  it('read the experts that the batch touches', () => {
    const cost = create({ base: 'qwen3-30b-a3b', gpu: { ...ROUND_GPU, flops: { bf16: 1e18 } } }, IDEAL);
    const dense = create(
      { base: { ...MODELS['qwen3-30b-a3b'], moe: null }, gpu: { ...ROUND_GPU, flops: { bf16: 1e18 } } },
      IDEAL,
    );
    const expertBytes = 48 * 3 * 2048 * 768 * 2;
    const router = 48 * (2048 * 128 + 2048 + 128) * 2;
    // At one token: 8 experts, each with its token's activations (2048 + 2·768 in and out, 768 + 2048).
    const activations = (pairs: number) => 48 * pairs * 2 * (2048 + 2 * 768 + 768 + 2048);
    expect(cost.base[1] - dense.base[1]).toBe((8 * expertBytes + router + activations(8)) * BYTE);
    const touched = 128 * (1 - (1 - 8 / 128) ** 64);
    const routed = (touched * expertBytes + 48 * (2048 * 128 + 64 * (2048 + 128)) * 2 + activations(8 * 64)) * BYTE;
    expect((cost.base[64] - dense.base[64]) / routed).toBeCloseTo(1, 9);
  });

  it('wait for the busiest rank under expert parallelism, and exchange tokens', () => {
    const options = { base: 'qwen3-30b-a3b', tensor: 8, ranks: [1] };
    const split = create(options);
    const dealt = create({ ...options, expert: 8 });
    const reduced = create({ ...options, expert: 8 }, { expert_exchange: 'all-reduce' });
    const compute = (cost: typeof split, n: number) => cost.base[n] - cost.collective[n];
    // Later every rank reads all its experts either way.
    for (const n of [1, 8]) expect(compute(dealt, n)).toBeGreaterThan(compute(split, n));
    expect(reduced.collective[64]).toBe(split.collective[64]);
    expect(dealt.collective[64]).not.toBe(split.collective[64]);
  });
});

describe('properties', () => {
  const options = fc.record({
    base: fc.constantFrom(...Object.keys(MODELS)),
    gpu: fc.constantFrom('a10g', 'a100-80', 'h100', 'b200'),
    tensor: fc.constantFrom(1, 2, 4, 8),
    pipeline: fc.constantFrom(1, 2),
  });

  it('costs grow with tokens and never leave the integers', () => {
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 5000 }),
        (option, n, context) => {
          const cost = create({ ...option, serving: { max_batch_tokens: 512 } });
          expect(cost.base[n + 1]).toBeGreaterThanOrEqual(cost.base[n]);
          expect(cost.base[n]).toBeGreaterThanOrEqual(cost.collective[n] + cost.launch[n]);
          expect(cost.prefillAttention(n + 1, context)).toBeGreaterThanOrEqual(cost.prefillAttention(n, context));
          expect(cost.prefillAttention(n, context + 1)).toBeGreaterThanOrEqual(cost.prefillAttention(n, context));
          for (const value of [
            cost.base[n],
            cost.collective[n],
            cost.launch[n],
            cost.attendedTicks,
            cost.windowedTicks,
            cost.prefillAttention(n, context),
          ])
            expect(Number.isSafeInteger(value)).toBe(true);
        },
      ),
      { numRuns: 60, seed: 20_260_101 },
    );
  });

  it('a faster device is never slower', () => {
    for (const base of ['llama-3.1-8b', 'kimi-k2', 'gpt-oss-120b']) {
      const [slow, fast] = ['a100-80', 'h200'].map((gpu) => create({ base, gpu, tensor: 8 }));
      for (const n of [1, 16, 256, 2048]) expect(fast.base[n]).toBeLessThanOrEqual(slow.base[n]);
      expect(fast.attendedTicks).toBeLessThanOrEqual(slow.attendedTicks);
    }
  });
});

describe('against measurements', () => {
  it('stays below the measured decode step of Llama-3.1-8B and within 40% of it', () => {
    // Agullo et al. (arXiv 2508.08343): 0.0438·B + 10.54 ms on one H100 of MareNostrum 5, an early build of vLLM V1.
    const cost = create({});
    for (const batch of [1, 16, 64]) {
      // 512 tokens of context each.
      const step = seconds(cost.base[batch] + batch * 512 * cost.attendedTicks) * 1e3;
      const measured = 0.0438 * batch + 10.54;
      expect(step).toBeLessThan(measured);
      expect(step / measured).toBeGreaterThan(0.6);
    }
  });
});
