// What ptxas said about each kernel when the addon was built: spilled registers would be memory traffic that the roofline does
// not count, and more than 168 registers or 48 KiB of static shared memory would leave fewer than three blocks on a
// multiprocessor (65,536 registers on sm_80 and sm_90), too few loads in flight for a memory-bound kernel.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nativeBuildFolder } from '../../../src/real/backends/native-loader.ts';
import { nativeOrSkip } from './native-or-skip.ts';

interface KernelResources {
  kernel: string;
  architecture: string;
  registers: number;
  spill_bytes: number;
  static_shared_bytes: number;
}

nativeOrSkip('cuda_emulated');
const file = join(nativeBuildFolder(), 'cuda-kernels.json');
const compiled = existsSync(join(nativeBuildFolder(), 'mint_native_cuda.node')) && existsSync(file);
if (!compiled) console.warn('SKIPPED CUDA register table: no nvcc on PATH, so the kernels were not compiled for a GPU');

const OPERATOR = ['shrinkDecode', 'expandDecode', 'shrinkPrefill', 'expandPrefill', 'sumSplits'];

describe.skipIf(!compiled)('CUDA kernels as compiled', () => {
  const table = compiled ? (JSON.parse(readFileSync(file, 'utf8')) as KernelResources[]) : [];

  test('every kernel of the operator was compiled for sm_80 and sm_90a in its types', () => {
    for (const kernel of OPERATOR) {
      const types = kernel.endsWith('Decode') ? ['bf16', 'fp16', 'fp32'] : ['bf16', 'fp16'];
      for (const type of types) {
        const rows = table.filter((row) => row.kernel === `${kernel} ${type}`);
        expect(rows.map((row) => row.architecture).sort(), `${kernel} ${type}`).toEqual(['sm_80', 'sm_90a']);
      }
    }
  });

  test('no kernel spills a register', () => {
    expect(table.filter((row) => row.spill_bytes > 0)).toEqual([]);
  });

  test('three blocks of each operator kernel fit a multiprocessor', () => {
    const operator = table.filter((row) => OPERATOR.includes(row.kernel.split(' ')[0]));
    expect(operator.filter((row) => row.registers > 168 || row.static_shared_bytes > 48 * 1024)).toEqual([]);
  });
});
