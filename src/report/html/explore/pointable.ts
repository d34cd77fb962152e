/** Small changes to a figure's specification, whatever the figure: values to point at, legends of what is shown. */
import type { Row } from '../../figures/figure.ts';
import type { Spec } from '../../render.ts';

const TOOLTIP = { content: 'data' };

/** Lines and areas get points that tell their values when they are pointed at; nothing else of the drawing changes. */
export function pointable(spec: Spec): Spec {
  const children = Object.fromEntries(
    ['layer', 'vconcat', 'hconcat', 'concat'].flatMap((key) =>
      Array.isArray(spec[key]) ? [[key, (spec[key] as Spec[]).map(pointable)]] : [],
    ),
  );
  const { mark } = spec;
  if (mark === undefined) return { ...spec, ...children };
  const as: Spec = typeof mark === 'string' ? { type: mark } : (mark as Spec);
  const point = { opacity: 0, size: 40, filled: true };
  if (as.type === 'line' && as.point === undefined) return { ...spec, mark: { ...as, point, tooltip: TOOLTIP } };
  if (as.type === 'area' && as.point === undefined) return { ...spec, mark: { ...as, point, tooltip: TOOLTIP } };
  return {
    ...spec,
    ...(as.type === 'point' && as.tooltip === undefined ? { mark: { ...as, tooltip: TOOLTIP } } : {}),
    ...children,
  };
}

/** Legends list only what the rows hold: scales, and with them colours, stay those of all rows. */
export function legendsOf<T>(spec: T, rows: readonly Row[]): T {
  if (Array.isArray(spec)) return spec.map((part) => legendsOf(part, rows)) as T;
  if (typeof spec !== 'object' || spec === null) return spec;
  const { field, scale, legend } = spec as { field?: unknown; scale?: { domain?: unknown }; legend?: unknown };
  const domain = scale?.domain;
  if (typeof field === 'string' && Array.isArray(domain) && typeof legend === 'object' && legend !== null) {
    const present = new Set(rows.map((row) => row[field]));
    const values = domain.filter((name) => present.has(name));
    return values.length === 0 ? spec : { ...spec, legend: { ...legend, values } };
  }
  const parts = Object.entries(spec).filter(([key]) => key !== 'values');
  return { ...spec, ...Object.fromEntries(parts.map(([key, part]) => [key, legendsOf(part, rows)])) };
}
