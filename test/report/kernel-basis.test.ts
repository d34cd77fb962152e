import { expect, test } from 'vitest';
import { kernelBasis } from '../../src/report/kernel-basis.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const profile = {
  format: 'mint-bench-kernel-profile',
  version: 1,
  device: { name: 'Xeon, avx512', also: ['Some Xeon'], memory_bandwidth: 1e10, flops: 1e11 },
  kernel: 'cpu avx512 bf16',
  rank_rule: 'mean',
  operator_s: 1e-6,
  adapter_s: 0,
  bytes_per_s: 1e10,
  flops_per_s: 1e11,
  fit: { shapes: 26, held_out: 8, mape: 0.124 },
};
const scenario = (gpu: string, cost: object) =>
  ({ serving: { cost }, hardware: { gpu: { name: gpu } } }) as unknown as Scenario;

test('only a profile is a basis', () => {
  expect(kernelBasis(scenario('Some Xeon', { name: 'roofline', params: {} }))).toBeNull();
});

test('names device and held-out error, and says when it was carried to other hardware', () => {
  const cost = { name: 'profile', params: { data: profile } };
  const same = kernelBasis(scenario('some xeon', cost))!;
  expect([same.device, same.error]).toEqual(['Xeon, avx512', '±12% on 8 shapes held out']);
  expect(same.sentence).not.toContain('carried over');
  const other = kernelBasis(scenario('H100', cost))!;
  expect(other.device).toBe('Xeon, avx512, scaled');
  expect(other.sentence).toContain('carried over to H100 by bandwidth and compute: not measured there');
});
