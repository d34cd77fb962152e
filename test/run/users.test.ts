import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pl from 'nodejs-polars';
import { expect, test } from 'vitest';
import { MOST_ROWS } from '../../src/metrics/tables/users.ts';
import { run, small, temporaryFolder } from './small.ts';

test('users.arrow of more than two million users is a uniform sample of them', async () => {
  const users = 2_500_000;
  const scenario = small(`population.users=${users}`, 'duration=2s', 'warmup=0s', 'population.rate=200/s');
  const { folder } = await run(scenario, { out: temporaryFolder() });
  const frame = pl.readIPC(readFileSync(join(folder, 'users.arrow')));
  expect(frame.height).toBeLessThanOrEqual(MOST_ROWS);
  expect(frame.height).toBeGreaterThan(0.99 * MOST_ROWS);
  const ids = frame.getColumn('user');
  expect(ids.nUnique()).toBe(frame.height);
  expect(ids.max()).toBeLessThan(users);
  // Mean of a uniform draw without replacement of 80% of 0 … n − 1: standard error below 0.03% of n.
  expect(ids.mean()! / users).toBeCloseTo(0.5, 2);
  const agents = frame
    .getColumn('cohort')
    .cast(pl.Utf8)
    .toArray()
    .filter((name) => name === 'agents').length;
  expect(agents / frame.height).toBeCloseTo(0.25, 2);
});
