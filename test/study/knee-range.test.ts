import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/scenario/errors.ts';
import { parseQuantity, RATE } from '../../src/scenario/units.ts';
import { allValues, bytesOf, parseAxis, type Range, snap, spread, valueText } from '../../src/study/range.ts';

const range = (text: string) => parseAxis(text) as Range;

describe('an axis', () => {
  it.each([
    ['population.rate=10/s..1000/s', { path: 'population.rate', low: 10, high: 1000, unit: '/s', step: 0 }],
    ['population.users=1e4..1M', { path: 'population.users', low: 1e4, high: 1e6, unit: '', step: 1 }],
    ['hardware.replicas=8..64:8', { path: 'hardware.replicas', low: 8, high: 64, unit: '', step: 8 }],
    ['a=0.5..1.5', { path: 'a', low: 0.5, high: 1.5, unit: '', step: 0 }],
    ['a=5%..50%', { path: 'a', low: 5, high: 50, unit: '%', step: 0 }],
    ['a=64GiB..1TiB:64GiB', { path: 'a', low: 64, high: 1024, unit: 'GiB', step: 64 }],
    ['a=500ms..2s', { path: 'a', low: 500, high: 2000, unit: 'ms', step: 0 }],
  ])('%s', (text, expected) => {
    expect(parseAxis(text)).toEqual(expected);
  });

  it('may be a list, whose maps keep their commas', () => {
    expect(parseAxis('hardware.gpu=h100, {preset: h200, price_per_hour: 4}')).toEqual({
      path: 'hardware.gpu',
      values: ['h100', '{preset: h200, price_per_hour: 4}'],
    });
  });

  it.each(['rate', 'rate=', 'rate=10..', 'rate=10/s..5/s', 'rate=10/s..20GiB', 'rate=0..5', 'r=1..2..3', 'r=1..9:1:2'])(
    '%s is refused with the three forms or the reason',
    (text) => {
      expect(() => parseAxis(text)).toThrow(UserError);
    },
  );
});

describe('values', () => {
  it('never pass an end that has more digits than a value between', () => {
    expect(spread(range('capacity=256MiB..64GiB'), 6).at(-1)).toBe(65536);
    const odd = spread(range('capacity=123.456..987.654'), 6);
    expect([odd[0], odd.at(-1)]).toEqual([123.456, 987.654]);
  });

  it('take a unit in which bare bytes are short', () => {
    expect(range('serving.tiers.host.capacity=4294967296..68719476736')).toMatchObject({
      low: 4,
      high: 64,
      unit: 'GiB',
      step: 0,
    });
    expect(range('serving.tiers.host.capacity=1e9..5e10:5e8')).toMatchObject({
      low: 1000,
      high: 50_000,
      unit: 'MB',
      step: 500,
    });
    expect(range('serving.tiers.host.capacity=1000000007..2000000011')).toMatchObject({ low: 1000000007, unit: 'B' });
  });

  it('say how many bytes their unit is', () => {
    expect(bytesOf(range('capacity=256MiB..64GiB'))).toBe(2 ** 20);
    expect(bytesOf(range('serving.tiers.host.capacity=1e9..1e11'))).toBe(1e9);
    for (const other of ['population.rate=10/s..20/s', 'serving.slots=8..64', 'duration=20s..60s'])
      expect(bytesOf(range(other)), other).toBeNull();
  });

  it('are spread evenly in the logarithm, from end to end', () => {
    expect(spread(range('r=10/s..1000/s'), 5)).toEqual([10, 31.62, 100, 316.2, 1000]);
    expect(spread(range('slots=1..4'), 6)).toEqual([1, 2, 3, 4]);
  });

  it('stand on their step', () => {
    const replicas = range('hardware.replicas=10..60:8');
    expect([1, 13, 21, 59, 1e9].map((value) => snap(replicas, value))).toEqual([16, 16, 24, 56, 56]);
    expect(allValues(replicas)).toEqual([16, 24, 32, 40, 48, 56]);
  });

  it('are written so that they read back as the same number', () => {
    const rates = range('r=10/day..1000/day');
    for (const value of spread(rates, 7)) {
      const text = valueText(rates, value);
      expect(parseQuantity(text, RATE)).toBeCloseTo(value / 86_400, 12);
    }
    expect(valueText(range('r=1e-9s..1e-3s'), 2.5e-9)).toBe('0.0000000025s');
  });
});
