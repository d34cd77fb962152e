/** The tables, opened by readers that share no code with the writer. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { histogramOf, mergeCells } from '../../../src/metrics/result.ts';
import { parseTable, readRunFolder } from '../../../src/metrics/run-folder.ts';
import { summarise } from '../../../src/metrics/summary.ts';
import { arrowFile, type Provenance } from '../../../src/metrics/tables/arrow.ts';
import { resultTables, TABLE_NAMES } from '../../../src/metrics/tables/index.ts';
import { usersTable } from '../../../src/metrics/tables/users.ts';
import { UserRecords } from '../../../src/metrics/users.ts';
import { openArrow, polars } from '../../foreign-arrow.ts';
import { FACTS, madeUpCell, play } from '../synthetic.ts';

const cells = ['x', 'y'].map((seed) => madeUpCell(seed, 700));
const directory = {
  globalUser: (cell: number, user: number) => cell * 50 + user,
  cohortOfUser: (_: number, user: number) => user % 2,
};
const provenance: Provenance = { kind: 'simulated', runHash: 'abc123', scenario: 'made-up' };
const build = () => {
  const run = mergeCells(cells.map((cell) => play(cell).result()));
  const summary = summarise(run, FACTS);
  return { run, summary, files: new Map(resultTables({ run, facts: FACTS, summary, directory, provenance })) };
};
const { run, summary, files } = build();
const folder = mkdtempSync(join(tmpdir(), 'mint-bench-tables-'));
for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const open = (table: string) => openArrow(files.get(`${table}.arrow`)!);
const records = (table: string) => open(table).records() as Record<string, never>[];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const requests = cells.flatMap((cell) => cell.requests);

describe('every table', () => {
  it('opens in another reader with the columns, rows, metadata and units that our reader sees', () => {
    expect([...files.keys()]).toEqual(TABLE_NAMES.map((name) => `${name}.arrow`));
    for (const name of TABLE_NAMES) {
      const theirs = open(name);
      const ours = parseTable(files.get(`${name}.arrow`)!);
      expect(theirs.rows).toBe(ours.length);
      expect(theirs.columns).toEqual(Object.keys(ours.columns));
      for (const column of theirs.columns) {
        expect(theirs.column(column).map((value) => value ?? Number.NaN)).toEqual(
          Array.from(ours.columns[column] as ArrayLike<number>),
        );
        expect(ours.units[column]).not.toBe('');
      }
      expect(ours.metadata).toMatchObject({
        provenance: 'simulated',
        run_hash: 'abc123',
        scenario: 'made-up',
        table: name,
      });
    }
  });

  it.skipIf(polars === null)('opens in polars (skipped where nodejs-polars is not installed)', () => {
    for (const [name, bytes] of files) {
      const frame = polars!.readIPC(Buffer.from(bytes));
      const theirs = openArrow(bytes);
      expect([name, frame.height, frame.columns]).toEqual([name, theirs.rows, theirs.columns]);
      for (const column of frame.columns) expect(frame.getColumn(column).toArray()).toEqual(theirs.column(column));
    }
  });

  it('is the same, byte for byte, when it is built again in the same process', () => {
    const again = build().files;
    for (const [name, bytes] of files)
      expect(Buffer.compare(Buffer.from(bytes), Buffer.from(again.get(name)!))).toBe(0);
  });

  it('describes each column', () => {
    for (const bytes of files.values()) {
      for (const field of tableFromIPC(bytes).schema.fields) expect(field.metadata.get('description')).toMatch(/\w{3}/);
    }
  });
});

describe('contents', () => {
  it('summary: all rows, nulls where a sample is empty', () => {
    const rows = records('summary') as unknown as typeof summary;
    expect(rows.map((row) => [row.metric, row.cohort, row.value])).toEqual(
      summary.map((row) => [row.metric, row.cohort, row.value]),
    );
    expect(rows.find((row) => row.metric === 'load_ms_p50')?.value).toBeNull();
  });

  it('cohorts: rows add up to the whole', () => {
    const rows = records('cohorts');
    expect(sum(rows.map((row) => row.arrivals))).toBe(requests.length);
    expect(sum(rows.map((row) => row.prompt_tokens))).toBe(
      sum(requests.filter((r) => r.endState === 0).map((r) => r.promptTokens)),
    );
  });

  it('distributions: counts of a histogram add up to its samples, cohorts to all, and bounds ascend', () => {
    const rows = records('distributions') as unknown as {
      metric: string;
      cohort: string;
      upper_value: number;
      count: number;
      cumulative: number;
    }[];
    const of = (metric: string, cohort: string) => rows.filter((row) => row.metric === metric && row.cohort === cohort);
    for (const name of ['ttft', 'tpot', 'e2el', 'slowdown'] as const) {
      const metric = name === 'slowdown' ? name : `${name}_ms`;
      const all = of(metric, 'all');
      expect(sum(all.map((row) => row.count))).toBe(histogramOf(run, name)!.n);
      expect(all.at(-1)!.cumulative).toBe(histogramOf(run, name)!.n);
      expect(sum(FACTS.cohorts.map((cohort) => of(metric, cohort).at(-1)!.cumulative))).toBe(all.at(-1)!.cumulative);
      expect(all.every((row, i) => i === 0 || row.upper_value > all[i - 1].upper_value)).toBe(true);
    }
  });

  it('timeseries: buckets add up to the counters', () => {
    const rows = records('timeseries');
    expect(sum(rows.map((row) => row.arrivals))).toBe(requests.length);
    expect(sum(rows.map((row) => row.part_lora_s))).toBeCloseTo(
      sum(cells.flatMap((cell) => cell.runs.map((r) => r.parts[2]))) / 64e12,
      9,
    );
    expect(rows[1].t_s).toBe(2);
  });

  it('breakdown: parts of every cohort add up to its end-to-end time', () => {
    const rows = records('breakdown') as unknown as { part: string; cohort: string; seconds: number }[];
    const whole = (cohort: string) => sum(rows.filter((row) => row.cohort === cohort).map((row) => row.seconds));
    expect(whole('all')).toBeCloseTo(histogramOf(run, 'e2el')!.sum / 1e3, 6);
    expect(whole('free') + whole('pro')).toBeCloseTo(whole('all'), 6);
  });

  it('users: one row each, their requests add up to all', () => {
    const rows = records('users');
    expect(rows.map((row) => row.user)).toEqual(Array.from({ length: 100 }, (_, user) => user));
    expect(sum(rows.map((row) => row.requests))).toBe(requests.length);
    expect(rows[51].cohort).toBe('pro');
  });

  it('users: who asked for nothing has no speed, who was refused has that of 0', () => {
    const cell = new UserRecords(3);
    cell.served(Int32Array.of(0), Float64Array.of(10), Float64Array.of(0.5), 1);
    cell.refused(1);
    const { columns } = parseTable(arrowFile(usersTable({ ...run, users: [cell] }, FACTS, directory), provenance));
    expect(Array.from(columns.requests as ArrayLike<number>)).toEqual([1, 1, 0]);
    expect(Array.from(columns.speed as ArrayLike<number>)).toEqual([0.5, 0, Number.NaN]);
  });

  it('users: a bounded sample by hash where there are too many, the same whatever the order of cells', () => {
    const sampled = (input: typeof run, of: typeof directory) =>
      parseTable(arrowFile(usersTable(input, FACTS, of, 49), provenance)).columns.user as Uint32Array;
    const forward = sampled(run, directory);
    const turned = { ...run, users: [...run.users].reverse() };
    const backward = sampled(turned, { ...directory, globalUser: (cell, user) => (1 - cell) * 50 + user });
    expect(forward.length).toBeGreaterThan(5);
    expect(forward.length).toBeLessThanOrEqual(49);
    expect([...backward].sort((a, b) => a - b)).toEqual([...forward]);
  });

  it('requests: all of a small run, with the latencies they had', () => {
    const rows = records('requests') as unknown as Record<string, number | string | null>[];
    expect(rows.length).toBe(requests.length);
    const finished = rows.filter((row) => row.end_state === 'finished');
    expect(finished.length).toBe(requests.filter((r) => r.endState === 0).length);
    for (const row of finished.slice(0, 50)) {
      const same = requests.filter((r) => r.endState === 0 && r.arrivalNs / 1e9 === row.arrival_s);
      expect(same.map((r) => (r.endNs - r.arrivalNs) / 1e6)).toContain(row.e2el_ms);
    }
    expect(
      rows
        .filter((row) => row.end_state !== 'finished')
        .every((row) => row.ttft_ms === null && row.lookup_tier === 'none'),
    ).toBe(true);
  });
});

describe('run folders', () => {
  it('are read back whole', () => {
    const read = readRunFolder(folder);
    expect(read.summary).toEqual(summary);
    expect(Object.keys(read.tables).sort()).toEqual([...TABLE_NAMES].sort());
    expect(read.tables.timeseries.metadata.warmup_s).toBe('10');
    expect(read.document).toBeNull();
  });

  it('that are not, or hold a torn file, are refused with the path', () => {
    const broken = mkdtempSync(join(tmpdir(), 'mint-bench-torn-'));
    expect(() => readRunFolder(broken)).toThrow(/summary\.arrow is not there/);
    writeFileSync(join(broken, 'summary.arrow'), files.get('summary.arrow')!.subarray(0, 100));
    expect(() => readRunFolder(broken)).toThrow(join(broken, 'summary.arrow'));
    rmSync(broken, { recursive: true });
  });
});
