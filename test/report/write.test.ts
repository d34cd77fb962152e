/** The report of a run folder on disk, from real Arrow files. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { arrowFile, type Column, encode } from '../../src/metrics/tables/arrow.ts';
import { summaryTable } from '../../src/metrics/tables/summary.ts';
import { readRun } from '../../src/report/read-run.ts';
import { TABLES, type Table } from '../../src/report/run-data.ts';
import { writeReport } from '../../src/report/write.ts';
import { resolvedYaml, runHash } from '../../src/scenario/hash.ts';
import { runTables } from './fixture.ts';
import { RUN_IDS } from './inputs.ts';

let folder = '';
const fixture = runTables();
const run = { ...fixture, hash: runHash(fixture.scenario) };

function columns(table: Table): Column[] {
  return Object.entries(table.columns).map(([name, values]) => ({
    name,
    unit: '',
    description: '',
    data: typeof values[0] === 'string' ? encode(values as string[]) : Float64Array.from(values as ArrayLike<number>),
  }));
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mint-bench-write-'));
  const provenance = { kind: 'simulated', runHash: run.hash, scenario: 'fixture' } as const;
  for (const name of TABLES)
    writeFileSync(join(folder, `${name}.arrow`), arrowFile({ name, columns: columns(run[name]) }, provenance));
  writeFileSync(join(folder, 'summary.arrow'), arrowFile(summaryTable(run.summary), provenance));
  writeFileSync(join(folder, 'scenario.resolved.yaml'), resolvedYaml(run.scenario));
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ command: 'mint-bench run fixture.yaml' }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('readRun', () => {
  it('gives back what the tables hold, and the scenario as it was resolved', () => {
    const { tables } = readRun(folder, run.memory);
    expect(tables.hash).toBe(run.hash);
    expect(tables.scenario).toEqual(run.scenario);
    expect(tables.summary).toEqual(run.summary);
    for (const name of TABLES) {
      for (const [column, values] of Object.entries(run[name].columns)) {
        expect(Array.from(tables[name].columns[column] as ArrayLike<unknown>), `${name}.${column}`).toEqual(
          Array.from(values as ArrayLike<unknown>),
        );
      }
    }
  });

  it('names the folder and the file that is missing', () => {
    rmSync(join(folder, 'manifest.json'));
    expect(() => readRun(folder, null)).toThrow(/manifest\.json/);
  });
});

describe('writeReport', () => {
  it('writes page, Markdown and six files a figure, and replaces an older report whole', async () => {
    const warnings: string[] = [];
    const files = await writeReport(folder, { memory: run.memory, onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([]);
    const drawn = readdirSync(join(folder, 'figures'));
    expect(files).toEqual([...drawn.map((name) => `figures/${name}`), 'report.html', 'summary.md'].sort());
    const ids = [...new Set(drawn.map((name) => name.split('.')[0]))];
    expect(ids).toEqual([...RUN_IDS].sort());
    expect(drawn).toEqual(
      ids.flatMap((id) => ['csv', 'dark.svg', 'pdf', 'png', 'svg', 'vl.json'].map((type) => `${id}.${type}`)),
    );
    expect(readdirSync(folder).some((name) => name.includes('partial') || name.includes('.old-'))).toBe(false);
    for (const name of drawn.filter((file) => file.endsWith('.png'))) {
      expect(
        readFileSync(join(folder, 'figures', name))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
    }
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('figures/ttft-distribution.dark.svg');
    const first = readFileSync(join(folder, 'report.html'));
    expect(first.includes('mint-bench run fixture.yaml')).toBe(true);

    // Again, over it: the same bytes for the same run, and nothing of the older report stays.
    writeFileSync(join(folder, 'figures', 'left-over.svg'), 'old');
    const again = await writeReport(folder, { png: false, memory: run.memory });
    expect(readFileSync(join(folder, 'report.html')).equals(first)).toBe(true);
    expect(again).toEqual(files.filter((name) => !name.endsWith('.png')));
    expect(readdirSync(join(folder, 'figures'))).toEqual(drawn.filter((name) => !name.endsWith('.png')));
  }, 120_000);

  it('without figures there are the tables alone', async () => {
    const files = await writeReport(folder, { figures: false });
    expect(files).toEqual(['report.html', 'summary.md']);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).not.toContain('<figure');
  });

  it('a folder that is in the way leaves nothing half-written', async () => {
    mkdirSync(join(folder, 'report.html'));
    await expect(writeReport(folder, { figures: false })).rejects.toThrow();
    expect(readdirSync(folder).some((name) => name.includes('partial'))).toBe(false);
  });
});
