/** Axes with units: milliseconds that become seconds, shares in percent, counts with SI prefixes, powers of ten on log scales. */
import type { Spec } from '../render.ts';

/** Label of a value in ms along powers of ten: "250 µs", "40 ms", "2 s". No minutes: they would stand between seconds. */
const MILLISECONDS =
  "datum.value >= 1000 ? format(datum.value / 1000, ',~g') + ' s' : datum.value >= 1 || datum.value == 0 ? format(datum.value, '~g') + ' ms' : format(datum.value * 1000, '~g') + ' µs'";
const SECONDS =
  "datum.value >= 1 || datum.value == 0 ? format(datum.value, ',~g') + ' s' : datum.value >= 0.001 ? format(datum.value * 1000, '~g') + ' ms' : format(datum.value * 1e6, '~g') + ' µs'";
/** From a thousand on with a prefix, so that the labels of an axis are of one kind: "500", "5k", "20k". */
const COUNT = "abs(datum.value) >= 1000 ? replace(format(datum.value, '~s'), 'G', 'B') : format(datum.value, '~g')";

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

/** Room of a label with the space to the next, px. */
const LABEL = 13;

/** From 0 to a round number at or above `most`, in two, three or four steps: each of them labelled in a plot of this height. */
export function fewTicks(most: number, height: number): { domain: [number, number]; ticks: number[] } {
  const top = most > 0 ? most : 1;
  const magnitude = 10 ** Math.floor(Math.log10(top));
  const whole = [0.1, 0.2, 0.25, 0.5, 1, 2, 2.5, 5].map((step) => step * magnitude);
  // The steps that leave least of the plot empty; of equal ones the fewest.
  const [best] = whole
    .map((step) => ({ step, count: Math.max(2, Math.ceil(top / step - 1e-9)) }))
    .filter(({ count }) => count <= Math.max(2, Math.min(4, Math.floor(height / LABEL))))
    .sort((a, b) => a.step * a.count - b.step * b.count || a.count - b.count);
  const ticks = Array.from({ length: best.count + 1 }, (_, i) => Number((i * best.step).toPrecision(6)));
  return { domain: [0, ticks[best.count]], ticks };
}

/** A logarithmic axis in a plot of this height: as many of its ticks as can all be labelled. */
export function fewLogTicks(values: readonly number[], height: number): { domain: [number, number]; ticks: number[] } {
  const { domain } = logTicks(values);
  const decades = Math.log10(domain[1] / domain[0]);
  const families = [[1, 2, 5], [1, 3], [1, 5], [1, 2], [1]].map((steps) => {
    const ticks: number[] = [];
    for (let e = Math.floor(Math.log10(domain[0])); e <= Math.log10(domain[1]); e++)
      for (const m of steps) ticks.push(Number(`${m}e${e}`));
    const inside = ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]);
    return { inside, least: Math.min(...inside.slice(1).map((tick, i) => Math.log10(tick / inside[i]))) };
  });
  const room = ({ inside, least }: (typeof families)[number]) =>
    inside.length > 1 && (least / decades) * height >= LABEL;
  const fitting = families.find(room)?.inside ?? families[families.length - 1].inside;
  // Decades alone, every second, third, … where they are many.
  const every = Math.max(1, Math.ceil((fitting.length * LABEL) / height));
  return { domain, ticks: fitting.filter((_, i) => (fitting.length - 1 - i) % every === 0) };
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
