/** Writes the figures of a kernel run: the three curves and the roofline, as Vega-Lite, SVG and PNG. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Roofline } from '../real/backend.ts';
import { denseFlops, type KernelRecord } from '../real/results.ts';
import { assemble } from '../report/figures/chart.ts';
import type { Figure, KernelRow, Row } from '../report/figures/figure.ts';
import { kernelRoofline } from '../report/figures/kernel-roofline.ts';
import { type CurveRow, curveFigures } from '../report/kernel-curves.ts';
import { renderer } from '../report/render.ts';
import { theme } from '../report/theme.ts';

const PNG_SCALE = 2;

function curveRows(records: readonly KernelRecord[]): CurveRow[] {
  // An interval that the samples could not bound is drawn as the median alone.
  const bounded = (bound: number, middle: number) => (Number.isFinite(bound) ? bound : middle) / 1e6;
  return records.map((record) => ({
    curve: record.suite,
    series: record.experts > 0 ? 'expert LoRA' : 'dense projections',
    x: record.x,
    lora_ms: record.flushed_ns_p50 / 1e6,
    low_ms: bounded(record.flushed_ns_p50_low, record.flushed_ns_p50),
    high_ms: bounded(record.flushed_ns_p50_high, record.flushed_ns_p50),
    base_share: record.flushed_ns_p50 / record.base_roofline_ns,
  }));
}

/** Paths of what was written; `measuredOn` stands in every figure. */
export async function writeKernelFigures(
  folder: string,
  records: readonly KernelRecord[],
  roofline: Roofline,
  measuredOn: string,
): Promise<string[]> {
  const kernelRows: KernelRow[] = records.map((record) => ({
    kernel: record.suite,
    label: record.name,
    flops: record.flops,
    bytes: record.bytes,
    seconds: record.flushed_ns_p50 / 1e9,
    peakFlops: denseFlops(roofline, record.dtype),
    peakBandwidth: roofline.readGBps * 1e9,
  }));
  const figures: [string, Figure<'kernel'>, readonly Row[]][] = [
    ...curveFigures(curveRows(records)),
    ['kernel-roofline', kernelRoofline, kernelRoofline.prepare(kernelRows)],
  ];
  const out = join(folder, 'figures');
  mkdirSync(out, { recursive: true });
  const { svg, png } = await renderer();
  const look = theme('light', 'wide');
  const written: string[] = [];
  for (const [name, figure, rows] of figures) {
    if (rows.length === 0) continue;
    const spec = assemble(figure, rows, look, { titled: true, caption: `Measured on ${measuredOn}` });
    const drawn = await svg(spec);
    const path = join(out, name);
    writeFileSync(`${path}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`);
    writeFileSync(`${path}.svg`, drawn.svg);
    writeFileSync(`${path}.png`, await png(drawn.svg, PNG_SCALE, look.background));
    written.push(`${path}.svg`);
  }
  return written;
}
