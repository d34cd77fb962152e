/**
 * An axis of a search as the command line gives it: `population.rate=10/s..1000/s` (a range), `hardware.replicas=8..64:8` (a range in
 * steps of 8), `hardware.gpu=h100,h200` (a list). Ranges are geometric: their values are spread evenly in the logarithm.
 *
 * A range keeps the unit of its lower end, so that the value that is simulated is the one that is printed and typed again.
 */
import { FAMILIES } from '../run/families.ts';
import { UserError } from '../scenario/errors.ts';
import { fieldUnit } from '../scenario/field-unit.ts';
import {
  BANDWIDTH,
  BYTE_COUNT,
  COMPUTE,
  DURATION,
  FRACTION,
  NUMBER,
  POWER,
  parseQuantity,
  RATE,
} from '../scenario/units.ts';
import { type Axis as List, splitList } from './axes.ts';

/** A range of numbers in the unit that the user wrote. */
export interface Range {
  path: string;
  /** Ends, in units of `unit`. */
  low: number;
  high: number;
  /** Text after the number, such as `/s` or `GiB`. */
  unit: string;
  /** Values are whole multiples of this; 0: any number. */
  step: number;
}

export const isRange = (axis: Range | List): axis is Range => 'low' in axis;

const QUANTITIES = [NUMBER, RATE, BYTE_COUNT, DURATION, BANDWIDTH, FRACTION, COMPUTE, POWER];
/** A range may write a fraction's end with more digits than this; what is simulated has these. */
const DIGITS = 4;
/** Characters of an end in the unit that is chosen for it. */
const MOST_WRITTEN = 6;
const FORMS = 'path=10/s..1000/s for a range, path=8..64:8 for a range in steps, or path=a,b,c for a list';

export function parseAxis(text: string): Range | List {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) throw axisError(text, `expected ${FORMS}`);
  const path = text.slice(0, equals).trim();
  const written = text.slice(equals + 1).trim();
  const ends = written.split('..');
  if (ends.length === 1) return { path, values: splitList(written) };
  if (ends.length > 2) throw axisError(text, `expected ${FORMS}`);
  const [highText, stepText, ...more] = ends[1].split(':');
  if (more.length > 0) throw axisError(text, 'a range has one step at most');
  return rangeOf(text, path, ends[0].trim(), highText.trim(), stepText?.trim());
}

function rangeOf(text: string, path: string, lowText: string, highText: string, stepText: string | undefined): Range {
  const all = [lowText, highText, ...(stepText === undefined ? [] : [stepText])];
  for (const quantity of QUANTITIES) {
    const values = all.map((one) => parseQuantity(one, quantity));
    if (values.some((value) => typeof value === 'string')) continue;
    const unit = quantity === NUMBER ? byteUnit(path, values.map(Number)) : /[^\d.eE+_-].*$/.exec(lowText)?.[0].trim();
    if (unit === undefined) continue;
    const factor = unit === '' ? 1 : Number(parseQuantity(`1${unit}`, quantity === NUMBER ? BYTE_COUNT : quantity));
    const [low, high, written] = values.map((value) => Number(value) / factor);
    if (!(low > 0)) throw axisError(text, 'a range begins above 0, because its values are spread geometrically');
    if (!(high > low)) throw axisError(text, `the range ends at ${highText}, which is not above its start`);
    if (written !== undefined && !(written > 0)) throw axisError(text, 'the step must be above 0');
    const whole = unit === '' && [lowText, highText].every((one) => !one.includes('.'));
    return { path, low, high, unit, step: written ?? (whole && Number.isInteger(low) ? 1 : 0) };
  }
  throw axisError(text, `cannot read ${lowText} and ${highText} as two numbers of one kind; expected ${FORMS}`);
}

/** The unit in which bare numbers of a field that holds bytes are short, as `4GiB` is for 4294967296; empty for other fields. */
function byteUnit(path: string, values: readonly number[]): string {
  if (fieldUnit(path, FAMILIES) !== 'B') return '';
  const sizes = Object.entries(BYTE_COUNT.units).sort(([, a], [, b]) => b - a);
  const short = ([, size]: [string, number]) =>
    values.every((value) => value >= size && String(value / size).length <= MOST_WRITTEN);
  return sizes.find(short)?.[0] ?? 'B';
}

/** How many bytes one unit of the range is; null where it is no range of bytes. */
export function bytesOf({ unit }: Range): number | null {
  const bytes = unit === '' ? null : parseQuantity(`1${unit}`, BYTE_COUNT);
  return typeof bytes === 'number' ? bytes : null;
}

const axisError = (text: string, problem: string) => new UserError(`The axis ${text}: ${problem}.`);

/** The nearest value that the axis can take: on its step, inside its ends, with a few digits. */
export function snap(range: Range, value: number): number {
  const { low, high, step } = range;
  const inside = Math.min(high, Math.max(low, value));
  // An end may have more digits than that: it stays as it is, and rounding does not pass it.
  if (step === 0 && (inside === low || inside === high)) return inside;
  if (step === 0) return Math.min(high, Math.max(low, Number(inside.toPrecision(DIGITS))));
  const first = Math.ceil(low / step - 1e-9) * step;
  const last = Math.floor(high / step + 1e-9) * step;
  return Math.min(last, Math.max(first, Math.round(inside / step) * step));
}

/** `count` values from end to end, evenly in the logarithm, snapped, without repetitions; ascending. */
export function spread(range: Range, count: number): number[] {
  const ratio = Math.log(range.high / range.low);
  const at = (i: number) => (i === count - 1 ? range.high : range.low * Math.exp((ratio * i) / (count - 1)));
  const values = Array.from({ length: count }, (_, i) => snap(range, i === 0 ? range.low : at(i)));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Every value of a stepped range. Throws on a range without a step and on more than `most` values. */
export function allValues(range: Range, most = 1000): number[] {
  const { path, low, high, step } = range;
  if (step === 0) throw new UserError(`The range of ${path} has no step; write one, as in ${path}=8..64:8.`);
  const first = snap(range, low);
  const count = Math.floor((snap(range, high) - first) / step + 1e-9) + 1;
  if (count > most)
    throw new UserError(`The range of ${path} has ${count} values, at most ${most}; use a longer step.`);
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** The value as `--set path=…` takes it. */
export const valueText = (range: Range, value: number): string => `${plain(value)}${range.unit}`;

/** Without an exponent, which units could not follow. */
function plain(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(value < 1 ? 12 : 0).replace(/(\.\d*?)0+$/, '$1') : text;
}
