/**
 * Measured step times: a·tokens + b for the base, and a multiplier for LoRA that grows with the distinct adapters.
 *
 * The form and the defaults are the fit of Agullo et al. (arXiv 2508.08343; FerranAgulloLopez/GPULLMAdapterOptimization
 * @bae36e2, digital_twin_dynamic/estimators) for Llama-3.1-8B on one H100 and a 2025 development build of vLLM V1: a decode
 * step of B requests takes 0.0438·B + 10.54 ms, times (200 + 1.93·A)% with A adapters. Attention over the cache is part of
 * the measured slope unless `attended_token` is set.
 */
import * as z from 'zod';
import { duration, number } from '../../scenario/units.ts';
import type { CostEntry } from './entry.ts';
import { LoraPart } from './lora.ts';
import { TICKS_PER_SECOND } from './step-cost.ts';
import { TabulatedStepCost, ticks } from './tabulated.ts';

const params = z.strictObject({
  step: duration().default(10.54e-3).describe('Seconds of a step at no tokens (b)'),
  token: duration().default(43.8e-6).describe('Seconds each token adds, up to max_batch tokens (a)'),
  prefill_token: duration()
    .default(43.8e-6)
    .describe('Seconds each token beyond max_batch adds: such a step holds prompt tokens'),
  attended_token: duration().default(0).describe('Seconds each KV token that a decoding request attends to adds'),
  attention_pair: duration().default(0).describe('Seconds each (query, key) pair of a prefill chunk adds'),
  lora_factor: number()
    .default(2)
    .describe('Multiplier of a step with adapters in it, at no adapters (1: LoRA is free)'),
  lora_factor_per_adapter: number().default(0.0193).describe('What each distinct adapter adds to the multiplier'),
});

export const coefficients: CostEntry<z.infer<typeof params>> = {
  summary: 'Measured coefficients: a·tokens + b, times a multiplier for LoRA',
  source: 'Agullo et al., arXiv 2508.08343',
  params,
  create(values, scenario) {
    const { max_batch, max_batch_tokens } = scenario.serving;
    const base = new Float64Array(max_batch_tokens + 1);
    for (let n = 1; n < base.length; n++) {
      const running = Math.min(n, max_batch);
      base[n] = ticks(values.step + running * values.token + (n - running) * values.prefill_token);
    }
    const pair = values.attention_pair * TICKS_PER_SECOND;
    return new TabulatedStepCost({
      base,
      collective: new Float64Array(base.length),
      launch: new Float64Array(base.length),
      attendedTicks: ticks(values.attended_token),
      windowedTicks: 0,
      window: Number.POSITIVE_INFINITY,
      full: { pair, read: 0, expand: 0 },
      windowed: { pair: 0, read: 0, expand: 0 },
      lora: new LoraPart(scenario, {
        rule: 'padded',
        constant: 0,
        factor: values.lora_factor - 1,
        factorPerAdapter: values.lora_factor_per_adapter,
        operator: 0,
        adapter: 0,
        bytesPerSecond: Number.POSITIVE_INFINITY,
        flopsPerSecond: Number.POSITIVE_INFINITY,
      }),
    });
  },
};
