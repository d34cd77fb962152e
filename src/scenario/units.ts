/**
 * Numbers with units, as scenario files write them: `50ms`, `80GiB`, `10/day`, `100Gbit/s`, `5%`, `1_000_000`, `1.5M`.
 *
 * Every helper gives a zod type that accepts a bare number (already in the base unit) or text with a unit, and outputs the
 * number in the base unit: seconds, bytes, 1/s, bytes/s, FLOP/s, watts, fractions. All refuse NaN and numbers outside
 * their range; Infinity passes only where `infinity` is set, and is written `none` or `.inf`.
 */
import * as z from 'zod';

export interface Range {
  /** Smallest and largest accepted value, in the base unit. The default `min` is 0. */
  readonly min?: number;
  readonly max?: number;
  /** Accepted values are strictly larger than this. */
  readonly above?: number;
  /** Accepted values are strictly smaller than this. */
  readonly below?: number;
  /** Accept `none` and `.inf`, both meaning that there is no limit. */
  readonly infinity?: boolean;
}

/** One kind of quantity: what its text looks like and what each unit is worth in the base unit. */
export interface Quantity {
  readonly name: string;
  /** Shown when the text cannot be read, for instance `50ms, 1.5h, 7 days`. */
  readonly examples: string;
  readonly units: Readonly<Record<string, number>>;
  /** Units may follow each other: `1h30m`. */
  readonly compound?: boolean;
  readonly integer?: boolean;
}

const decimal = (suffix: string): Record<string, number> => ({
  [suffix]: 1,
  [`k${suffix}`]: 1e3,
  [`K${suffix}`]: 1e3,
  [`M${suffix}`]: 1e6,
  [`G${suffix}`]: 1e9,
  [`T${suffix}`]: 1e12,
  [`P${suffix}`]: 1e15,
});
const binary = (suffix: string): Record<string, number> => ({
  [`Ki${suffix}`]: 2 ** 10,
  [`Mi${suffix}`]: 2 ** 20,
  [`Gi${suffix}`]: 2 ** 30,
  [`Ti${suffix}`]: 2 ** 40,
  [`Pi${suffix}`]: 2 ** 50,
});
const scaled = (units: Record<string, number>, factor: number, suffix = '') =>
  Object.fromEntries(Object.entries(units).map(([unit, value]) => [unit + suffix, value * factor]));

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;
const WEEK = 604800;

const TIME: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: MINUTE,
  min: MINUTE,
  minute: MINUTE,
  minutes: MINUTE,
  h: HOUR,
  hr: HOUR,
  hour: HOUR,
  hours: HOUR,
  d: DAY,
  day: DAY,
  days: DAY,
  w: WEEK,
  week: WEEK,
  weeks: WEEK,
};
const COUNT: Record<string, number> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, B: 1e9 };
const BYTES = { ...decimal('B'), ...binary('B') };

function perTime(): Record<string, number> {
  const units: Record<string, number> = { rps: 1 };
  for (const [scale, factor] of Object.entries(COUNT)) {
    for (const name of ['s', 'sec', 'second', 'm', 'min', 'minute', 'h', 'hr', 'hour', 'd', 'day', 'w', 'week']) {
      units[`${scale}/${name}`] = factor / TIME[name];
    }
  }
  return units;
}

