import { describe, expect, it } from 'vitest';
import { conformanceTables } from '../../src/cli/kernel-tables.ts';
import type { ProbeResult } from '../../src/real/backend.ts';
import { type CaseResult, inAll, summarise } from '../../src/real/conformance.ts';

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
    const [cuda, cpu, js] = text.split('\n\n');
    expect(cuda).toBe('cuda: not run (no such file)');
    expect(cpu).toMatch(/^cpu: the cpu device \(one thread\)\n(.*\n)*in all +1 +1 failed +10 +6\.0e-2 +– +– +0\.60$/);
    expect(js).toMatch(/^js: .*\n(.*\n)*in all +3 +ok +30 +2\.0e-3 +2\.0e-2 +– +0\.20\n$/);
  });
});
