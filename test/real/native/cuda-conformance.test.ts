// The CUDA kernels' own source, executed on the CPU, against the float64 reference. On a GPU: mint-bench kernel --backend cuda
// --self-test.
import { describe, expect, test } from 'vitest';
import { cudaBackend } from '../../../src/real/backends/cuda.ts';
import type { KernelPath } from '../../../src/real/backends/native-addon.ts';
import { conformanceCases, runCase } from '../../../src/real/conformance.ts';
import { KERNEL_DTYPES } from '../../../src/real/operator.ts';
import { nativeOrSkip } from './native-or-skip.ts';

const paths: KernelPath[] = ['auto', 'matvec', 'gemm'];
const cases = conformanceCases('small', 'cuda');

describe.skipIf(nativeOrSkip('cuda_emulated') === null)('CUDA kernels, emulated, against the reference', () => {
  test.each(paths)('%s', { timeout: 180_000 }, async (path) => {
    const backend = cudaBackend({ path, emulated: true });
    const faults: string[] = [];
    let checked = 0;
    for (const [index, { group, spec }] of cases.entries()) {
      for (const [d, dtype] of KERNEL_DTYPES.entries()) {
        if ((index + d + paths.indexOf(path)) % KERNEL_DTYPES.length !== 0) continue;
        const result = await runCase(backend, group, { ...spec, dtype });
        checked += result.checked;
        if (result.fault !== null) faults.push(`${spec.name}, ${dtype}: ${result.fault}`);
      }
    }
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(10_000);
  });
});