export const DURATION: Quantity = {
  name: 'duration',
  examples: '50ms, 1.5h, 1h30m, 7 days',
  units: TIME,
  compound: true,
};
export const BYTE_COUNT: Quantity = { name: 'size in bytes', examples: '80GiB, 1.5TB, 512MB', units: BYTES };
export const RATE: Quantity = { name: 'rate', examples: '120/s, 10/day, 0.05/s', units: perTime() };
export const BANDWIDTH: Quantity = {
  name: 'bandwidth',
  examples: '12.5GB/s, 100Gbit/s, 64GiB/s',
  units: {
    ...scaled(BYTES, 1, '/s'),
    ...scaled(decimal('bit'), 1 / 8, '/s'),
    ...scaled(decimal('bps'), 1 / 8),
  },
};
export const FRACTION: Quantity = { name: 'fraction', examples: '5%, 0.05', units: { '': 1, '%': 0.01 } };
export const NUMBER: Quantity = { name: 'number', examples: '0.5, 1e6, 1_000_000', units: COUNT };
export const COUNT_OF: Quantity = { ...NUMBER, name: 'whole number', examples: '8, 1_000_000, 1e6, 1M', integer: true };
export const COMPUTE: Quantity = {
  name: 'compute rate',
  examples: '989 TFLOP/s, 1.9e15',
  units: { ...decimal('FLOP/s'), ...decimal('FLOPS') },
};
export const POWER: Quantity = { name: 'power', examples: '700W, 1.2kW', units: { W: 1, kW: 1e3, MW: 1e6 } };

/** What a bare number of a kind is in, by the kind's name; plain numbers have no unit. */
export const BASE_UNITS: ReadonlyMap<string, string> = new Map(
  (
    [
      [DURATION, 's'],
      [RATE, '1/s'],
      [BYTE_COUNT, 'B'],
      [BANDWIDTH, 'B/s'],
      [FRACTION, 'fraction'],
      [COMPUTE, 'FLOP/s'],
      [POWER, 'W'],
    ] as const
  ).map(([{ name }, unit]) => [name, unit]),
);

const NUMBER_TEXT = '[+-]?(?:\\d[\\d_]*\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?';
const PART = new RegExp(`^(${NUMBER_TEXT})\\s*([^\\s\\d]*)\\s*`);
const NO_LIMIT = /^(none|unlimited|infinity|\.inf)$/i;

/** The number in the base unit, or a sentence that says what is wrong with the text. */
export function parseQuantity(text: string, quantity: Quantity): number | string {
  let rest = text.trim();
  if (rest === '') return `is empty`;
  let total = 0;
  for (let parts = 0; rest !== ''; parts++) {
    const match = PART.exec(rest);
    if (match === null || (parts > 0 && !quantity.compound)) return `cannot be read as a ${quantity.name}`;
    const value = Number(match[1].replaceAll('_', ''));
    const unit = match[2];
    const factor = unit === '' && parts === 0 && match[0].length === rest.length ? 1 : quantity.units[unit];
    if (!Object.hasOwn(quantity.units, unit) && factor !== 1) {
      return unit === ''
        ? `has a number without a unit`
        : `has the unit "${unit}", which is not a unit of ${quantity.name}`;
    }
    // 7% is 7/100, not 7 × 0.01: dividing by the whole reciprocal rounds once.
    const divisor = factor < 1 ? Math.round(1 / factor) : 1;
    total += Math.abs(divisor * factor - 1) < 1e-12 ? value / divisor : value * factor;
    rest = rest.slice(match[0].length);
  }
  return Number.isFinite(total) ? total : 'is too large';
}

/** Long times in days: nobody reads 8.64e6 as a hundred of them. */
function short(value: number, { units }: Quantity): string {
  if (units === TIME && value >= DAY) return `${value / DAY}d`;
  return value >= 1e5 ? value.toExponential().replace('+', '') : String(value);
}

function rangeText(range: Range, kind: Quantity): string {
  const bounds = [
    range.above !== undefined ? `above ${short(range.above, kind)}` : `at least ${short(range.min ?? 0, kind)}`,
    range.below !== undefined
      ? `below ${short(range.below, kind)}`
      : range.max !== undefined
        ? `at most ${short(range.max, kind)}`
        : '',
  ];
  return bounds.filter((bound) => bound !== '').join(' and ');
}

