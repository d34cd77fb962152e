import { describe, expect, it } from 'vitest';
import { conformanceTables, curveTables } from '../../src/cli/kernel-tables.ts';
import type { ProbeResult } from '../../src/real/backend.ts';
import { type CaseResult, inAll, summarise } from '../../src/real/conformance.ts';
import { isVague, type KernelRecord } from '../../src/real/results.ts';
import { PLAIN, textWidth } from '../../src/report/text-table.ts';

const result = (backend: string, group: string, dtype: CaseResult['dtype'], worstError: number): CaseResult => ({
  ...{ backend, group, name: group, dtype, checked: 10, untouched: 0, worstShare: worstError * 10, worstError },
  fault: worstError > 0.05 ? 'too far off' : null,
});
const rows = summarise([
  result('js', 'rank', 'fp32', 0.001),
  result('js', 'rank', 'bf16', 0.02),
  result('js', 'tokens', 'fp32', 0.002),
  result('cpu', 'rank', 'fp32', 0.06),
]);
const probe = (backend: string, usable: boolean): ProbeResult => ({
  ...{ backend, usable, device: `the ${backend} device`, variant: 'one thread', software: false, dtypes: ['fp32'] },
  steps: usable ? [] : [{ candidate: 'addon', outcome: 'missing', reason: 'no such file', remedy: 'build it' }],
});

describe('the conformance table', () => {
  it('sums a backend over its groups', () => {
    expect(inAll(rows.filter((row) => row.backend === 'js'))).toEqual({
      ...{ backend: 'js', group: 'in all', cases: 3, failed: 0, checked: 30, worstShare: 0.2, firstFault: null },
      worstError: { fp32: 0.002, bf16: 0.02 },
    });
    expect(inAll(rows.filter((row) => row.backend === 'cpu')).firstFault).toBe('rank, fp32: too far off');
  });

  it('has one part a backend with its device, or why it was not run', () => {
    const text = conformanceTables(rows, [probe('cuda', false), probe('cpu', true), probe('js', true)], {
      width: 80,
      style: (_style, text) => text,
    });
    const [cuda, cpu, js, legend] = text.split('\n\n');
    expect(cuda).toBe('cuda: not run (no such file)');
    expect(cpu).toMatch(/^cpu: the cpu device \(one thread\)\n(.*\n)*in all +1 +1 failed +10 +6\.0e-2 +– +– +0\.60$/);
    expect(js).toMatch(/^js: .*\n(.*\n)*in all +3 +ok +30 +2\.0e-3 +2\.0e-2 +– +0\.20$/);
    expect(legend).toContain('max(1, |float64|)');
  });
});

const record = (suite: string, model: string, x: number, half: number): KernelRecord =>
  ({
    ...{ suite, model, operator: 'expert_gate_up', x, bytes: 2 ** 20, roofline_fraction: 0.1, base_roofline_ns: 1e6 },
    ...{ flushed_ns_p50: 1e5, flushed_ns_p50_low: 1e5 - half, flushed_ns_p50_high: 1e5 + half },
  }) as KernelRecord;

describe('the tables of curves', () => {
  const records = [
    record('scale-up', 'Qwen3-30B-A3B', 3e10, 1e3),
    record('scale-out', 'Qwen3-30B-A3B', 2048, 1e3),
    record('scale-out', 'Qwen3-30B-A3B', 4096, Infinity),
  ];

  it('say in every line which point of which curve it is, within 80 columns', () => {
    const [up, out] = curveTables(records, PLAIN).split('\n\n');
    expect(up).toMatch(/^scale-up\n.*of base\n +Qwen3-30B-A3B expert_gate_up +100 µs +±1\.0% +1 MiB +10% +10%$/);
    expect(out.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 4))).toEqual([
      ['scale-out'],
      ['shape', 'adapters', 'cold p50', 'bytes'],
      ['Qwen3-30B-A3B', '2,048', '100 µs', '±1.0%'],
      ['Qwen3-30B-A3B', '4,096', '100 µs', '±?'],
      [''],
    ]);
    expect(Math.max(...curveTables(records, PLAIN).split('\n').map(textWidth))).toBeLessThanOrEqual(80);
  });

  it('come with a warning for medians that are known to no better than half', () => {
    expect(records.map(isVague)).toEqual([false, false, true]);
    expect(isVague(record('scale-up', '', 1, 4.9e4))).toBe(false);
    expect(isVague(record('scale-up', '', 1, 5e4))).toBe(true);
  });
});
