/** Tables of the commands `kernel` and `calibrate`. */

import type { ProbeResult, Roofline } from '../real/backend.ts';
import type { Calibration } from '../real/calibrate.ts';
import { type ConformanceRow, inAll } from '../real/conformance.ts';
import type { LoadMeasurement } from '../real/loads.ts';
import { LOAD_TIMES } from '../real/loads.ts';
import { KERNEL_DTYPES } from '../real/operator.ts';
import type { KernelRecord } from '../real/results.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import { formatBytes, formatCount, formatSeconds } from './format.ts';

const nanoseconds = (ns: number): string => formatSeconds(ns / 1e9);
const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)}%`;
/** Half width of an interval beside its middle; "±?" where there were too few samples to bound it. */
const spread = (middle: number, low: number, high: number): string =>
  Number.isFinite(low) && Number.isFinite(high) ? `±${percent(Math.max(high - middle, middle - low) / middle)}` : '±?';

export function rooflineText({ readGBps, copyGBps, denseGflops, how }: Roofline): string {
  const rates = KERNEL_DTYPES.filter((dtype) => denseGflops[dtype] !== undefined).map(
    (dtype) => `${dtype} ${formatCount(denseGflops[dtype]!)} GFLOP/s`,
  );
  return `roofline: read ${formatCount(readGBps)} GB/s, copy ${formatCount(copyGBps)} GB/s, dense ${rates.join(', ')}\n  ${how}\n`;
}

export function recordTable(records: readonly KernelRecord[], screen: Screen): string {
  const rows = records.map((r) => [
    r.name,
    r.dtype,
    formatBytes(r.bytes),
    nanoseconds(r.warm_ns_p50),
    nanoseconds(r.flushed_ns_p50),
    spread(r.flushed_ns_p50, r.flushed_ns_p50_low, r.flushed_ns_p50_high),
    nanoseconds(r.flushed_ns_p99),
    formatCount(r.flushed_gbps),
    percent(r.roofline_fraction),
    r.stable ? '' : 'unsettled',
  ]);
  const header = ['shape', 'dtype', 'bytes', 'warm p50', 'cold p50', '', 'cold p99', 'GB/s', 'of roof', ''];
  return table(rows, { header, right: [2, 3, 4, 5, 6, 7, 8], ...screen });
}

/** Curves, a table each: what a launch takes beside the base model's product, by the curve's axis. */
export function curveTables(records: readonly KernelRecord[], screen: Screen): string {
  return [...new Set(records.map((r) => r.suite))]
    .map((curve) => {
      const rows = records.filter((r) => r.suite === curve);
      return `${screen.style('bold', curve)}\n${curveTable(rows, AXES[curve], screen)}`;
    })
    .join('\n');
}

/** What a curve is drawn over; scale-up goes from model to model, which its rows name. */
const AXES: Readonly<Record<string, string>> = {
  'scale-down': 'rank',
  'scale-out': 'adapters',
  'scale-out-pool': 'in memory',
};

function curveTable(records: readonly KernelRecord[], axis: string | undefined, screen: Screen): string {
  const rows = records.map((r) => [
    axis === undefined ? `${r.model} ${r.operator}` : r.model,
    ...(axis === undefined ? [] : [formatCount(r.x)]),
    nanoseconds(r.flushed_ns_p50),
    spread(r.flushed_ns_p50, r.flushed_ns_p50_low, r.flushed_ns_p50_high),
    formatBytes(r.bytes),
    percent(r.roofline_fraction),
    percent(r.flushed_ns_p50 / r.base_roofline_ns),
  ]);
  const header = ['shape', ...(axis === undefined ? [] : [axis]), 'cold p50', '', 'bytes', 'of roof', 'of base'];
  const right = header.map((_, column) => column).slice(1);
  return table(rows, { header, right, indent: 2, keys: axis === undefined ? 1 : 2, ...screen });
}

/** What the columns of the tables above say; `curves` has one more. */
export function recordLegend(curves: boolean, screen: Screen): string {
  const base = curves ? ', of base: that time over the base model’s product at the roofline' : '';
  return fold(
    'cold: caches overwritten before each launch; ±: half the 95% interval of the median, ±? where samples are too few to ' +
      `bound it; of roof: the roofline’s time for the bytes and FLOP over the time measured cold${base}`,
    screen.width,
  );
}

/** A table a backend, its last row over all groups; a backend that is not here is a line that says why. */
export function conformanceTables(
  rows: readonly ConformanceRow[],
  probes: readonly ProbeResult[],
  screen: Screen,
): string {
  const tables = probes
    .map((probe) => {
      const own = rows.filter((row) => row.backend === probe.backend);
      if (own.length > 0)
        return `${probe.backend}: ${probe.device} (${probe.variant})\n${conformanceTable([...own, inAll(own)], screen)}`;
      return `${probe.backend}: not run (${probe.steps.findLast((step) => step.outcome !== 'ok')?.reason ?? 'no reason given'})\n`;
    })
    .join('\n');
  return rows.length === 0 ? tables : `${tables}\n${fold(CONFORMANCE_LEGEND, screen.width)}`;
}

const CONFORMANCE_LEGEND =
  'worst: largest |y − float64| ÷ max(1, |float64|); of tolerance: largest share of what rounding may do to that element, at ' +
  'most 1. A backend may round A·x to the storage type, as matrix units do: its sums then end further from float64 within the same tolerance';

function conformanceTable(rows: readonly ConformanceRow[], screen: Screen): string {
  const lines = rows.map((row) => [
    row.group,
    formatCount(row.cases),
    row.failed === 0 ? 'ok' : `${row.failed} failed`,
    formatCount(row.checked),
    ...KERNEL_DTYPES.map((dtype) => row.worstError[dtype]?.toExponential(1) ?? '–'),
    row.worstShare.toFixed(2),
  ]);
  const worst = KERNEL_DTYPES.map((dtype) => `worst ${dtype}`);
  const header = ['cases about', 'cases', '', 'values', ...worst, 'of tolerance'];
  return table(lines, { header, right: [1, 3, 4, 5, 6, 7], ...screen });
}

export function loadTable(loads: readonly LoadMeasurement[], screen: Screen): string {
  const rows = loads.map((load) => [
    load.model,
    formatCount(load.rank),
    load.packed ? 'packed' : 'as trained',
    formatCount(load.concurrency),
    formatCount(load.objects),
    formatBytes(load.fileBytes),
    ...LOAD_TIMES.map((stage) => nanoseconds(load.stageNs[stage])),
    nanoseconds(load.allNs),
    load.cold ? 'disk' : 'page cache',
  ]);
  const header = ['model', 'rank', 'file', 'at once', 'objects', 'bytes', ...LOAD_TIMES, 'all ready', 'read from'];
  return table(rows, { header, right: [1, 3, 4, 5, 6, 7, 8, 9, 10], keys: 4, ...screen });
}

export function calibrationTable({ heldOut }: Calibration, screen: Screen): string {
  const rows = heldOut.map((row) => [
    row.name,
    nanoseconds(row.measuredUs * 1e3),
    nanoseconds(row.predictedUs * 1e3),
    `${row.error < 0 ? '−' : '+'}${percent(Math.abs(row.error))}`,
  ]);
  return table(rows, { header: ['held-out shape', 'measured', 'predicted', 'error'], right: [1, 2, 3], ...screen });
}
