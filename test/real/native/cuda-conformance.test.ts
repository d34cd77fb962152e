// The CUDA kernels' own source, executed on the CPU, against the float64 reference. On a GPU: mint-bench kernel --backend cuda
// --self-test.
import { describe, expect, test } from 'vitest';
import { cudaBackend } from '../../../src/real/backends/cuda.ts';
import type { KernelPath } from '../../../src/real/backends/native-addon.ts';
import { conformanceCases, runCase } from '../../../src/real/conformance.ts';
import { store } from '../../../src/real/dtype.ts';
import { KERNEL_DTYPES, type Storage } from '../../../src/real/operator.ts';
import { compareWithReference } from '../../../src/real/reference.ts';
import { buildProblem, problemSpec } from '../../../src/real/spec.ts';
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

  test('fp16 decode takes shrunk values beyond the largest fp16', async () => {
    const dtype = 'fp16';
    const spec = problemSpec({ name: 'large', inDim: 96, sliceDims: [80], tokens: 8, ranks: [8, 16, 24], dtype });
    const problem = buildProblem(spec);
    const fill = (to: Storage, value: number) =>
      store(dtype, new Float64Array(to.length).fill(value), to.length, to, 0);
    fill(problem.x, 200);
    for (const a of problem.a) fill(a, 4);
    for (const b of problem.b) fill(b, 2 ** -12);
    const session = await cudaBackend({ emulated: true }).create(problem);
    await session.run({ iterations: 1, launches: 1, cache: 'warm' });
    const result = await session.read();
    await session.release();
    // 96 · 200 · 4 = 76,800.
    expect(compareWithReference(problem, result)).toMatchObject({ fault: null, checked: 8 * 80 });
  });
});
