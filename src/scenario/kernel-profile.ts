/**
 * A kernel profile: what one device's multi-LoRA kernel costs, fitted to measurements. `calibrate` writes it, the cost model
 * `profile` reads it. The seam between the measured and the simulated half: both import this file, neither the other.
 *
 * One fused operator (shrink and expand of one layer's projection) over a batch takes
 *
 *   operator_s + adapter_s·(distinct adapters) + max(bytes / bytes_per_s, FLOPs / flops_per_s)
 *
 * with bytes and FLOPs counted by the rank rule. Seconds, bytes/s and FLOP/s of one device.
 */
import * as z from 'zod';

const positive = z.number().positive();

export const kernelProfileSchema = z.strictObject({
  format: z.literal('mint-bench-kernel-profile'),
  version: z.literal(1),
  device: z.strictObject({
    name: z.string().min(1).describe('As the driver reports it'),
    also: z.array(z.string()).default([]).describe('Names of GPU presets that are this device'),
    memory_bandwidth: positive.describe('Bytes/s, measured in the same run'),
    flops: positive.describe('FLOP/s of a dense product in the kernel dtype, measured in the same run'),
  }),
  kernel: z.string().min(1).describe('Backend and kernel, for instance cuda bgmv'),
  rank_rule: z.enum(['padded', 'max', 'mean', 'paged']),
  operator_s: z.number().min(0),
  adapter_s: z.number().min(0),
  bytes_per_s: positive,
  flops_per_s: positive,
  fit: z.strictObject({
    shapes: z.number().int().min(1).describe('Shapes the coefficients were fitted to'),
    held_out: z.number().int().min(0).describe('Shapes kept for the error'),
    mape: z.number().min(0).describe('Mean absolute error on the held-out shapes, as a fraction'),
  }),
});
export type KernelProfile = z.infer<typeof kernelProfileSchema>;
