import { describe, expect, it } from 'vitest';
import {
  adapterFootprint,
  adapterModules,
  adapterShape,
  kvBytesPerToken,
  linears,
  modelBytes,
  parameterCounts,
  rankClasses,
} from '../../src/scenario/geometry.ts';
import { MODELS } from '../../src/scenario/presets/models.ts';
import type { AdapterModule, Scenario } from '../../src/scenario/scenario.ts';

const ALL_LINEAR: AdapterModule[] = ['q', 'k', 'v', 'o', 'gate', 'up', 'down', 'experts', 'shared_experts'];

/** Total and active parameters in 10^9 that the model cards state (active where the card states one with embeddings). */
const PUBLISHED: Record<string, [total: number, active?: number]> = {
  'qwen3-0.6b': [0.6],
  'qwen3-1.7b': [1.72],
  'qwen3-4b': [4.02],
  'qwen3-8b': [8.19],
  'qwen3-32b': [32.76],
  'qwen3-30b-a3b': [30.5, 3.3],
  'qwen3-235b-a22b': [235, 22],
  'qwen2.5-7b': [7.61],
  'llama-2-7b': [6.74],
  'llama-2-13b': [13.02],
  'llama-2-70b': [68.98],
  'llama-3.1-8b': [8.03],
  'llama-3.1-70b': [70.55],
  'llama-3.1-405b': [405.85],
  'mistral-7b': [7.24],
  'mixtral-8x7b': [46.7, 12.9],
  'gpt-oss-20b': [20.9],
  'gpt-oss-120b': [116.8],
  'minimax-m2.5': [229],
  'moonlight-16b-a3b': [15.96],
  'deepseek-v3': [671, 37],
  'glm-5': [744],
  'kimi-k2': [1026, 32.6],
};

describe('parameter counts', () => {
  it.each(Object.keys(MODELS))('%s has its published number of parameters', (key) => {
    const [total, active] = PUBLISHED[key];
    const counts = parameterCounts(MODELS[key]);
    expect(Math.abs(counts.total / 1e9 / total - 1)).toBeLessThan(0.02);
    if (active !== undefined) expect(Math.abs(counts.active / 1e9 / active - 1)).toBeLessThan(0.025);
  });

  it('splits into layers and embeddings without remainder', () => {
    for (const model of Object.values(MODELS)) {
      const counts = parameterCounts(model);
      const sparse = model.moe === null ? 0 : model.layers - model.moe.dense_first;
      const layers = (model.layers - sparse) * counts.perDenseLayer + sparse * counts.perMoeLayer;
      expect(layers + counts.embedding, model.name).toBe(counts.total);
    }
  });

  it('counts a small dense model by hand', () => {
    // 2 layers of 8 wide, 2 heads of 4, 1 KV head, MLP 16, vocabulary 10, untied.
    const base = {
      ...MODELS['llama-2-7b'],
      hidden: 8,
      layers: 2,
      heads: 2,
      kv_heads: 1,
      head_dim: 4,
      mlp: 16,
      vocab: 10,
      tied: false,
    };
    const layer = 8 * 8 + 2 * (8 * 4) + 8 * 8 + 3 * 8 * 16;
    expect(parameterCounts(base)).toEqual({
      total: 2 * layer + 2 * 80,
      active: 2 * layer + 2 * 80,
      perDenseLayer: layer,
      perMoeLayer: 0,
      embedding: 160,
    });
    expect(modelBytes(base)).toBe(2 * (2 * layer + 160));
    expect(kvBytesPerToken(base)).toBe(2 * 2 * 4 * 2);
    // Two ranks for one KV head: K and V weights and their cache are held twice, all else is split.
    expect(modelBytes(base, 2)).toBe(2 * (2 * (layer + 2 * 8 * 4) + 160));
    expect(kvBytesPerToken(base, 2)).toBe(2 * kvBytesPerToken(base));
  });
});

describe('bytes of checkpoints and caches', () => {
  it('agrees with the published checkpoint sizes', () => {
    // gpt-oss model card: 12.8 and 60.8 GiB; MinT v2 Table 3: merged Qwen3-4B 8.061 GB, Qwen3-30B 61.084 GB.
    expect(modelBytes(MODELS['gpt-oss-20b']) / 2 ** 30).toBeCloseTo(12.8, 1);
    expect(modelBytes(MODELS['gpt-oss-120b']) / 2 ** 30).toBeCloseTo(60.8, 0);
    expect(Math.abs(modelBytes(MODELS['qwen3-30b-a3b']) / 61.084e9 - 1)).toBeLessThan(0.001);
    expect(Math.abs(modelBytes(MODELS['qwen3-4b']) / 8.061e9 - 1)).toBeLessThan(0.005);
  });

  it('keeps K and V of every KV head, and only the latent under MLA', () => {
    expect(kvBytesPerToken(MODELS['llama-3.1-8b'])).toBe(131_072);
    expect(kvBytesPerToken(MODELS['qwen2.5-7b'])).toBe(57_344);
    // DeepSeek-V3: (512 + 64) values of 2 bytes in 61 layers; each tensor-parallel rank holds all of it.
    expect(kvBytesPerToken(MODELS['deepseek-v3'])).toBe(70_272);
    expect(kvBytesPerToken(MODELS['deepseek-v3'], 8)).toBe(8 * 70_272);
    expect(kvBytesPerToken(MODELS['llama-3.1-8b'], 8)).toBe(131_072);
  });
});

