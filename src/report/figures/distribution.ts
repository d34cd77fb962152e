/**
 * Cumulative distributions of a latency by cohort: what the TTFT and TPOT figures share. The share axis is a probability axis
 * (evenly spaced in normal quantiles), so that the 99th percentile can be read and a log-normal law is a straight line.
 */
import type { Spec } from '../render.ts';
import { ALL, cohortNames, numbers, type RunTables, strings } from '../run-data.ts';
import { type Look, seriesLooks, type Theme } from '../theme.ts';
import { millisecondsAxis } from './axes.ts';
import { seriesField } from './by-run.ts';
import type { Across, Row } from './figure.ts';
import { distinct, panels } from './panels.ts';
import { plainLines, present } from './series.ts';

/** Points a curve keeps: evenly spaced in cumulative share, denser towards the tail. */
const POINTS = 60;
/** Cohorts drawn; a run with more shows the first ones and the whole. */
const CURVES = 7;

export const everyone = 'all requests';

export function distributionRows(tables: RunTables, metric: string): Row[] {
  const wanted = cohortNames(tables).slice(0, CURVES);
  const drawn = wanted.length === 1 ? wanted : [...wanted, ALL];
  return drawn.flatMap((cohort) =>
    curve(tables, metric, cohort).map((row) => ({ cohort: cohort === ALL ? everyone : cohort, ...row })),
  );
}

/** All requests of each run, one curve a run. */
export const distributionAcross = (metric: string, howToRead: string): Across => ({
  howToRead,
  prepare: (runs) =>
    runs.flatMap(({ label, tables }) => curve(tables, metric, ALL).map((row) => ({ run: label, ...row }))),
});

function curve(tables: RunTables, metric: string, cohort: string): Row[] {
  const table = tables.distributions;
  const metrics = strings(table, 'metric');
  const cohorts = strings(table, 'cohort');
  const upper = numbers(table, 'upper_value');
  const cumulative = numbers(table, 'cumulative');
  const rows: Row[] = [];
  const points: number[] = [];
  for (let i = 0; i < table.length; i++) {
    if (metrics[i] !== metric || cohorts[i] !== cohort) continue;
    points.push(i);
  }
  const last = points.at(-1);
  if (last === undefined || !(cumulative[last] > 0)) return [];
  const total = cumulative[last];
  let next = 0;
  for (const i of points) {
    const share = cumulative[i] / total;
    if (tailScore(share) < next && i !== last) continue;
    next = tailScore(share) + 1 / POINTS;
    rows.push({ [metric]: upper[i], share });
  }
  return rows;
}

/** Half the points below the median of the drawn curve, half spread over the tail's nines (to 99.9%). */
const tailScore = (share: number): number => share / 2 + Math.min(3, -Math.log10(Math.max(1e-3, 1 - share))) / 6;

export function distributionSpec(rows: readonly Row[], theme: Theme, metric: string, title: string): Spec {
  const field = seriesField(rows, 'cohort');
  const names = distinct(rows, field);
  const looks = cohortLooks(names);
  const values = rows.map((row) => Number(row[metric])).filter((value) => value > 0);
  const x = millisecondsAxis(metric, title, { log: true, values, grid: true });
  return panels(theme, [
    {
      title: 'share of requests at or below',
      height: 220,
      transform: [{ filter: 'datum.share < 1' }, { calculate: 'quantileNormal(datum.share)', as: 'z' }],
      mark: { type: 'line', clip: true },
      encoding: {
        ...plainLines(field, present(looks, rows, field), theme, x, { field: 'share' }, rows),
        y: {
          field: 'z',
          type: 'quantitative',
          title: null,
          scale: { domain: [-2.5, 3.2], nice: false, zero: false },
          axis: { values: SHARES.map((share) => share.z), labelExpr: SHARE_LABELS },
        },
      },
    },
  ]);
}

/** Looks of cohorts by position; all requests together are grey and dotted beside them, and alone simply the line. */
export function cohortLooks(names: readonly string[]): Record<string, Look> {
  if (names.length < 2) return seriesLooks(names);
  const looks = seriesLooks(names.filter((name) => name !== everyone));
  if (names.includes(everyone)) looks[everyone] = { label: everyone, swatch: 'grey', dash: [2, 2], shape: 'cross' };
  return looks;
}

/** Shares that label the probability axis, with their standard normal quantiles. */
const SHARES = [
  { z: -2.3263, label: '1%' },
  { z: -1.2816, label: '10%' },
  { z: 0, label: '50%' },
  { z: 1.2816, label: '90%' },
  { z: 2.3263, label: '99%' },
  { z: 3.0902, label: '99.9%' },
];
const SHARE_LABELS = `${SHARES.map(({ z, label }) => `abs(datum.value - (${z})) < 1e-3 ? '${label}' : `).join('')}''`;
