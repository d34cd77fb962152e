/** Quantities as people read them. Three significant digits; exact numbers are in --json. */
const three = (value: number): string => {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(1e-12, Math.abs(value)))));
  return value
    .toFixed(Math.min(digits, 6))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
};

function scaled(value: number, steps: readonly (readonly [number, string])[]): string {
  for (const [size, unit] of steps) if (Math.abs(value) >= size) return `${three(value / size)} ${unit}`;
  const [size, unit] = steps[steps.length - 1];
  return value === 0 ? `0 ${unit}` : `${three(value / size)} ${unit}`;
}

export const formatBytes = (bytes: number): string =>
  scaled(bytes, [
    [2 ** 50, 'PiB'],
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
    [1, 'B'],
  ]);

export const formatBandwidth = (perSecond: number): string =>
  scaled(perSecond, [
    [1e12, 'TB/s'],
    [1e9, 'GB/s'],
    [1e6, 'MB/s'],
    [1e3, 'kB/s'],
    [1, 'B/s'],
  ]);

export const formatFlops = (perSecond: number): string =>
  scaled(perSecond, [
    [1e15, 'PFLOP/s'],
    [1e12, 'TFLOP/s'],
    [1e9, 'GFLOP/s'],
    [1e6, 'MFLOP/s'],
    [1e3, 'kFLOP/s'],
    [1, 'FLOP/s'],
  ]);

export const formatParameters = (count: number): string =>
  scaled(count, [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1, ''],
  ]).trim();

export const formatSeconds = (seconds: number): string =>
  seconds === Number.POSITIVE_INFINITY
    ? 'none'
    : scaled(seconds, [
        [86_400, 'd'],
        [3_600, 'h'],
        [60, 'min'],
        [1, 's'],
        [1e-3, 'ms'],
        [1e-6, 'µs'],
        [1e-9, 'ns'],
      ]);

/** 1 234 567 as 1,234,567; fractions to three digits. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return 'none';
  if (!Number.isInteger(value)) return three(value);
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
