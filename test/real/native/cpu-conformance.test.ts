// Every vector unit of this machine, with both kernel paths forced, against the float64 reference.
import { describe, expect, test } from 'vitest';
import { cpuBackend } from '../../../src/real/backends/cpu.ts';
import type { KernelPath, NativeProbe } from '../../../src/real/backends/native-addon.ts';
import { conformanceCases, runCase } from '../../../src/real/conformance.ts';
import { KERNEL_DTYPES } from '../../../src/real/operator.ts';
import { nativeOrSkip } from './native-or-skip.ts';

const addon = nativeOrSkip('cpu');

describe.skipIf(addon === null)('cpu kernels against the reference', () => {
  const isas = addon === null ? [] : ((JSON.parse(addon.probe()) as NativeProbe).isas ?? []);
  const cases = conformanceCases('small', 'cpu');
  // The best unit as it would be used; every unit with each path forced. AMX adds a product to AVX-512's kernels, no mat-vec.
  const forced = isas.flatMap((isa) => (['matvec', 'gemm'] as const).map((path) => ({ isa, path })));
  const runs: { isa: string; path: KernelPath }[] = [
    { isa: isas[0], path: 'auto' },
    ...forced.filter(({ isa, path }) => isa !== 'amx' || path === 'gemm'),
  ];

  test.each(runs)('$isa, $path', { timeout: 180_000 }, async ({ isa, path }) => {
    const backend = cpuBackend({ isa, path, threads: 2 });
    const faults: string[] = [];
    let checked = 0;
    // Forced paths run one dtype a case, in turn.
    for (const [index, { group, spec }] of cases.entries()) {
      for (const [d, dtype] of KERNEL_DTYPES.entries()) {
        if (path !== 'auto' && (index + d + (path === 'gemm' ? 1 : 0)) % KERNEL_DTYPES.length !== 0) continue;
        const result = await runCase(backend, group, { ...spec, dtype });
        checked += result.checked;
        if (result.fault !== null) faults.push(`${spec.name}, ${dtype}: ${result.fault}`);
      }
    }
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(10_000);
  });
});
