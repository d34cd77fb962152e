import { describe, expect, it, test } from 'vitest';
import { GPUS } from '../../../src/scenario/presets/gpus.ts';
import { planMemory } from '../../../src/sim/cost/memory.ts';
import { type Options, scenario } from './scenario.ts';

const plan = (options: Options) => planMemory(scenario(options));
const tokens = (options: Options) => {
  const memory = plan(options);
  return (memory.kvBlocks * memory.blockBytes) / memory.kvBytesPerToken;
};

describe('memory plan', () => {
  it('gives every byte one owner', () => {
    for (const options of [
      {},
      { base: 'llama-3.1-70b', tensor: 8 },
      { base: 'kimi-k2', gpu: 'h200', tensor: 16, expert: 16, modules: ['o'] as const },
    ]) {
      const memory = plan(options as Options);
      const used = memory.weightBytes + memory.activationBytes + memory.slotBytes + memory.kvBlocks * memory.blockBytes;
      const usable = memory.gpuBytes * 0.9;
      expect(used).toBeLessThanOrEqual(usable);
      expect(usable - used).toBeLessThan(memory.blockBytes + 1);
    }
  });

  it('takes the KV tokens for each slot that vLLM was measured to take', () => {
    // Agullo et al. (T-AG-5 of the raw logs), rank-16 slots of all linear layers on one H100. Qwen2.5-7B: 694,848 KV tokens at 8
    // slots, 526,992 at 128. Llama-3.1-8B: 302,000 and 212,032; vLLM also allots LoRA buffers for the embedding and LM head there.
    const perSlot = (base: string, modules?: Options['modules']) =>
      (tokens({ base, modules, serving: { slots: 8 } }) - tokens({ base, modules, serving: { slots: 128 } })) / 120;
    const qwen = (694_848 - 526_992) / 120;
    expect(Math.abs(perSlot('qwen2.5-7b') / qwen - 1)).toBeLessThan(0.02);
    const llama = (302_000 - 212_032) / 120;
    const linear = perSlot('llama-3.1-8b');
    const embedded = perSlot('llama-3.1-8b', ['q', 'k', 'v', 'o', 'gate', 'up', 'down', 'embed', 'lm_head']);
    expect(linear / llama).toBeLessThan(0.87);
    // What remains are vLLM's 256 added vocabulary entries of each slot, 4 MiB, which are no part of an adapter.
    expect(Math.abs(embedded / llama - 1)).toBeLessThan(0.07);
    expect(Math.abs((embedded + (4 * 2 ** 20) / 131_072) / llama - 1)).toBeLessThan(0.02);
  });

  it('pads slots to the largest rank, and sizes paged ones by the mix', () => {
    const padded = plan({ ranks: [4, 12, 32], serving: { slots: 6 } }).slotBytes;
    expect(padded).toBe(6 * 160 * 2 ** 20);
    const paged = plan({ ranks: [4, 12, 32], serving: { slots: 6 }, adapter: { layout: 'paged-rank' } }).slotBytes;
    expect(paged).toBe(6 * ((8 + 16 + 32) / 3) * 5 * 2 ** 20);
  });

  it('gives a unified pool everything, adapters by the block', () => {
    // S-LoRA: a rank-r adapter on q, k, v, o of Llama-2-7B takes as much as 4·r tokens of KV cache.
    const options: Options = {
      base: 'llama-2-7b',
      gpu: 'a100-80',
      modules: ['q', 'k', 'v', 'o'],
      ranks: [8, 16, 64],
      adapter: { layout: 'paged-rank' },
      kv: { pool: 'unified', block_tokens: 1 },
    };
    const memory = plan(options);
    expect(memory.adapterBlocks).toEqual([32, 64, 256]);
    expect(memory.slotBytes).toBe(0);
    expect(tokens(options)).toBeGreaterThan(tokens({ ...options, kv: { block_tokens: 1 } }));
  });

  it('counts the latent cache on every rank under MLA', () => {
    const memory = plan({ base: 'deepseek-v3', gpu: 'b200', tensor: 8, expert: 8, modules: ['o'] });
    expect(memory.kvBytesPerToken).toBe(8 * 61 * 576 * 2);
  });

  it('says by how much a model does not fit and what to do', () => {
    expect(() => plan({ base: 'llama-3.1-70b' })).toThrow(
      /Llama-3.1-70B does not fit on 1 × NVIDIA H100 SXM: 6\d\.\d GiB too much.*weights 131\.4 GiB.*Use more GPUs a replica/,
    );
    expect(() => plan({ serving: { slots: 2000 } })).toThrow(
      /2000 adapter slots of rank 16 156\.3 GiB.*fewer serving\.slots/,
    );
    // Just enough and just too little memory differ by one byte.
    const memory = plan({ kv: { memory_fraction: 1 } });
    const least = memory.weightBytes + memory.activationBytes + memory.slotBytes + memory.blockBytes;
    const fits = (bytes: number) => plan({ gpu: { ...GPUS.h100, memory: bytes }, kv: { memory_fraction: 1 } });
    expect(fits(least).kvBlocks).toBe(1);
    expect(() => fits(least - 1)).toThrow(/does not fit/);
  });

  it('refuses parallel layouts that cannot be laid out', () => {
    expect(() => plan({ expert: 2, tensor: 2 })).toThrow(/Llama-3.1-8B has no experts/);
    expect(() => plan({ base: 'kimi-k2', tensor: 8, pipeline: 2, expert: 16 })).toThrow(/expert must divide tensor/);
    expect(() => plan({ base: 'mixtral-8x7b', tensor: 16, expert: 16 })).toThrow(/does not divide the 8 experts/);
    expect(() => plan({ base: 'qwen3-0.6b', pipeline: 29 })).toThrow(/only 28 layers/);
  });
});

