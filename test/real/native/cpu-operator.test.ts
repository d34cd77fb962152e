// Properties of the cpu addon beyond the shared conformance cases: large pools, thread counts, refused batches, what a launch touches.
import { describe, expect, test } from 'vitest';
import { cpuBackend } from '../../../src/real/backends/cpu.ts';
import type { NativeAddon, NativeBatch } from '../../../src/real/backends/native-addon.ts';
import { rawBits } from '../../../src/real/dtype.ts';
import type { Problem, Storage } from '../../../src/real/operator.ts';
import { compareWithReference } from '../../../src/real/reference.ts';
import { buildProblem, problemSpec } from '../../../src/real/spec.ts';
import { nativeOrSkip } from './native-or-skip.ts';

async function launchOnce(problem: Problem, options: Parameters<typeof cpuBackend>[0]): Promise<Storage> {
  const session = await cpuBackend(options).create(problem);
  await session.run({ iterations: 1, launches: 1, cache: 'warm' });
  const y = await session.read();
  await session.release();
  return y;
}

const addon = nativeOrSkip('cpu') as NativeAddon;

describe.skipIf(addon === null)('cpu addon', () => {
  test('2,048 adapters of mixed rank in one launch', async () => {
    const spec = problemSpec({
      name: '2,048 adapters',
      inDim: 96,
      sliceDims: [64, 32],
      tokens: 2048,
      adapters: 2048,
      ranks: [1, 8, 2, 16, 4],
      dtype: 'bf16',
    });
    const problem = buildProblem(spec);
    const comparison = compareWithReference(problem, await launchOnce(problem, {}));
    expect(comparison.fault).toBeNull();
    expect(comparison.checked).toBe(2048 * 96);
  });

  // The work list depends on the number of threads; sums must not.
  test.each(['matvec', 'gemm'] as const)('%s gives the same bits on 1, 2 and 5 threads', async (path) => {
    const spec = problemSpec({
      name: 'threads',
      inDim: 1000,
      sliceDims: [333, 512],
      tokens: 300,
      sequences: 3,
      adapters: 3,
      ranks: [16, 7, 64],
    });
    const problem = buildProblem({ ...spec, dtype: 'fp32' });
    const [one, two, five] = await Promise.all([1, 2, 5].map((threads) => launchOnce(problem, { threads, path })));
    const differing = (bits: Storage): number => rawBits(bits).findIndex((word, i) => word !== rawBits(one)[i]);
    expect([differing(two), differing(five)]).toEqual([-1, -1]);
  });

  test('each launch adds once, timed or not', async () => {
    const spec = problemSpec({ name: 'count', inDim: 4, sliceDims: [3], tokens: 1, ranks: [2] });
    const problem = buildProblem(spec);
    problem.x.fill(1);
    problem.a[0].fill(1);
    problem.b[0].fill(1);
    problem.segScale[0] = 1;
    problem.y.fill(0);
    const session = await cpuBackend({}).create(problem);
    await session.run({ iterations: 3, launches: 5, cache: 'warm' });
    await session.run({ iterations: 2, launches: 1, cache: 'flushed' });
    expect([...(await session.read())]).toEqual([17 * 8, 17 * 8, 17 * 8]);
    await session.release();
  });

  test('infinities and NaN of one adapter stay with its own rows', async () => {
    const spec = problemSpec({
      name: 'poisoned adapter',
      inDim: 64,
      sliceDims: [48],
      tokens: 40,
      adapters: 8,
      ranks: [5, 16],
    });
    for (const path of ['matvec', 'gemm'] as const) {
      const problem = buildProblem(spec);
      const clean = await launchOnce(problem, { path });
      const [start, rank] = [problem.segRankStart[3], problem.segRank[3]];
      problem.a[0].fill(Number.NaN, start * 64, (start + rank) * 64);
      problem.b[0].fill(Number.POSITIVE_INFINITY, start * 48, (start + rank) * 48);
      const poisoned = await launchOnce(problem, { path });
      const own = new Set(problem.outRows.subarray(problem.segStart[3], problem.segStart[4]));
      for (let row = 0; row < 40; row++) {
        const bits = rawBits(poisoned).subarray(row * 48, (row + 1) * 48);
        if (own.has(row)) expect(poisoned.subarray(row * 48, (row + 1) * 48).every(Number.isNaN)).toBe(true);
        else expect(bits).toEqual(rawBits(clean).subarray(row * 48, (row + 1) * 48));
      }
    }
  });

  const batch = (change: Partial<NativeBatch>): NativeBatch => ({
    xRows: 2,
    yRows: 2,
    segStart: Int32Array.of(0, 2),
    segRankStart: Int32Array.of(0),
    segRank: Int32Array.of(2),
    segScale: Float32Array.of(1),
    rows: Int32Array.of(0, 1),
    outRows: Int32Array.of(0, 1),
    rowScale: Float32Array.of(1, 1),
    ...change,
  });
  test.each([
    ['two pairs of one y row', { outRows: Int32Array.of(1, 1) }, /two pairs write row 1/],
    ['an x row that is not there', { rows: Int32Array.of(0, 2) }, /reads a row outside x/],
    ['a y row that is not there', { outRows: Int32Array.of(0, -1) }, /writes a row outside y/],
    ['rank 0', { segRank: Int32Array.of(0) }, /rank 0 is outside 1 to 256/],
    ['weights past the arena', { segRankStart: Int32Array.of(3) }, /lies outside the arena/],
    ['segments that fall', { segStart: Int32Array.of(0, 3) }, /segStart must rise/],
    ['a plain array', { rows: [0, 1] as unknown as Int32Array }, /rows must be an Int32Array/],
  ])('refuses %s', (_, change, message) => {
    const device = addon.open({ threads: 1 });
    const shape = { dtype: 'fp32', inDim: 4, sliceDims: Int32Array.of(3), totalRank: 4 } as const;
    const weights = addon.createWeights(device, shape);
    expect(() => addon.createLaunch(weights, batch({}), { accumulate: true })).not.toThrow();
    expect(() => addon.createLaunch(weights, batch(change), { accumulate: true })).toThrow(message);
  });

  test('a released handle, a handle of another kind and an unknown vector unit are errors', () => {
    const device = addon.open({ threads: 1 });
    const shape = { dtype: 'bf16', inDim: 4, sliceDims: Int32Array.of(3), totalRank: 4 } as const;
    const weights = addon.createWeights(device, shape);
    expect(() => addon.run(weights as never)).toThrow(/must be a launch/);
    expect(() => addon.uploadWeights(weights, 0, 'a', 0, new Float32Array(4))).toThrow(/must be a Uint16Array/);
    expect(() => addon.uploadWeights(weights, 0, 'a', 4, new Uint16Array(4))).toThrow(/outside the arena/);
    addon.release(weights);
    expect(() => addon.fillWeights(weights, 1)).toThrow(/was released/);
    expect(() => addon.open({ isa: 'mmx' })).toThrow(/vector unit 'mmx' is not on this machine; it has .*scalar/);
  });
});
