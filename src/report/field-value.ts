/** The value of a scenario's field as tables, figures and pages label it: as it was written where that is short, else in the field's unit. */
import { formatMetric, formatSeconds } from './format.ts';

const LONGEST = 10;
/** A number and a unit that follows it directly: `64GiB`, `90s`, `12.5GB/s`; not `1M`, `1e6`, `5%` or `10/s`. */
const WITH_UNIT = /^([+-]?[\d_.]+(?:e[+-]?\d+)?)([A-Za-zµ]{1,3}(?:\/s)?)$/;
const COUNTS = ['k', 'K', 'M', 'G', 'B'];

/**
 * "64 GiB", "90 s", "5%", "1M".
 * @param value in base units, or a name
 * @param unit base unit of the axis: `B`, `s`, `B/s`, `fraction`, `1/s`, `number`, `name`, …; undefined where it is unknown
 * @param written what the user wrote
 */
export function fieldValue(value: number | string | null, unit: string | undefined, written: string): string {
  const measured = unit !== undefined && unit !== 'number' && unit !== 'name' && typeof value === 'number';
  const bare = /^[\d_.e+-]+$/.test(written);
  if (measured && (bare || written.length > LONGEST)) return inUnit(value, unit);
  const [, number, suffix] = (measured ? WITH_UNIT.exec(written) : null) ?? [];
  return suffix === undefined || (unit !== 'B' && COUNTS.includes(suffix))
    ? unit === 'name'
      ? written
      : groupedNumber(written)
    : `${number} ${suffix}`;
}

/** "5_000" and "5000" as people write them: 5,000. Everything else stays as it is. */
export const groupedNumber = (written: string): string =>
  /^[+-]?(\d+(_\d+)+|\d{4,})$/.test(written) ? written.replaceAll('_', '').replace(/\B(?=(\d{3})+$)/g, ',') : written;

function inUnit(value: number, unit: string): string {
  if (unit === 's') return formatSeconds(value);
  if (unit === 'B/s') return `${formatMetric(value, 'B')}/s`;
  return formatMetric(value, unit);
}
