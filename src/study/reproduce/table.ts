/** The rows of reproductions as an Arrow table: one row a published value. */
import { arrowFile, encode } from '../../metrics/tables/arrow.ts';
import type { Reproduced } from './reproduce.ts';

export function reproductionTable(results: readonly Reproduced[]): Uint8Array {
  const all = results.flatMap(({ reproduction, comparisons }) => comparisons.map((one) => ({ reproduction, one })));
  const text = (name: string, description: string, of: (row: (typeof all)[number]) => string) => ({
    name,
    unit: 'name',
    description,
    data: encode(all.map(of)),
  });
  const number = (name: string, description: string, of: (row: (typeof all)[number]) => number | null) => ({
    name,
    unit: name === 'error' ? 'fraction' : 'see unit',
    description,
    data: Float64Array.from(all, (row) => of(row) ?? Number.NaN),
  });
  return arrowFile(
    {
      name: 'reproduction',
      columns: [
        text('reproduction', 'Scenario under scenarios/published', ({ reproduction }) => reproduction.name),
        text('group', 'Table of the published rows', ({ one }) => one.row.group.name),
        text('settings', 'What the row changes in the scenario', ({ one }) => one.row.label),
        text('metric', 'Name in the metric catalog', ({ one }) => one.metric),
        text('unit', 'Unit of the metric', ({ one }) => one.unit),
        number('published', 'Cited value', ({ one }) => one.published),
        number('simulated', 'Simulated value; null where the simulation has none', ({ one }) => one.simulated),
        number(
          'error',
          '(simulated - published) / published; points where the metric is a fraction',
          ({ one }) => one.error,
        ),
        text(
          'standing',
          'held-out, beyond-knee, saturated (achieved below 95% of offered), looked-at, fitted or arithmetic (of the source)',
          ({ one }) => one.standing,
        ),
        text('run_hash', 'Run hash of the simulated scenario', ({ one }) => one.row.id),
      ],
    },
    { kind: 'simulated', scenario: results.map(({ reproduction }) => reproduction.name).join(' '), runHash: '' },
  );
}
