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
  const paths: KernelPath[] = ['auto', 'matvec', 'gemm'];

  test.each(isas.flatMap((isa) => paths.map((path) => ({ isa, path }))))('$isa, $path', async ({ isa, path }) => {
    const backend = cpuBackend({ isa, path, threads: 2 });
    const faults: string[] = [];
    let checked = 0;
    // The unit that this machine would take runs every case in every dtype; the others one dtype a case, in turn.
    for (const [index, { group, spec }] of cases.entries()) {
      for (const [d, dtype] of KERNEL_DTYPES.entries()) {
        const turn = (index + d + paths.indexOf(path)) % KERNEL_DTYPES.length === 0;
        if (!turn && !(isa === isas[0] && path === 'auto')) continue;
        const result = await runCase(backend, group, { ...spec, dtype });
        checked += result.checked;
        if (result.fault !== null) faults.push(`${spec.name}, ${dtype}: ${result.fault}`);
      }
    }
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(10_000);
  });
});
