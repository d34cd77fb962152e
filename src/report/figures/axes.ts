/** Axes with units: milliseconds that become seconds, shares in percent, counts with SI prefixes, powers of ten on log scales. */
import type { Spec } from '../render.ts';

/** Label of a value in ms along powers of ten: "250 µs", "40 ms", "2 s". No minutes: they would stand between seconds. */
const MILLISECONDS =
  "datum.value >= 1000 ? format(datum.value / 1000, ',~g') + ' s' : datum.value >= 1 || datum.value == 0 ? format(datum.value, '~g') + ' ms' : format(datum.value * 1000, '~g') + ' µs'";
const SECONDS =
  "datum.value >= 1 || datum.value == 0 ? format(datum.value, ',~g') + ' s' : datum.value >= 0.001 ? format(datum.value * 1000, '~g') + ' ms' : format(datum.value * 1e6, '~g') + ' µs'";
const COUNT = "abs(datum.value) >= 10000 ? replace(format(datum.value, '~s'), 'G', 'B') : format(datum.value, '~g')";

const BYTES = [50, 40, 30, 20, 10]
  .map(
    (power, i) => `datum.value >= ${2 ** power} ? format(datum.value / ${2 ** power}, ',.4~g') + ' ${'PTGMK'[i]}iB' : `,
  )
  .concat("format(datum.value, '~g') + ' B'")
  .join('');

/** Powers of ten around the values, with steps between where they span less than two decades. */
export function logTicks(values: readonly number[]): { domain: [number, number]; ticks: number[] } {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return { domain: [1, 10], ticks: [1, 10] };
  const low = positive.reduce((a, b) => Math.min(a, b));
  const high = positive.reduce((a, b) => Math.max(a, b));
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Math.log10(high / low);
  const steps = decades >= 2 ? [1] : decades >= 0.5 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const ticks: number[] = [];
  for (let e = first; e <= last; e++) for (const m of steps) ticks.push(Number(`${m}e${e}`));
  const below = ticks.filter((tick) => tick <= low).at(-1) ?? low;
  const above = ticks.find((tick) => tick >= high) ?? high;
  const top = above > below ? above : below * 10;
  // A domain that ends at the data, not at the next decade, when that would leave most of the plot empty.
  const domain: [number, number] = [low / below > 3 ? low / 1.3 : below, top / high > 3 ? high * 1.3 : top];
  return { domain, ticks: ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]) };
}

/** Room for the labels of a byte axis. */
const MOST_BYTE_TICKS = 7;

/** Powers of two from the least to the greatest value, every second, third, … of them where they are many; steps between where they are few. */
export function byteTicks(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return [];
  const low = positive.reduce((a, b) => Math.min(a, b));
  const high = positive.reduce((a, b) => Math.max(a, b));
  const octaves = Math.log2(high / low);
  const every = [1, 2, 3, 5, 10].find((step) => octaves / step < MOST_BYTE_TICKS) ?? 10;
  const between =
    octaves >= 2 ? [1] : octaves >= 1 ? [1, 1.25, 1.5, 1.75] : Array.from({ length: 16 }, (_, i) => 1 + i / 16);
  const ticks: number[] = [];
  for (let e = Math.floor(Math.log2(low)); e <= Math.log2(high); e++)
    if (e % every === 0) for (const m of between) ticks.push(m * 2 ** e);
  return ticks.filter((tick) => tick >= low && tick <= high);
}

export interface AxisOptions {
  readonly log?: boolean;
  /** Values on the axis, needed for log scales. */
  readonly values?: readonly number[];
  readonly grid?: boolean;
  readonly tickCount?: number;
  /** Room between the outermost values and the ends of the axis, px. */
  readonly padding?: number;
}

function withScale(
  field: string,
  title: string | null,
  labelExpr: string,
  options: AxisOptions,
  axis: Spec = {},
): Spec {
  const grid = options.grid === undefined ? {} : { grid: options.grid };
  if (options.log !== true) {
    return {
      field,
      type: 'quantitative',
      title,
      axis: { labelExpr, tickCount: options.tickCount ?? 5, ...grid, ...axis },
      scale: { zero: true },
    };
  }
  const { domain, ticks } = logTicks(options.values ?? []);
  return {
    field,
    type: 'quantitative',
    title,
    scale: {
      type: 'log',
      domain,
      nice: false,
      clamp: true,
      ...(options.padding === undefined ? {} : { padding: options.padding }),
    },
    axis: { labelExpr, values: ticks, ...grid, ...axis },
  };
}

export const millisecondsAxis = (field: string, title: string | null, options: AxisOptions = {}): Spec =>
  withScale(field, title, millisecondLabel(options), options);

/** One unit along a linear axis whose values are known. */
function millisecondLabel({ log, values = [] }: AxisOptions): string {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (log === true || most < 1) return MILLISECONDS;
  return most >= 2000 ? "format(datum.value / 1000, ',~g') + ' s'" : "format(datum.value, ',~g') + ' ms'";
}
export const secondsAxis = (field: string, title: string | null, options: AxisOptions = {}): Spec =>
  withScale(field, title, SECONDS, options);
export const countAxis = (field: string, title: string | null, options: AxisOptions = {}): Spec =>
  withScale(field, title, COUNT, options);

/** Bytes along powers of two: "256 MiB", "16 GiB". Logarithmic. */
export const bytesAxis = (field: string, title: string | null, values: readonly number[]): Spec =>
  withScale(field, title, BYTES, { log: true, values }, { values: byteTicks(values), labelOverlap: 'greedy' });

/** A share in [0, 1] as percent. */
export function shareAxis(
  field: string,
  title: string | null,
  domain: readonly [number, number] = [0, 1],
  tickCount: number = 5,
): Spec {
  return { field, type: 'quantitative', title, scale: { domain, nice: false }, axis: { format: '~%', tickCount } };
}
