/** users.arrow: one row a user, or a uniform sample of the users where there are more than two million. */
import { hash32 } from '../../sim/random/hash.ts';
import type { RunFacts } from '../facts.ts';
import type { RunResult } from '../result.ts';
import type { TableSpec } from './arrow.ts';

export const MOST_ROWS = 2_000_000;

/** Who a cell's local user number is. */
export interface UserDirectory {
  /** Global user number, 0 … users − 1. */
  globalUser(cell: number, user: number): number;
  /** Index of the user's cohort. */
  cohortOfUser(cell: number, user: number): number;
}

/** Users are kept by a hash of their global number, so the sample does not depend on cells or their order. */
export function usersTable(
  run: RunResult,
  facts: RunFacts,
  directory: UserDirectory,
  mostRows: number = MOST_ROWS,
): TableSpec {
  const all = run.users.reduce((sum, cell) => sum + cell.count, 0);
  // A hair below the share that would fill the table on average, so that it does not overflow.
  const share = all <= mostRows ? 1 : Math.max(0, (mostRows - 4 * Math.sqrt(mostRows)) / all);
  const threshold = share * 2 ** 32;
  const capacity = Math.min(all, mostRows);
  const users = new Uint32Array(capacity);
  const cohorts = new Int32Array(capacity);
  const requests = new Uint32Array(capacity);
  const service = new Float64Array(capacity);
  const speed = new Float32Array(capacity);
  let rows = 0;
  run.users.forEach((cell, number) => {
    for (let user = 0; user < cell.count && rows < capacity; user++) {
      const id = directory.globalUser(number, user);
      if (share < 1 && hash32(0, id, 1) >>> 0 >= threshold) continue;
      users[rows] = id;
      cohorts[rows] = directory.cohortOfUser(number, user);
      requests[rows] = cell.requests(user);
      service[rows] = cell.service(user);
      // Who asked for nothing was neither quick nor slow.
      speed[rows] = requests[rows] === 0 ? Number.NaN : cell.speed(user);
      rows++;
    }
  });
  return {
    name: 'users',
    metadata: { users: String(all), sampled: share === 1 ? 'all' : 'by hash of the user number' },
    columns: [
      { name: 'user', unit: 'number', description: 'global user number', data: users.subarray(0, rows) },
      {
        name: 'cohort',
        unit: 'name',
        description: 'cohort',
        data: { labels: facts.cohorts, codes: cohorts.subarray(0, rows) },
      },
      { name: 'requests', unit: 'count', description: 'requests, whole run', data: requests.subarray(0, rows) },
      {
        name: 'service',
        unit: 'tokens',
        description: 'prompt tokens + 2 · output tokens of finished requests (VTC’s weights), whole run',
        data: service.subarray(0, rows),
      },
      {
        name: 'speed',
        unit: 'ratio',
        description:
          'mean over requests of time alone / end-to-end time, 0 for one that was not served; null for users without requests',
        data: speed.subarray(0, rows),
      },
    ],
  };
}