/**
 * KV tokens that vLLM 0.8.5 found at start-up on an H100 of 64 GB, by slots (max_loras) and largest rank: FerranAgulloLopez/
 * GPULLMAdapterOptimization @bae36e2, estimators/find_available_gpu_memory. The memory of the card is set once, so that 8 slots of
 * rank 16 leave what was found; everything else follows from the slots' own bytes.
 */
describe('KV tokens left by slots at the largest rank, against vLLM 0.8.5', () => {
  const LLAMA: [rank: number, slots: number, tokens: number][] = [
    [8, 8, 305104],
    [8, 64, 282640],
    [8, 192, 230976],
    [8, 384, 154240],
    [16, 16, 296000],
    [16, 64, 256640],
    [16, 128, 212032],
    [16, 224, 138272],
    [32, 8, 296352],
    [32, 32, 258176],
    [32, 96, 168064],
  ];
  const QWEN: [rank: number, slots: number, tokens: number][] = [
    [16, 128, 526992],
    [16, 256, 346768],
    [16, 384, 165664],
  ];
  const tokensOf = (base: string, memory: number, rank: number, slots: number) => {
    const llama = base === 'llama-3.1-8b';
    const plan = planMemory(
      scenario({
        base,
        gpu: { ...GPUS.h100, memory },
        ranks: [8],
        // Attention alone is adapted: the buffers are for every supported module all the same.
        modules: ['q', 'k', 'v', 'o'],
        // 256 rows of added vocabulary, for embedding, LM head and logits.
        adapter: { slot_overhead: llama ? 3 * 256 * 4096 * 2 : 0 },
        serving: { slots, slot_rank: rank, slot_modules: llama ? 'all' : 'linear' },
      }),
    );
    return plan.kvBlocks * 16;
  };
  const memoryFor = (base: string, tokens: number, bytesPerToken: number) => {
    const guess = 64e9;
    return guess + ((tokens - tokensOf(base, guess, 16, 8)) * bytesPerToken) / 0.9;
  };

  test.each([
    ['llama-3.1-8b', memoryFor('llama-3.1-8b', 302_000, 131_072), LLAMA],
    ['qwen2.5-7b', memoryFor('qwen2.5-7b', 694_848, 57_344), QWEN],
  ])('%s: within 2% of each', (base, memory, rows) => {
    for (const [rank, slots, tokens] of rows) {
      const planned = tokensOf(base, memory, rank, slots);
      expect(
        Math.abs(planned / tokens - 1),
        `${slots} slots of rank ${rank}: ${planned}, found ${tokens}`,
      ).toBeLessThan(0.02);
    }
  });
});
