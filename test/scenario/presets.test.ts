import { describe, expect, it } from 'vitest';
import { GPUS } from '../../src/scenario/presets/gpus.ts';
import { MODELS } from '../../src/scenario/presets/models.ts';

describe('presets', () => {
  it('have keys a person can type and sources a person can check', () => {
    for (const [key, preset] of [...Object.entries(MODELS), ...Object.entries(GPUS)]) {
      expect(key).toMatch(/^[a-z0-9][a-z0-9.-]*$/);
      expect(preset.source.length, key).toBeGreaterThan(10);
    }
  });

  it('are consistent in themselves', () => {
    for (const [key, model] of Object.entries(MODELS)) {
      expect(model.heads % model.kv_heads, key).toBe(0);
      expect(model.mlp > 0 || (model.moe !== null && model.moe.dense_first === 0), key).toBe(true);
      expect(model.window === null || model.window.layers <= model.layers, key).toBe(true);
      if (model.mla !== null) expect(model.head_dim, key).toBe(model.mla.nope_dim + model.mla.rope_dim);
    }
    for (const [key, gpu] of Object.entries(GPUS)) {
      const rates = [gpu.flops.fp32, gpu.flops.bf16, gpu.flops.fp8, gpu.flops.fp4].filter((rate) => rate !== undefined);
      expect(rates, key).toEqual([...rates].sort((a, b) => a - b));
      // The roofline's ridge of any of these devices lies between 20 and 1,000 FLOP a byte: catches a slipped unit.
      const ridge = gpu.flops.bf16! / gpu.memory_bandwidth;
      expect(ridge, key).toBeGreaterThan(20);
      expect(ridge, key).toBeLessThan(1000);
      expect(gpu.memory / 2 ** 30, key).toBeGreaterThan(20);
    }
  });

  it('cover the sizes and families that studies ask for', () => {
    for (const key of [
      'qwen3-0.6b',
      'qwen3-4b',
      'qwen3-8b',
      'qwen3-30b-a3b',
      'qwen3-235b-a22b',
      'llama-3.1-8b',
      'llama-3.1-70b',
      'llama-2-7b',
      'llama-2-13b',
      'kimi-k2',
      'deepseek-v3',
      'glm-5',
    ])
      expect(MODELS).toHaveProperty([key]);
    for (const key of ['a10g', 'a100-40', 'a100-80', 'h100', 'h200', 'b200', 'rtx-4090', 'cpu-xeon-8480'])
      expect(GPUS).toHaveProperty([key]);
  });
});
