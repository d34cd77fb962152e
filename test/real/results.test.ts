import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, expect, it } from 'vitest';
import { fingerprint } from '../../src/real/machine.ts';
import { encodeKernelRun, readKernelRun } from '../../src/real/results.ts';
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
  expect(() => readKernelRun(path)).toThrow(/profile\.json is not a kernel run; mint-bench kernel writes one/);
});
