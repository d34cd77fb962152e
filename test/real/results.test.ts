import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, expect, it } from 'vitest';
import { fingerprint } from '../../src/real/machine.ts';
import { encodeKernelRun, encodeLoads, readKernelRun } from '../../src/real/results.ts';
import { openArrow } from '../foreign-arrow.ts';
import { RUN, syntheticRecords } from './kernel-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-results-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const records = syntheticRecords({ operator: 1e-6, adapter: 1e-7, bytesPerSecond: 1e10, flopsPerSecond: 1e11 }, 0.1);

it('survives the round trip, infinite interval bounds included', () => {
  const path = join(folder, 'kernel.arrow');
  const unbounded = records.map((record, i) => (i === 0 ? { ...record, warm_ns_p50_low: -Infinity } : record));
  writeFileSync(path, encodeKernelRun(RUN, unbounded));
  const back = readKernelRun(path);
  expect(back.records).toEqual(unbounded);
  expect(back).toMatchObject({ ...RUN, fingerprint: fingerprint(RUN.machine, RUN.probe.device, RUN.probe.variant) });
});

it('opens in another reader with the same numbers', () => {
  const table = openArrow(encodeKernelRun(RUN, records));
  expect(table.rows).toBe(records.length);
  expect(table.columns).toEqual(Object.keys(records[0]));
  expect(table.records()).toEqual(records);
  expect(table.metadata.format).toBe('mint-bench-kernel-run');
});

it('measures against the roofline of its own run', () => {
  for (const record of records) {
    const bound = Math.max(record.bytes / 20, record.flops / 200);
    expect(record.roofline_ns).toBeCloseTo(bound, 6);
    expect(record.roofline_fraction).toBeCloseTo(bound / record.flushed_ns_p50, 10);
  }
  // 64 × 64 at 16 bit, one token: bytes decide for the base product too.
  expect(records[0].base_roofline_ns).toBeCloseTo((64 * 64 * 2) / 20, 6);
});

it('rejects another file', () => {
  const path = join(folder, 'other.arrow');
  writeFileSync(path, tableToIPC(tableFromArrays({ a: Int32Array.of(1) }), 'file'));
  expect(() => readKernelRun(path)).toThrow(/not a kernel run/);
});

it('rejects what is no Arrow file', () => {
  const path = join(folder, 'profile.json');
  writeFileSync(path, '{"format": "mint-bench-kernel-profile", "version": 1, "device": {"name": "a CPU"}}');
  expect(() => readKernelRun(path)).toThrow(/profile\.json is not a kernel run, or not the whole of one/);
});

it('keeps loads with their units and the machine', () => {
  const stageNs = { read: 4e6, parse: 1e5, build: 2e6, transfer: 3e6 };
  const load = {
    model: 'M',
    backend: 'js',
    rank: 8,
    packed: true,
    concurrency: 4,
    objects: 12,
    fileBytes: 4096,
    cold: true,
  };
  const table = openArrow(encodeLoads(RUN, [{ ...load, stageNs, allNs: 1e7 }]));
  expect(table.records()).toHaveLength(1);
  expect(table.records()[0]).toMatchObject({
    model: 'M',
    file_bytes: 4096,
    read_ns_p50: 4e6,
    transfer_ns_p50: 3e6,
    all_ns_p50: 1e7,
  });
  expect(JSON.parse(table.metadata.machine)).toEqual(RUN.machine);
});
