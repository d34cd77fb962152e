/** events.arrow: by cell, at regular moments, how many events lie before it and the digest of their times and sources. */
import type { RunResult } from '../result.ts';
import type { CellTrail } from '../trail.ts';
import type { TableSpec } from './arrow.ts';

export function eventsTable({ trails }: RunResult): TableSpec {
  const rows = trails.flatMap((trail, cell) => Array.from(trail.ns, (_, mark) => ({ trail, cell, mark })));
  const each = (value: (trail: CellTrail, mark: number) => number) =>
    Float64Array.from(rows, ({ trail, mark }) => value(trail, mark));
  return {
    name: 'events',
    columns: [
      { name: 'cell', unit: 'number', description: 'cell', data: Float64Array.from(rows, ({ cell }) => cell) },
      { name: 't_s', unit: 's', description: 'moment; the last is the end', data: each((t, mark) => t.ns[mark] / 1e9) },
      { name: 'events', unit: 'count', description: 'events before it', data: each((t, mark) => t.events[mark]) },
      {
        name: 'digest',
        unit: 'number',
        description: '32 bits over time and source of these events, in order',
        data: Uint32Array.from(rows, ({ trail, mark }) => trail.digests[mark]),
      },
    ],
  };
}
