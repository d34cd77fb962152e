import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MOST_ROWS } from '../../src/metrics/tables/users.ts';
import { openArrow } from '../foreign-arrow.ts';
import { run, small, temporaryFolder } from './small.ts';

test('users.arrow of more than two million users is a uniform sample of them', async () => {
  const users = 2_500_000;
  const scenario = small(`population.users=${users}`, 'duration=2s', 'warmup=0s', 'population.rate=200/s');
  const { folder } = await run(scenario, { out: temporaryFolder() });
  const table = openArrow(readFileSync(join(folder, 'users.arrow')));
  expect(table.rows).toBeLessThanOrEqual(MOST_ROWS);
  expect(table.rows).toBeGreaterThan(0.99 * MOST_ROWS);
  const ids = table.column('user') as number[];
  expect(new Set(ids).size).toBe(table.rows);
  let sum = 0;
  let largest = 0;
  for (const id of ids) {
    sum += id;
    largest = Math.max(largest, id);
  }
  expect(largest).toBeLessThan(users);
  // Mean of a uniform draw without replacement of 80% of 0 … n − 1: standard error below 0.03% of n.
  expect(sum / table.rows / users).toBeCloseTo(0.5, 2);
  const agents = table.column('cohort').filter((name) => name === 'agents').length;
  expect(agents / table.rows).toBeCloseTo(0.25, 2);
});
