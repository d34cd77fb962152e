/**
 * Values as a person reads them: three significant digits, a unit that suits the size. The exact numbers stand in
 * summary.json and in the tables beside every figure.
 */

/** `digits` significant digits without exponent and without trailing zeros of a fraction. */
export function significant(value: number, digits: number = 3): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const text = value.toFixed(Math.min(20, Math.max(0, digits - 1 - magnitude)));
  const [whole, fraction = ''] = text.split('.');
  const kept = fraction.replace(/0+$/, '');
  return (kept === '' ? grouped(whole) : `${grouped(whole)}.${kept}`).replace('-', '−');
}

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

type Steps = readonly (readonly [size: number, unit: string])[];

const MILLISECONDS: Steps = [
  [60_000, ' min'],
  [1000, ' s'],
  [1, ' ms'],
  [1e-3, ' µs'],
  [1e-6, ' ns'],
];
const BYTES: Steps = [
  [2 ** 50, ' PiB'],
  [2 ** 40, ' TiB'],
  [2 ** 30, ' GiB'],
  [2 ** 20, ' MiB'],
  [2 ** 10, ' KiB'],
  [1, ' B'],
];
const COUNT: Steps = [
  [1e9, ' B'],
  [1e6, ' M'],
  [1, ''],
];

function stepped(value: number, steps: Steps, digits: number): string {
  const magnitude = value === 0 ? 1 : Math.abs(value);
  const [size, unit] = steps.find(([from]) => magnitude >= from) ?? steps[steps.length - 1];
  return `${significant(value / size, digits)}${unit}`;
}

/** A share as percent; close to 100% with as many nines as it takes to tell it from 100%, and the same ones however many digits are asked for. */
export function percent(share: number, digits: number = 3): string {
  if (share > 0.99 && share < 1) {
    const nines = Math.min(7, Math.ceil(-Math.log10(1 - share)));
    const shown = Math.max(nines + 1, digits);
    // Rounded down: what is not quite all must not read as all. The millionth is what a product of decimals may lack.
    const kept = Math.floor(share * 10 ** shown + 1e-6) / 10 ** shown;
    return `${significant(kept * 100, shown)}%`;
  }
  return `${significant(share * 100, digits)}%`;
}

/** Shares that stand in one column: where one of them needs more digits to be told from 100%, all have as many. */
export function percentColumn(shares: readonly (number | null)[]): string[] {
  const texts = shares.map((share) => formatMetric(share, 'fraction'));
  const near = texts.filter((_, i) => (shares[i] ?? 0) > 0.99 && (shares[i] ?? 1) < 1);
  const decimals = Math.max(0, ...near.map((text) => /\.(\d+)%$/.exec(text)?.[1].length ?? 0));
  return texts.map((text, i) => {
    const share = shares[i];
    if (decimals === 0 || share === null || !(share > 0 && share < 1)) return text;
    const scale = 10 ** (decimals + 2);
    return `${((Math.floor(share * scale + 1e-6) / scale) * 100).toFixed(decimals)}%`;
  });
}

/** A value with its unit (those of the metric catalog); "–" where there is none. */
export function formatMetric(value: number | null | undefined, unit: string, digits: number = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  switch (unit) {
    case 'ms':
      return stepped(value, MILLISECONDS, digits);
    case 's':
      return stepped(value * 1000, MILLISECONDS, digits);
    case 'fraction':
      return percent(value, digits);
    case 'B':
      return stepped(value, BYTES, digits);
    case 'USD':
      return `$${significant(value, digits)}`;
    case 'ratio':
      return `${significant(value, digits)}×`;
    case 'index':
    case '':
      return significant(value, digits);
    case '1/s':
      return `${stepped(value, COUNT, digits)} /s`;
    case 'count':
      return stepped(value, COUNT, digits);
    default:
      return `${stepped(value, COUNT, digits)} ${unit}`;
  }
}

/** "49.6 ±1.2 ms": a value and half its interval in the value's unit. */
export function besideValue(value: number, half: number, unit: string): string {
  const shown = formatMetric(value, unit);
  const [, before, number, after] = /^([^\d−]*)(−?[\d.,]+)(.*)$/.exec(shown) ?? [];
  if (number === undefined) return `${shown} ±${formatMetric(half, unit, 2)}`;
  // What the value was divided by for its unit.
  const steps = unit === 'ms' || unit === 's' ? MILLISECONDS : unit === 'B' ? BYTES : COUNT;
  const base = unit === 's' ? 1000 : 1;
  const scaled = unit === 'USD' || unit === 'ratio' || unit === 'index' || unit === '';
  const magnitude = Math.abs(value * base);
  const [size] = scaled
    ? [1]
    : (steps.find(([from]) => (magnitude === 0 ? 1 : magnitude) >= from) ?? steps[steps.length - 1]);
  return `${before}${number} ±${significant((half * base) / size, 2)}${after}`;
}

/**
 * The part of an interval that is possible, for what is printed or drawn: no metric is negative, and no share is above 1. Tables of
 * data keep the interval as it was computed.
 */
export function possible(bound: number | null, unit: string): number | null {
  if (bound === null) return null;
  return Math.max(0, unit === 'fraction' ? Math.min(1, bound) : bound);
}

/** Seconds as "24 h", "90 s", "2.5 d". */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'none';
  if (seconds > 2 * 86_400) return `${significant(seconds / 86_400)} d`;
  if (seconds >= 3600) return `${significant(seconds / 3600)} h`;
  return formatMetric(seconds, 's');
}

const SIGNS: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '==': '=', '!=': '≠' };

/** An operator of a threshold as people write it. */
export const operatorSign = (op: string): string => SIGNS[op] ?? op;
