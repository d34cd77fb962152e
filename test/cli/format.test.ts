/** Rates and sizes as tables show them. */
import { describe, expect, it } from 'vitest';
import { formatFlops } from '../../src/cli/format.ts';

describe('FLOP/s', () => {
  it.each([
    [3.5e15, 'PFLOP/s'],
    [9.9e14, 'TFLOP/s'],
    [4e11, 'GFLOP/s'],
    [2.5e8, 'MFLOP/s'],
    [4.2e4, 'kFLOP/s'],
    [12, 'FLOP/s'],
  ])('%d is shown in the unit that leaves one to three digits before the point (%s)', (rate, unit) => {
    const [number, shown] = formatFlops(rate).split(' ');
    expect(shown).toBe(unit);
    expect(Number(number)).toBeGreaterThanOrEqual(1);
    expect(Number(number)).toBeLessThan(1000);
  });
});
