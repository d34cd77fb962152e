import { describe, expect, it } from 'vitest';
import { calibrate, joinKernelRuns } from '../../src/real/calibrate.ts';
import { kernelProfileSchema } from '../../src/scenario/kernel-profile.ts';
import { RUN, syntheticRecords } from './kernel-run.ts';

const KNOWN = { operator: 3e-6, adapter: 2e-7, bytesPerSecond: 15e9, flopsPerSecond: 60e9 };
const stored = (noise: number) => ({ ...RUN, fingerprint: 'abc', records: syntheticRecords(KNOWN, noise) });

describe('calibrate', () => {
  it('recovers the kernel behind noisy measurements, and reports the noise as its error', () => {
    const { profile, heldOut, notes } = calibrate(stored(0.02), { also: ['Preset'] });
    expect(kernelProfileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
    expect(profile.operator_s / KNOWN.operator).toBeCloseTo(1, 1);
    expect(profile.adapter_s / KNOWN.adapter).toBeCloseTo(1, 1);
    expect(profile.bytes_per_s / KNOWN.bytesPerSecond).toBeCloseTo(1, 1);
    expect(profile.flops_per_s / KNOWN.flopsPerSecond).toBeCloseTo(1, 1);
    expect(profile.device).toEqual({ name: RUN.probe.device, also: ['Preset'], memory_bandwidth: 20e9, flops: 200e9 });
    expect(profile.fit.shapes + profile.fit.held_out).toBe(36);
    expect(profile.fit.held_out).toBe(heldOut.length);
    expect(profile.fit.held_out).toBeGreaterThan(3);
    expect(profile.fit.mape).toBeGreaterThan(0.002);
    expect(profile.fit.mape).toBeLessThan(0.05);
    expect(notes).toEqual([]);
  });

  it('takes its error from shapes that it did not fit', () => {
    const clean = stored(0);
    const held = new Set(calibrate(clean, { also: [] }).heldOut.map((row) => row.name));
    // Held-out shapes that take twice as long change the error and nothing else.
    const records = clean.records.map((record) =>
      held.has(record.name) ? { ...record, flushed_ns_p50: 2 * record.flushed_ns_p50 } : record,
    );
    const { profile } = calibrate({ ...clean, records }, { also: [] });
    expect(profile.operator_s / KNOWN.operator).toBeCloseTo(1, 4);
    expect(profile.fit.mape).toBeCloseTo(0.5, 2);
  });

  it('falls back on the roofline for a rate that no shape shows, and says so', () => {
    const clean = stored(0);
    const records = clean.records.filter((record) => record.flops / record.bytes < 4);
    const { profile, notes } = calibrate({ ...clean, records }, { also: [] });
    expect(profile.flops_per_s).toBe(200e9);
    expect(notes).toEqual(['no shape was bound by compute: flops_per_s is the dense product measured in the same run']);
  });

  it('says so where four constants do not describe the kernel', () => {
    const clean = stored(0);
    // Every other shape takes three times as long: no constants of this form meet both.
    const records = clean.records.map((record, i) =>
      i % 2 === 0 ? { ...record, flushed_ns_p50: 3 * record.flushed_ns_p50 } : record,
    );
    const { profile, notes } = calibrate({ ...clean, records }, { also: [] });
    expect(profile.fit.mape).toBeGreaterThan(0.2);
    expect(notes.join()).toContain(`by ${(100 * profile.fit.mape).toFixed(0)}% on average`);
  });

  it('joins runs of one device, with the higher of their ceilings, and no others', () => {
    const whole = stored(0.02);
    const half = { ...whole, records: whole.records.slice(0, 18), roofline: { ...whole.roofline, readGBps: 1 } };
    const rest = { ...whole, records: whole.records.slice(18) };
    expect(calibrate(joinKernelRuns([half, rest]), { also: [] })).toEqual(calibrate(whole, { also: [] }));
    expect(() => joinKernelRuns([half, { ...rest, fingerprint: 'other' }])).toThrow(/one machine/);
  });

  it('refuses too little and mixed dtypes', () => {
    const clean = stored(0);
    expect(() => calibrate({ ...clean, records: clean.records.slice(0, 5) }, { also: [] })).toThrow(/at least 8/);
    const mixed = clean.records.map((record, i) => (i === 0 ? { ...record, dtype: 'fp32' } : record));
    expect(() => calibrate({ ...clean, records: mixed }, { also: [] })).toThrow(/one dtype/);
  });
});
