/** Revisions through the run path: any number of workers, every table, every law of conservation. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { conservationErrors } from '../../src/metrics/conservation.ts';
import { factsOf } from '../../src/metrics/facts.ts';
import { lifecycleCount } from '../../src/metrics/lifecycle/result.ts';
import { parseTable } from '../../src/metrics/run-folder.ts';
import { summarise } from '../../src/metrics/summary.ts';
import { planMemory } from '../../src/sim/cost/memory.ts';
import { openArrow } from '../foreign-arrow.ts';
import { COUPLED, differences, resultFiles, run, simulate, small, temporaryFolder } from './small.ts';

const LIFECYCLE =
  'lifecycle={updates: {law: poisson, rate: 3/min}, training: {law: exponential, mean: 1s}, ' +
  'evaluation: {duration: 500ms, pass: 80%}, prewarm: host, rollback: {share: 30%, after: 2s}, ' +
  'base_upgrade: {at: 12s, rate: 400/s}}';

describe('a run with revisions', () => {
  test('gives the same bytes on one thread and on three, with cells that share the store', async () => {
    const scenario = small(
      LIFECYCLE,
      'duration=5s',
      'warmup=1s',
      'population.users=400',
      'lifecycle.base_upgrade.at=3s',
      ...COUPLED,
    );
    const files = async (jobs: number) => resultFiles((await run(scenario, { out: temporaryFolder(), jobs })).folder);
    const one = await files(1);
    expect(differences(one, await files(3))).toEqual([]);
    expect([...one.keys()]).toEqual(expect.arrayContaining(['lifecycle.arrow', 'revisions.arrow']));
  });

  test('keeps every law of conservation, its own too', () => {
    const scenario = small(LIFECYCLE, 'population.users=800', 'serving.loader.queue=5');
    const result = simulate(scenario);
    const facts = factsOf(scenario, planMemory(scenario).kvBlocks);
    expect(conservationErrors(result, facts)).toEqual([]);
    const count = (name: Parameters<typeof lifecycleCount>[1]) => lifecycleCount(result.lifecycle!, name);
    for (const name of [
      'registered',
      'rejected',
      'ready',
      'superseded',
      'rolled_back',
      'obsolete',
      'stale_loads',
    ] as const)
      expect(count(name), name).toBeGreaterThan(0);
    const rows = summarise(result, facts);
    const value = (metric: string) => rows.find((row) => row.metric === metric && row.cohort === 'all')!.value!;
    expect(value('without_adapter_ratio')).toBeGreaterThan(0);
    expect(value('latest_ratio')).toBeGreaterThan(0.9);
    expect(value('stale_share_host')).toBeGreaterThan(0);
    expect(value('publish_ms_p50')).toBeGreaterThanOrEqual(500);
  });

  test('writes its lineage, whose times are in order', async () => {
    const { folder } = await run(
      small(LIFECYCLE, 'population.users=800', 'duration=8s', 'lifecycle.base_upgrade.at=6s'),
      { out: temporaryFolder() },
    );
    for (const name of ['revisions', 'lifecycle']) {
      const bytes = readFileSync(join(folder, `${name}.arrow`));
      const theirs = openArrow(bytes);
      const ours = parseTable(bytes);
      expect(theirs.columns).toEqual(Object.keys(ours.columns));
      expect(theirs.rows).toBe(ours.length);
    }
    const rows = openArrow(readFileSync(join(folder, 'revisions.arrow'))).records() as Record<string, number | null>[];
    expect(rows.length).toBeGreaterThan(100);
    const seen = new Set<string>();
    for (const row of rows) {
      const key = `${row.cell} ${row.adapter} ${row.revision}`;
      expect(seen.has(key)).toBe(false);
      seen.add(key);
      expect(row.parent!).toBeLessThan(row.revision!);
      const times = [row.started_s, row.registered_s, row.evaluated_s, row.ready_s].filter(
        (t) => t !== null,
      ) as number[];
      expect(times).toEqual([...times].sort((a, b) => a - b));
      if (row.outcome === ('rejected' as never)) expect(row.ready_s).toBeNull();
      if (row.outcome === ('ready' as never)) expect(row.ended_s).toBeNull();
    }
  });
});
