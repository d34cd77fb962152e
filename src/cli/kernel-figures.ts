/** The figures of stored kernel measurements: what a run of `kernel` writes beside its table, and what `figure` draws again. */
import { join } from 'node:path';
import type { Roofline } from '../real/backend.ts';
import { denseFlops, type KernelRecord } from '../real/results.ts';
import { drawAll } from '../report/draw.ts';
import type { KernelRow } from '../report/figures/figure.ts';
import { writeFigures } from '../report/write.ts';

/** @param run name of the measurement where a figure holds several */
export function kernelRows(records: readonly KernelRecord[], roofline: Roofline, run: string = ''): KernelRow[] {
  // An interval that the samples could not bound is drawn as the median alone.
  const bounded = (bound: number, middle: number) => (Number.isFinite(bound) ? bound : middle) / 1e9;
  return records.map((record) => ({
    run,
    kernel: record.suite,
    label: record.name,
    shape: record.experts > 0 ? 'expert LoRA' : 'dense projections',
    x: record.x,
    flops: record.flops,
    bytes: record.bytes,
    seconds: record.flushed_ns_p50 / 1e9,
    low: bounded(record.flushed_ns_p50_low, record.flushed_ns_p50),
    high: bounded(record.flushed_ns_p50_high, record.flushed_ns_p50),
    baseSeconds: record.base_roofline_ns / 1e9,
    peakFlops: denseFlops(roofline, record.dtype),
    peakBandwidth: roofline.readGBps * 1e9,
  }));
}

/** Paths of the drawings; `device` stands in every figure. */
export async function writeKernelFigures(
  folder: string,
  records: readonly KernelRecord[],
  roofline: Roofline,
  device: string,
): Promise<string[]> {
  const drawings = await drawAll(
    'kernel',
    kernelRows(records, roofline),
    { kind: 'measured', source: device },
    { png: true },
  );
  return writeFigures(folder, drawings)
    .filter((name) => name.endsWith('.svg') && !name.endsWith('.dark.svg'))
    .map((name) => join(folder, name));
}
