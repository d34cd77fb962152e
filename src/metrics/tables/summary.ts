/** summary.arrow: every metric of the catalog, for the whole run and for each cohort. */
import type { SummaryRow } from '../summary.ts';
import { encode, type TableSpec } from './arrow.ts';

const numbers = (rows: readonly SummaryRow[], pick: (row: SummaryRow) => number | null): Float64Array =>
  Float64Array.from(rows, (row) => pick(row) ?? Number.NaN);

export function summaryTable(rows: readonly SummaryRow[]): TableSpec {
  return {
    name: 'summary',
    columns: [
      { name: 'metric', unit: 'name', description: 'name in the catalog', data: encode(rows.map((row) => row.metric)) },
      {
        name: 'cohort',
        unit: 'name',
        description: 'cohort, or all',
        data: encode(rows.map((row) => row.cohort)),
      },
      {
        name: 'unit',
        unit: 'name',
        description: 'unit of value, lo and hi',
        data: encode(rows.map((row) => row.unit)),
      },
      {
        name: 'value',
        unit: 'see unit',
        description: 'null where the sample is empty',
        data: numbers(rows, (row) => row.value),
      },
      {
        name: 'n',
        unit: 'count',
        description: 'samples, requests or events that the value rests on',
        data: numbers(rows, (row) => row.n),
      },
      {
        name: 'lo',
        unit: 'see unit',
        description: 'lower end of a 95 % interval, where one can be given',
        data: numbers(rows, (row) => row.lo),
      },
      {
        name: 'hi',
        unit: 'see unit',
        description: 'upper end of a 95 % interval, where one can be given',
        data: numbers(rows, (row) => row.hi),
      },
    ],
  };
}