describe('adapters', () => {
  const scenario = (key: string, adapter: Partial<Scenario['adapter']> = {}) =>
    ({
      base: MODELS[key],
      adapter: {
        rank: { ranks: [{ rank: 1, share: 1 }], assign: 'hash' },
        modules: ALL_LINEAR,
        dtype: 'bf16',
        layout: 'padded-slots',
        packed: false,
        host_expansion: 1,
        ...adapter,
      },
    }) as unknown as Scenario;

  it('weighs what MinT measured, to the byte of its declared tensors', () => {
    // arXiv 2605.13779v2: Qwen3-4B rank 32 in FP32, 264,310,274 B with its file header; 504 tensors.
    const dense = adapterFootprint(scenario('qwen3-4b', { dtype: 'fp32' }), 32);
    expect(dense).toEqual({
      rank: 32,
      parameters: 32 * 2_064_384,
      diskBytes: 264_241_152,
      hostBytes: 264_241_152,
      gpuBytes: 132_120_576,
      objects: 504,
    });
    expect(adapterFootprint(scenario('qwen3-4b', { dtype: 'fp32' }), 1).diskBytes).toBe(7.875 * 2 ** 20);
    // Qwen3-30B-A3B rank 1 in BF16: 105.48 MB, 37,248 tensors, 672 packed.
    const sparse = adapterFootprint(scenario('qwen3-30b-a3b'), 1);
    expect(sparse.parameters).toBe(52_740_096);
    expect(sparse.diskBytes).toBe(105_480_192);
    expect(sparse.objects).toBe(37_248);
    expect(adapterFootprint(scenario('qwen3-30b-a3b', { packed: true }), 1).objects).toBe(672);
    expect(adapterShape(MODELS['qwen3-30b-a3b'], ['experts']).packedTensors).toBe(288);
  });

  it('counts expert LoRA of trillion-parameter bases', () => {
    const kimi = adapterFootprint({ ...scenario('kimi-k2', { modules: ['experts'] }) }, 1);
    expect(kimi.parameters).toBe(60 * 384 * 3 * (7_168 + 2_048));
    expect(kimi.diskBytes / 1e9).toBeCloseTo(1.27, 2);
  });

  it('matches the sizes other systems report', () => {
    // Chameleon: rank 32 on q, k, v, o is 64 MB on Llama-7B. Per-slot memory of vLLM: 80.0 and 77.0 MiB at rank 16, all linear.
    const mib = (key: string, modules: AdapterModule[], rank: number) =>
      adapterFootprint(scenario(key, { modules }), rank).diskBytes / 2 ** 20;
    expect(mib('llama-2-7b', ['q', 'k', 'v', 'o'], 32)).toBe(64);
    expect(mib('llama-3.1-8b', ALL_LINEAR, 16)).toBe(80);
    expect(mib('qwen2.5-7b', ALL_LINEAR, 16)).toBe(77);
  });

  it('knows which modules an architecture has', () => {
    expect(adapterModules(MODELS['llama-3.1-8b'])).toEqual([
      'q',
      'k',
      'v',
      'o',
      'gate',
      'up',
      'down',
      'embed',
      'lm_head',
    ]);
    expect(adapterModules(MODELS['kimi-k2'])).toEqual([
      'q_a',
      'q_b',
      'kv_a',
      'kv_b',
      'o',
      'gate',
      'up',
      'down',
      'router',
      'shared_experts',
      'experts',
      'embed',
      'lm_head',
    ]);
    expect(() => adapterShape(MODELS['llama-3.1-8b'], ['experts'])).toThrow(
      /Llama-3.1-8B has none of experts.*Choose from q, k/,
    );
  });

  it('fuses operators the way engines launch them', () => {
    const llama = adapterShape(MODELS['llama-3.1-8b'], ALL_LINEAR);
    expect(llama.operators).toBe(4 * 32);
    expect(llama.activationsPerToken).toBe(
      32 * (4096 + 2 * 6144 + 4096 + 2 * 4096 + 4096 + 2 * 28672 + 14336 + 2 * 4096),
    );
    expect(linears(MODELS['mixtral-8x7b']).some((linear) => linear.module === 'gate')).toBe(false);
  });

  it('lists the distinct ranks in use', () => {
    const mixed = scenario('qwen3-4b');
    mixed.population = {
      cohorts: [
        { rank: null },
        {
          rank: {
            ranks: [
              { rank: 64, share: 0.4 },
              { rank: 8, share: 0.5 },
              { rank: 4, share: 0.1 },
            ],
            assign: 'hash',
          },
        },
      ],
    } as Scenario['population'];
    expect(rankClasses(mixed)).toEqual([1, 4, 8, 64]);
  });
});
