import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  BANDWIDTH,
  BYTE_COUNT,
  bytes,
  COUNT_OF,
  count,
  DURATION,
  duration,
  FRACTION,
  fraction,
  number,
  parseQuantity,
  positive,
  RATE,
  rate,
} from '../../src/scenario/units.ts';

describe('text with a unit becomes the number in the base unit', () => {
  test.each([
    [DURATION, '24h', 86_400],
    [DURATION, '50ms', 0.05],
    [DURATION, '7 days', 604_800],
    [DURATION, '1h30m', 5_400],
    [DURATION, '1h 30m', 5_400],
    [DURATION, '250µs', 0.00025],
    [DURATION, '1_000 s', 1_000],
    [BYTE_COUNT, '80GiB', 85_899_345_920],
    [BYTE_COUNT, '1.5TB', 1.5e12],
    [RATE, '10/day', 10 / 86_400],
    [RATE, '0.05/s', 0.05],
    [RATE, '3k/s', 3_000],
    [BANDWIDTH, '12.5GB/s', 12.5e9],
    [BANDWIDTH, '100Gbit/s', 12.5e9],
    [BANDWIDTH, '100Gbps', 12.5e9],
    [FRACTION, '7%', 0.07],
    [COUNT_OF, '1_000_000', 1e6],
    [COUNT_OF, '1e6', 1e6],
    [COUNT_OF, '1M', 1e6],
  ])('%# %s', (kind, text, value) => {
    expect(parseQuantity(text, kind)).toBe(value);
  });

  test('every whole percentage is the double nearest to n/100', () => {
    for (let n = 0; n <= 100; n++) expect(parseQuantity(`${n}%`, FRACTION)).toBe(n / 100);
  });
});

describe('what cannot be meant is refused with the reason', () => {
  test.each([
    ['has the unit "GiB"', '80GiB', duration()],
    ['has the unit "M"', '5 M', duration()],
    ['number without a unit', '1h30', duration()],
    ['out of range', '-3s', duration()],
    ['too large', '1e400s', duration()],
    ['empty', '', duration()],
    ['cannot be read', 'soon', duration()],
    ['infinite', Infinity, duration()],
    ['not a number', Number.NaN, duration()],
    ['not a number', true, duration()],
    ['not a number', null, duration()],
    ['has the unit "G"', '16 G', bytes()],
    ['has the unit "per"', '5 per day', rate()],
    ['has the unit "%"', '5%', rate()],
    ['write 5% for 5 percent', 5, fraction()],
    ['out of range', '150%', fraction()],
    ['not a whole number', 1.5, count()],
    ['too large to be counted', 2 ** 60, count()],
    ['at least 1', 0, count({ min: 1 })],
    ['above 0', 0, positive()],
    ['cannot be read', '1_000 2', number()],
  ])('%s: %s', (reason, input, type) => {
    const result = type.safeParse(input);
    expect(result.success).toBe(false);
    expect(result.error!.issues).toHaveLength(1);
    expect(result.error!.issues[0].message).toContain(reason);
  });

  test('no limit is accepted where it makes sense only', () => {
    expect(rate({ infinity: true }).parse('none')).toBe(Infinity);
    expect(rate({ infinity: true }).parse(Infinity)).toBe(Infinity);
    expect(rate().safeParse('none').success).toBe(false);
  });
});

test('a bare number in range is its own base unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(duration().parse(value)).toBe(value);
      expect(parseQuantity(String(value), DURATION)).toBe(value);
    }),
  );
});

test('the editor pattern accepts every example of its quantity and refuses a foreign unit', () => {
  const schema = z.toJSONSchema(z.object({ at: duration().describe('when') }), { target: 'draft-07', io: 'input' });
  const at = (schema.properties as Record<string, { anyOf: { pattern?: string }[]; description: string }>).at;
  const pattern = new RegExp(at.anyOf[1].pattern!);
  for (const example of DURATION.examples.split(', ')) expect(example).toMatch(pattern);
  expect('80GiB').not.toMatch(pattern);
  expect(at.description).toBe('when');
});
