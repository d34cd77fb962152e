/** requests.arrow: a uniform sample of single requests, with everything recorded of each. */
import { END_STATES } from '../../sim/recorder.ts';
import type { RunFacts } from '../facts.ts';
import { TIERS } from '../layout.ts';
import type { RunResult } from '../result.ts';
import { SAMPLE_FIELDS, type SampleField } from '../sample.ts';
import type { Column, TableSpec } from './arrow.ts';
import type { UserDirectory } from './users.ts';

const FIELD = Object.fromEntries(SAMPLE_FIELDS.map((name, at) => [name, at])) as Record<SampleField, number>;

export function requestsTable(run: RunResult, facts: RunFacts, directory: UserDirectory): TableSpec {
  const { every, cells, rows } = run.sample;
  const requests = Array.from(cells, (cell, i) => ({
    cell,
    row: rows.subarray(i * SAMPLE_FIELDS.length, (i + 1) * SAMPLE_FIELDS.length),
  }));
  const numbers = (
    name: string,
    unit: string,
    description: string,
    value: (request: (typeof requests)[number]) => number,
  ): Column => ({ name, unit, description, data: Float64Array.from(requests, value) });
  const codes = (value: (request: (typeof requests)[number]) => number) => Int32Array.from(requests, value);
  /** ms from `from` to `to`; none where either did not happen. */
  const between = (name: string, from: SampleField, to: SampleField, description: string): Column =>
    numbers(name, 'ms', description, ({ row }) =>
      row[FIELD[to]] < 0 || row[FIELD[from]] < 0 ? Number.NaN : (row[FIELD[to]] - row[FIELD[from]]) / 1e6,
    );
  const duration = (name: string, field: SampleField, description: string): Column =>
    numbers(name, 'ms', description, ({ row }) => (row[FIELD[field]] < 0 ? Number.NaN : row[FIELD[field]] / 1e6));
  return {
    name: 'requests',
    metadata: { sampled: every === 1 ? 'all' : `1 in ${every}` },
    columns: [
      numbers('cell', 'number', 'cell', ({ cell }) => cell),
      numbers('user', 'number', 'global user number', ({ cell, row }) => directory.globalUser(cell, row[FIELD.user])),
      numbers('adapter', 'number', 'adapter number inside the cell', ({ row }) => orNone(row[FIELD.adapter])),
      {
        name: 'cohort',
        unit: 'name',
        description: 'cohort',
        data: { labels: facts.cohorts, codes: codes(({ row }) => row[FIELD.cohort]) },
      },
      numbers('replica', 'number', 'replica inside the cell', ({ row }) => orNone(row[FIELD.replica])),
      {
        name: 'end_state',
        unit: 'name',
        description: 'how the request ended',
        data: { labels: END_STATES, codes: codes(({ row }) => row[FIELD.end_state]) },
      },
      {
        name: 'lookup_tier',
        unit: 'name',
        description: 'highest tier that held its adapter on arrival',
        data: { labels: [...TIERS, 'none'], codes: codes(({ row }) => tierCode(row[FIELD.lookup_tier])) },
      },
      numbers('arrival_s', 's', 'arrival', ({ row }) => row[FIELD.arrival] / 1e9),
      between('ttft_ms', 'arrival', 'first_token', 'time to first token'),
      numbers('tpot_ms', 'ms', 'time per output token, none for a single token', ({ row }) =>
        row[FIELD.first_token] < 0 || row[FIELD.output_tokens] < 2
          ? Number.NaN
          : (row[FIELD.end] - row[FIELD.first_token]) / (row[FIELD.output_tokens] - 1) / 1e6,
      ),
      between('e2el_ms', 'arrival', 'end', 'time from arrival to the end, in whatever state'),
      duration('queue_ms', 'queue', 'waiting for a place in the batch'),
      duration('adapter_wait_ms', 'adapter_wait', 'waiting for the adapter'),
      duration('alone_ms', 'alone', 'end-to-end time on an empty replica, adapter host-warm'),
      numbers('slowdown', 'ratio', 'e2el_ms / alone_ms', ({ row }) =>
        row[FIELD.alone] > 0 ? (row[FIELD.end] - row[FIELD.arrival]) / row[FIELD.alone] : Number.NaN,
      ),
      numbers('prompt_tokens', 'tokens', 'prompt', ({ row }) => orNone(row[FIELD.prompt_tokens])),
      numbers('output_tokens', 'tokens', 'output', ({ row }) => orNone(row[FIELD.output_tokens])),
    ],
  };
}

const orNone = (value: number): number => (value < 0 ? Number.NaN : value);
const tierCode = (tier: number): number => (tier < 0 ? TIERS.length : tier);
