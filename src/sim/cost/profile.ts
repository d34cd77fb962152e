/**
 * A kernel profile measured on a device (scenario/kernel-profile.ts) for the LoRA part, the roofline for the rest.
 *
 * A profile is bound to the device it was measured on. `scale: true` carries it to another one by the ratio of the memory
 * bandwidths (bytes) and of the compute rates (FLOPs); what each launch and each adapter costs stays as measured.
 */
import * as z from 'zod';
import { UserError } from '../../scenario/errors.ts';
import { type KernelProfile, kernelProfileSchema } from '../../scenario/kernel-profile.ts';
import type { Gpu } from '../../scenario/scenario.ts';
import { baseParams } from './base-params.ts';
import { peakFlops } from './device.ts';
import type { CostEntry } from './entry.ts';
import { LoraPart } from './lora.ts';
import { rooflineWith } from './roofline.ts';

const params = z.strictObject({
  ...baseParams,
  file: z.string().default('').describe('Profile that calibrate wrote, relative to the scenario'),
  data: kernelProfileSchema.nullable().default(null).describe('Contents of the profile; filled in from file'),
  scale: z.boolean().default(false).describe('Use a profile of another device, scaled by bandwidth and compute'),
});

function measuredOn(profile: KernelProfile, gpu: Gpu): boolean {
  const wanted = gpu.name.toLowerCase();
  return [profile.device.name, ...profile.device.also].some((name) => name.toLowerCase() === wanted);
}

export const profile: CostEntry<z.infer<typeof params>> = {
  summary: 'LoRA as measured by `mint-bench kernel` and `calibrate` on a device, the rest by roofline',
  source: 'own',
  params,
  create(values, scenario) {
    const measured = values.data;
    const { gpu } = scenario.hardware;
    if (measured === null) {
      throw new UserError(
        'serving.cost: the cost model profile needs a profile; name one with file: (mint-bench calibrate writes it).',
      );
    }
    const same = measuredOn(measured, gpu);
    if (!same && !values.scale) {
      throw new UserError(
        `serving.cost: the profile was measured on ${measured.device.name}, but hardware.gpu is ${gpu.name}. ` +
          'Measure on this GPU, change hardware.gpu, or set serving.cost.scale: true to carry it over by bandwidth and compute.',
      );
    }
    const bandwidth = same ? 1 : gpu.memory_bandwidth / measured.device.memory_bandwidth;
    const compute = same ? 1 : (peakFlops(gpu, 'bf16') * values.flops_efficiency) / measured.device.flops;
    const lora = new LoraPart(scenario, {
      rule: measured.rank_rule,
      constant: 0,
      factor: 0,
      factorPerAdapter: 0,
      operator: measured.operator_s,
      adapter: measured.adapter_s,
      bytesPerSecond: measured.bytes_per_s * bandwidth,
      flopsPerSecond: measured.flops_per_s * compute,
    });
    return rooflineWith(values, scenario, lora);
  },
};
