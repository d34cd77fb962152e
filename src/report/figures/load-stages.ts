import { findSummary, type SummaryRow } from '../run-data.ts';
import { STAGES, seriesLooks } from '../theme.ts';
import { millisecondsAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { barsHeight, categoryAxis, distinct, labelRoom, panels } from './panels.ts';
import { pointSeries, TIP, tip } from './series.ts';

export const loadStages: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Anatomy of an adapter load',
  question: 'Which stage makes a cold adapter slow?',
  howToRead:
    'One row a stage, from the request for an adapter to its copy on the GPU (logarithmic). The line runs from the median to the 99th percentile, the bar marks the mean. The stage whose mean lies farthest right sets the pace; a long line is a queue.',
  source: 'after the cold-load stages of the MinT paper (arXiv 2605.13779)',
  needs: [],
  prepare: ({ summary }) => stagesOf(summary),
  spec(rows, theme) {
    const stages = rows.map((row) => String(row.stage));
    const shown = rows
      .flatMap((row) => [Number(row.p50_ms), Number(row.p99_ms), Number(row.mean_ms)])
      .filter((ms) => ms >= FLOOR_MS);
    const y = named;
    const axis = (field: string) =>
      millisecondsAxis(field, 'time in the stage: median ●, mean |, 99th percentile ▶', {
        log: true,
        values: shown,
        grid: true,
        padding: 8,
      });
    return panels(
      theme,
      [
        {
          title: null,
          height: barsHeight(stages.length),
          transform: [
            tip(
              "datum.stage + ' · median ' + format(datum.p50_ms, '.3~r') + ' ms · mean ' + format(datum.mean_ms, '.3~r') + ' ms · p99 ' + format(datum.p99_ms, '.3~r') + ' ms'",
            ),
            ...['p50_ms', 'p99_ms', 'mean_ms'].map(floored),
          ],
          layer: [
            {
              mark: { type: 'rule', strokeWidth: 3, color: theme.swatches.sky, opacity: 0.8 },
              encoding: { y, x: axis('p50_ms'), x2: { field: 'p99_ms' } },
            },
            {
              mark: { type: 'point', filled: true, size: 60, opacity: 1, color: theme.swatches.blue, aria: true },
              encoding: { y, x: axis('p50_ms'), description: TIP },
            },
            {
              mark: {
                type: 'point',
                filled: true,
                size: 70,
                opacity: 1,
                shape: 'triangle-right',
                color: theme.swatches.sky,
                aria: true,
              },
              encoding: { y, x: axis('p99_ms'), description: TIP },
            },
            {
              mark: { type: 'tick', thickness: 3, size: 18, color: theme.swatches.orange, aria: true },
              encoding: { y, x: axis('mean_ms'), description: TIP },
            },
          ],
        },
      ],
      labelRoom(stages, theme) + CLEAR,
    );
  },
  across: {
    howToRead:
      'A group of rows a stage, a row a run, from the request for an adapter to its copy on the GPU (logarithmic). A line runs from the median, which its mark stands at, to the 99th percentile. A long line is a queue; means are not drawn.',
    prepare: (runs) =>
      runs.flatMap(({ label, tables }) => stagesOf(tables.summary).map((row) => ({ run: label, ...row }))),
    spec(rows, theme) {
      const stages = distinct(rows, 'stage');
      const looks = Object.values(seriesLooks(distinct(rows, 'run')));
      const shown = rows.flatMap((row) => [Number(row.p50_ms), Number(row.p99_ms)]).filter((ms) => ms >= FLOOR_MS);
      const y = { ...named, sort: stages, scale: { paddingInner: 0.3 } };
      const yOffset = { field: 'run', type: 'nominal', sort: distinct(rows, 'run') };
      const axis = (field: string) =>
        millisecondsAxis(field, 'time in the stage, median to 99th percentile', {
          log: true,
          values: shown,
          grid: true,
          padding: 8,
        });
      const points = pointSeries('run', looks, theme);
      const tall = Math.max(barsHeight(stages.length), 12 * rows.length);
      return panels(
        theme,
        [
          {
            title: null,
            height: Math.min(460, tall),
            transform: ['p50_ms', 'p99_ms'].map(floored),
            layer: [
              {
                mark: { type: 'rule', strokeWidth: 2, opacity: 0.7 },
                encoding: { y, yOffset, x: axis('p50_ms'), x2: { field: 'p99_ms' }, color: points.color },
              },
              {
                transform: [
                  tip(
                    "datum.run + ' · ' + datum.stage + ' · median ' + format(datum.p50_ms, '.3~r') + ' ms · p99 ' + format(datum.p99_ms, '.3~r') + ' ms'",
                  ),
                ],
                mark: { type: 'point', filled: true, size: 45, opacity: 1, aria: true },
                encoding: { y, yOffset, x: axis('p50_ms'), ...points, description: TIP },
              },
            ],
          },
        ],
        labelRoom(stages, theme) + CLEAR,
      );
    },
  },
};

/** A stage that takes no time stands at the very start of the axis, clear of its name. */
const CLEAR = 8;
const category = categoryAxis('stage');
const named = { ...category, axis: { ...(category.axis as object), labelPadding: CLEAR } };

/** Shorter stages are drawn at 1 µs: a stage that takes no time has no place on a logarithmic axis. */
const FLOOR_MS = 1e-3;
const floored = (field: string) => ({ calculate: `max(datum.${field}, ${FLOOR_MS})`, as: field });

interface Stage extends Row {
  stage: string;
  p50_ms: number;
  p99_ms: number;
  mean_ms: number;
}

function stagesOf(summary: readonly SummaryRow[]): Stage[] {
  const value = (name: string) => findSummary(summary, name)?.value ?? null;
  return Object.entries(STAGES).flatMap(([stage, look]) => {
    const [p50, p99, mean] = ['p50', 'p99', 'mean'].map((statistic) => value(`load_${stage}_ms_${statistic}`));
    if (p50 === null || p99 === null || mean === null || p99 <= 0) return [];
    return [{ stage: look.label, p50_ms: p50, p99_ms: p99, mean_ms: mean }];
  });
}
