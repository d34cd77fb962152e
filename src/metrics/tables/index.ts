/** The result tables of a run, by file name. Built one at a time: users.arrow alone can be 60 MB. */
import type { RunFacts } from '../facts.ts';
import type { RunLifecycle } from '../lifecycle/result.ts';
import type { RunResult } from '../result.ts';
import type { SummaryRow } from '../summary.ts';
import { arrowFile, type Provenance, type TableSpec } from './arrow.ts';
import { breakdownTable, cohortsTable, stepTimeTable } from './cohorts.ts';
import { distributionsTable } from './distributions.ts';
import { eventsTable } from './events.ts';
import { requestsTable } from './requests.ts';
import { lifecycleTable, revisionsTable } from './revisions.ts';
import { summaryTable } from './summary.ts';
import { timeseriesTable } from './timeseries.ts';
import { type UserDirectory, usersTable } from './users.ts';

export type { Provenance } from './arrow.ts';
export type { UserDirectory } from './users.ts';

export interface TableInput {
  run: RunResult;
  facts: RunFacts;
  summary: readonly SummaryRow[];
  directory: UserDirectory;
  provenance: Provenance;
}

const TABLES: Record<string, (input: TableInput) => TableSpec> = {
  summary: ({ summary }) => summaryTable(summary),
  timeseries: ({ run }) => timeseriesTable(run),
  cohorts: ({ run, facts }) => cohortsTable(run, facts),
  users: ({ run, facts, directory }) => usersTable(run, facts, directory),
  requests: ({ run, facts, directory }) => requestsTable(run, facts, directory),
  distributions: ({ run, facts }) => distributionsTable(run, facts),
  breakdown: ({ run, facts }) => breakdownTable(run, facts),
  steps: ({ run }) => stepTimeTable(run),
  events: ({ run }) => eventsTable(run),
};

/** Of runs in which adapters have revisions. */
const LIFECYCLE_TABLES: Record<string, (run: RunResult, lifecycle: RunLifecycle) => TableSpec> = {
  revisions: (_, lifecycle) => revisionsTable(lifecycle),
  lifecycle: lifecycleTable,
};

/** The tables that every run has. */
export const TABLE_NAMES: readonly string[] = Object.keys(TABLES);

/** Yields each table as `[file name, bytes of an Arrow IPC file]`. */
export function* resultTables(input: TableInput): Generator<[name: string, bytes: Uint8Array]> {
  for (const [name, build] of Object.entries(TABLES))
    yield [`${name}.arrow`, arrowFile(build(input), input.provenance)];
  const { run, provenance } = input;
  if (run.lifecycle === null) return;
  for (const [name, build] of Object.entries(LIFECYCLE_TABLES))
    yield [`${name}.arrow`, arrowFile(build(run, run.lifecycle), provenance)];
}
