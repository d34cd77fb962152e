/**
 * What of a run rests on a kernel profile: the LoRA part of every step, and with it each latency, rate and cost. Whoever reads
 * a number must see on which device it was measured, how well the fit holds, and whether it was carried to other hardware.
 */
import { type KernelProfile, kernelProfileSchema } from '../scenario/kernel-profile.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { percent } from './format.ts';

export interface KernelBasis {
  /** Name of the device, ", scaled" where the scenario's hardware is another. */
  readonly device: string;
  /** Error of the fit, in a few words. */
  readonly error: string;
  /** For the assumptions of a report. */
  readonly sentence: string;
}

/** null where no profile prices the run. */
export function kernelBasis({ serving, hardware }: Scenario): KernelBasis | null {
  if (serving.cost.name !== 'profile') return null;
  const read = kernelProfileSchema.safeParse(serving.cost.params.data);
  if (!read.success) return null;
  const profile: KernelProfile = read.data;
  const { device, fit, kernel } = profile;
  const names = [device.name, ...device.also].map((name) => name.toLowerCase());
  const scaled = !names.includes(hardware.gpu.name.toLowerCase());
  const error =
    fit.held_out > 0
      ? `±${percent(fit.mape, 2)} on ${fit.held_out} shapes held out`
      : `±${percent(fit.mape, 2)} on the fitted shapes, none held out`;
  const carried = scaled ? `, carried over to ${hardware.gpu.name} by bandwidth and compute: not measured there` : '';
  return {
    device: scaled ? `${device.name}, scaled` : device.name,
    error,
    sentence:
      `The LoRA part of every step, and so each latency, rate and cost, rests on a kernel profile of ${device.name} ` +
      `(${kernel}; ${error})${carried}. The rest of a step is a roofline.`,
  };
}
