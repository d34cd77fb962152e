import { describe, expect, it } from 'vitest';
import { kernelProfileSchema } from '../../../src/scenario/kernel-profile.ts';
import { profile } from '../../../src/sim/cost/profile.ts';
import { roofline } from '../../../src/sim/cost/roofline.ts';
import { TICKS_PER_SECOND } from '../../../src/sim/cost/step-cost.ts';
import { scenario } from './scenario.ts';

const MEASURED = {
  format: 'mint-bench-kernel-profile',
  version: 1,
  device: { name: 'NVIDIA H100 80GB HBM3', also: ['NVIDIA H100 SXM'], memory_bandwidth: 3e12, flops: 7e14 },
  kernel: 'cuda',
  rank_rule: 'mean',
  operator_s: 5e-6,
  adapter_s: 1e-7,
  bytes_per_s: 2e12,
  flops_per_s: 4e14,
  fit: { shapes: 40, held_out: 10, mape: 0.05 },
};
const create = (gpu: string, params: object) => profile.create(profile.params.parse(params), scenario({ gpu }));
const batch = {
  tokens: 4,
  distinct: 4,
  distinctByClass: Int32Array.of(4),
  tokensByClass: Int32Array.of(4),
  maxRank: 16,
};

describe('a kernel profile', () => {
  it('replaces the LoRA part and nothing else', () => {
    const cost = create('h100', { data: MEASURED });
    const roof = roofline.create(roofline.params.parse({}), scenario());
    expect(cost.base).toEqual(roof.base);
    expect(cost.attendedTicks).toBe(roof.attendedTicks);
    // 128 operators; rank 16 is 80 MiB an adapter; a token moves 32·(4096+2·6144 + 3·4096 + 4096+2·28672 + 14336+2·4096) values.
    const bytes = 4 * 80 * 2 ** 20 + 4 * 2 * 32 * (4096 + 12288 + 12288 + 4096 + 57344 + 14336 + 8192);
    const seconds = 128 * (5e-6 + 4 * 1e-7) + bytes / 2e12;
    expect(cost.lora(batch, batch.tokens)).toBe(Math.round(seconds * TICKS_PER_SECOND));
  });

  it('is bound to its device unless it is scaled', () => {
    expect(() => create('a100-80', { data: MEASURED })).toThrow(
      /measured on NVIDIA H100 80GB HBM3, but hardware.gpu is NVIDIA A100/,
    );
    const scaled = create('a100-80', { data: MEASURED, scale: true }).lora(batch, batch.tokens);
    const bytes = 4 * 80 * 2 ** 20 + 4 * 2 * 32 * (4096 + 12288 + 12288 + 4096 + 57344 + 14336 + 8192);
    const seconds = 128 * (5e-6 + 4 * 1e-7) + bytes / (2e12 * (2.039 / 3));
    expect(scaled / TICKS_PER_SECOND).toBeCloseTo(seconds, 12);
    // Scaling a profile onto its own device changes nothing.
    expect(create('h100', { data: MEASURED, scale: true }).lora(batch, batch.tokens)).toBe(
      create('h100', { data: MEASURED }).lora(batch, batch.tokens),
    );
  });

  it('asks for a profile, and refuses a broken one', () => {
    expect(() => create('h100', {})).toThrow(/needs a profile/);
    expect(kernelProfileSchema.safeParse({ ...MEASURED, bytes_per_s: 0 }).success).toBe(false);
    expect(kernelProfileSchema.safeParse({ ...MEASURED, surprise: 1 }).success).toBe(false);
  });
});