function problem(value: number, quantity: Quantity, range: Range): string | null {
  if (Number.isNaN(value)) return 'is not a number';
  if (value === Infinity) return range.infinity ? null : 'is infinite';
  if (quantity.integer && !Number.isInteger(value)) return 'is not a whole number';
  if (quantity.integer && !Number.isSafeInteger(value)) return 'is too large to be counted exactly';
  const low = range.above !== undefined ? value > range.above : value >= (range.min ?? 0);
  const high = range.below !== undefined ? value < range.below : value <= (range.max ?? Infinity);
  if (low && high) return null;
  return `is out of range (must be ${rangeText(range, quantity)})`;
}

/** A zod type for any quantity; the named helpers below are this with their kind filled in. */
export function quantity(kind: Quantity, range: Range = {}) {
  const expected = `a ${kind.name} ${rangeText(range, kind)}${range.infinity ? ', or none' : ''}, for instance ${kind.examples}`;
  const bounds: Record<string, unknown> = { type: kind.integer ? 'integer' : 'number' };
  if (range.above !== undefined) bounds.exclusiveMinimum = range.above;
  else if ((range.min ?? 0) > -Infinity) bounds.minimum = range.min ?? 0;
  if (range.below !== undefined) bounds.exclusiveMaximum = range.below;
  else if (range.max !== undefined) bounds.maximum = range.max;
  return z
    .unknown()
    .transform((input, context): number => {
      let reason: string | null = null;
      if (typeof input === 'number') {
        reason = problem(input, kind, range);
        if (reason === null) return input;
        if (kind === FRACTION && input > 1 && input <= 100)
          reason = `is above 1 (write ${input}% for ${input} percent)`;
      } else if (typeof input === 'string') {
        const value = range.infinity && NO_LIMIT.test(input) ? Infinity : parseQuantity(input, kind);
        reason = typeof value === 'string' ? value : problem(value, kind, range);
        if (reason === null) return value as number;
      }
      context.issues.push({
        code: 'custom',
        message: reason ?? 'is not a number',
        input,
        params: { expected, reason },
      });
      return z.NEVER;
    })
    .meta({ anyOf: [bounds, { type: 'string', title: kind.name, pattern: inputPattern(kind, range) }] });
}

/** Patterns are long and there are few, while some hundred fields have one: each is built once. */
const PATTERNS = new Map<string, string>();

/** What an editor checks as one types: a number with a unit, not yet its range. */
function inputPattern(kind: Quantity, range: Range): string {
  const key = `${kind.name} ${range.infinity === true}`;
  const known = PATTERNS.get(key);
  if (known !== undefined) return known;
  const units = Object.keys(kind.units);
  const part = `${NUMBER_TEXT} *(?:${units.filter((unit) => unit !== '').join('|')})`;
  const body = kind.compound ? `(?:${part} *)+` : part;
  const pattern = `^(?:${body}|${NUMBER_TEXT}${range.infinity ? '|none|unlimited' : ''})$`;
  PATTERNS.set(key, pattern);
  return pattern;
}

/** Seconds. */
export const duration = (range?: Range) => quantity(DURATION, range);
/** Bytes. */
export const bytes = (range?: Range) => quantity(BYTE_COUNT, range);
/** Events per second. */
export const rate = (range?: Range) => quantity(RATE, range);
/** Bytes per second. */
export const bandwidth = (range?: Range) => quantity(BANDWIDTH, range);
/** 0 to 1; `5%` is 0.05. */
export const fraction = (range?: Range) => quantity(FRACTION, { max: 1, ...range });
/** A whole number, 0 or more unless `min` says otherwise. */
export const count = (range?: Range) => quantity(COUNT_OF, range);
/** A number above 0. */
export const positive = (range?: Range) => quantity(NUMBER, { above: 0, ...range });
/** A number in a range; 0 or more unless `min` says otherwise. */
export const number = (range?: Range) => quantity(NUMBER, range);
/** FLOP per second. */
export const compute = (range?: Range) => quantity(COMPUTE, range);
/** Watts. */
export const power = (range?: Range) => quantity(POWER, range);
