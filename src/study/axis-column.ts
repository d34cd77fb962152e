/**
 * An axis as a column: numbers in base units where every value is one (`50ms` is 0.05 s, `1M` users are 1e6), names otherwise. What was
 * written is kept beside it for labels and commands.
 */
import { parse } from 'yaml';
import { FAMILIES } from '../run/families.ts';
import { fieldUnit } from '../scenario/field-unit.ts';
import { parsePath } from '../scenario/overrides.ts';
import * as units from '../scenario/units.ts';
import { type Point, type Study, valueText } from './points.ts';

export interface AxisColumn {
  readonly path: string;
  /** Base unit of numbers: `s`, `B`, `1/s`, …; `number` where the file gives none, `name` for names. */
  readonly unit: string;
  /** By setting; null where a listed point leaves the axis alone. */
  readonly values: readonly (number | string | null)[];
  /** By setting, as it was written. */
  readonly written: readonly string[];
}

/** Kinds of quantity that text with a unit may be. The first that reads all values wins. */
const KINDS: readonly units.Quantity[] = [
  units.NUMBER,
  units.DURATION,
  units.RATE,
  units.BYTE_COUNT,
  units.BANDWIDTH,
  units.FRACTION,
  units.COMPUTE,
  units.POWER,
];

export function axisColumns({ paths, settings, points }: Pick<Study, 'paths' | 'settings' | 'points'>): AxisColumn[] {
  return paths.map((path) => {
    // Text stands for the YAML that it is, as after --set; what the file gave is a value already.
    const given = settings.map((setting) => setting.find((override) => override.path === path)?.value);
    const values = given.map((value) => (typeof value === 'string' ? (parse(value) as unknown) : value));
    const written = given.map((value) => (value === undefined ? '' : valueText(value)));
    const used = settings.map((_, at) => at).filter((at) => given[at] !== undefined);
    const [numbers, unit] = quantities(
      path,
      used.map((at) => values[at]),
    ) ??
      resolved(path, used, points) ?? [used.map((at) => written[at]), 'name'];
    const bySetting = new Map(used.map((at, i) => [at, numbers[i]]));
    return { path, unit, written, values: settings.map((_, at) => bySetting.get(at) ?? null) };
  });
}

/** All values as numbers of one kind; null where one is none. Bare numbers are in the base unit of the field. */
function quantities(path: string, values: readonly unknown[]): [number[], string] | null {
  if (values.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return [values as number[], fieldUnit(path, FAMILIES) ?? 'number'];
  for (const kind of KINDS) {
    const numbers = values.map((value) =>
      typeof value === 'number' ? value : typeof value === 'string' ? units.parseQuantity(value, kind) : '',
    );
    if (numbers.every((number) => typeof number === 'number'))
      return [numbers, units.BASE_UNITS.get(kind.name) ?? 'number'];
  }
  return null;
}

/** What the path resolved to, where that is a finite number in every setting: `none` and the like are not. */
function resolved(path: string, settings: readonly number[], points: readonly Point[]): [number[], string] | null {
  const segments = parsePath(path);
  if (!Array.isArray(segments)) return null;
  const numbers = settings.map((setting) => {
    let at: unknown = points.find((point) => point.setting === setting)?.scenario;
    for (const { key } of segments) at = (at as Record<string | number, unknown> | null | undefined)?.[key];
    return typeof at === 'number' ? at : Number.NaN;
  });
  return numbers.every(Number.isFinite) ? [numbers, 'number'] : null;
}
