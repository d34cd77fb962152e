import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTable } from '../../src/metrics/run-folder.ts';
import { TABLE_NAMES } from '../../src/metrics/tables/index.ts';
import { isCoupled } from '../../src/run/simulate-cells.ts';
import { openArrow } from '../foreign-arrow.ts';
import { COUPLED, differences, resultFiles, run, small, temporaryFolder } from './small.ts';

describe('a run', () => {
  test('leaves a folder with every table, the resolved scenario and a complete manifest', async () => {
    const out = temporaryFolder();
    const { folder, document, manifest, rows } = await run(small(), { out, check: true });
    expect(readdirSync(out)).toEqual([folder.slice(out.length + 1)]);
    expect(readdirSync(folder).sort()).toEqual(
      ['manifest.json', 'scenario.resolved.yaml', 'summary.json', ...TABLE_NAMES.map((name) => `${name}.arrow`)].sort(),
    );
    expect(manifest).toMatchObject({
      status: 'complete',
      identity: { scenario: 'small', run_hash: document.run_hash },
    });
    expect(manifest.files).toEqual(readdirSync(folder).sort());
    expect(manifest.harness).toMatchObject({ workers: 1 });
    expect(rows.find(({ metric }) => metric === 'arrivals')!.value).toBeGreaterThan(400);
    // No time of day, duration or path of this machine in results.
    for (const [name, bytes] of resultFiles(folder)) {
      expect(bytes.includes(out), name).toBe(false);
      expect(bytes.includes(new Date().toISOString().slice(0, 10)), name).toBe(false);
    }
  });

  test('gives the same bytes again, and others with another seed', async () => {
    const out = temporaryFolder();
    const first = await run(small(), { out });
    const bytes = resultFiles(first.folder);
    const second = await run(small(), { out });
    expect(second.folder).toBe(first.folder);
    expect(differences(bytes, resultFiles(second.folder))).toEqual([]);
    const other = await run(small('seed=other'), { out });
    expect(other.folder).not.toBe(first.folder);
    expect(differences(bytes, resultFiles(other.folder))).toEqual([...bytes.keys()]);
  });

  test('is the same with one, two and three workers where cells share the object store', async () => {
    const scenario = small(...COUPLED);
    expect(isCoupled(scenario)).toBe(true);
    const runs = [];
    for (const jobs of [1, 2, 3]) runs.push(await run(scenario, { out: temporaryFolder(), jobs, check: jobs === 1 }));
    expect(runs.map(({ manifest }) => manifest.harness!.workers)).toEqual([1, 2, 3]);
    const [one, two, three] = runs.map(({ folder }) => resultFiles(folder));
    expect(differences(one, two)).toEqual([]);
    expect(differences(one, three)).toEqual([]);
    // The store does hold the cells up, or this would test nothing.
    const free = await run(small(), { out: temporaryFolder() });
    const wait = (outcome: typeof free) => outcome.document.metrics.adapter_wait_ms_mean.value!;
    expect(wait(runs[0])).toBeGreaterThan(1.5 * wait(free));
  });

  test('is taken as it is under resume, and only if it is complete and of this version', async () => {
    const out = temporaryFolder();
    const first = await run(small(), { out });
    const manifest = readFileSync(join(first.folder, 'manifest.json'), 'utf8');
    const bytes = resultFiles(first.folder);
    const resumed = await run(small(), { out, resume: true });
    expect(resumed.resumed).toBe(true);
    expect(readFileSync(join(first.folder, 'manifest.json'), 'utf8')).toBe(manifest);
    expect(resumed.document).toEqual(first.document);
    expect(resumed.rows).toEqual(first.rows);
    expect(resumed.verdicts).toEqual(first.verdicts);
    expect((await run(small(), { out, resume: true, version: '0.0.1' })).resumed).toBe(false);
    writeFileSync(join(first.folder, 'manifest.json'), manifest.replace('"complete"', '"running"'));
    expect((await run(small(), { out, resume: true })).resumed).toBe(false);
    expect(differences(bytes, resultFiles(first.folder))).toEqual([]);
  });

  test('audits the same events as without, and changes nothing', async () => {
    const [plain, audited] = [
      await run(small(), { out: temporaryFolder() }),
      await run(small(), { out: temporaryFolder(), check: true }),
    ];
    expect(differences(resultFiles(plain.folder), resultFiles(audited.folder))).toEqual([]);
    expect(audited.manifest.harness!.events).toBe(plain.manifest.harness!.events);
  });

  test('keeps its folder to itself until what is drawn from the results is in it', async () => {
    const out = temporaryFolder();
    let seen: string[] = [];
    const { folder } = await run(small(), {
      out,
      finish: async (partial) => {
        seen = readdirSync(out);
        writeFileSync(join(partial, 'report.html'), '<!doctype html>');
      },
    });
    expect(seen).toEqual([expect.stringContaining('.partial-')]);
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
    const failing = run(small('seed=other'), { out, finish: () => Promise.reject(new Error('no font')) });
    await expect(failing).rejects.toThrow('no font');
    expect(readdirSync(out)).toEqual([folder.slice(out.length + 1)]);
  });
});

test('every table opens in another reader, with units and provenance in the schema', async () => {
  const { folder, document } = await run(small(), { out: temporaryFolder() });
  for (const name of TABLE_NAMES) {
    const theirs = openArrow(readFileSync(join(folder, `${name}.arrow`)));
    const table = parseTable(readFileSync(join(folder, `${name}.arrow`)));
    expect(theirs.columns, name).toEqual(Object.keys(table.columns));
    expect(theirs.rows, name).toBe(table.length);
    expect(table.metadata, name).toMatchObject({ table: name, provenance: 'simulated', run_hash: document.run_hash });
    for (const [column, unit] of Object.entries(table.units)) expect(unit, `${name}.${column}`).not.toBe('');
  }
  const summary = openArrow(readFileSync(join(folder, 'summary.arrow')));
  const records = summary.records() as { metric: string; cohort: string; value: number }[];
  const arrivals = records.filter(({ metric, cohort }) => metric === 'arrivals' && cohort === 'all');
  expect(arrivals.map(({ value }) => value)).toEqual([document.metrics.arrivals.value]);
  const users = openArrow(readFileSync(join(folder, 'users.arrow')));
  expect(users.rows).toBe(4000);
  const requests = users.column('requests') as number[];
  expect(requests.reduce((sum, n) => sum + n, 0)).toBe(document.metrics.arrivals.value);
});
