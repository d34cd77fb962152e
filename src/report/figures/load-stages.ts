import { findSummary } from '../run-data.ts';
import { STAGES } from '../theme.ts';
import { millisecondsAxis } from './axes.ts';
import { barsHeight, categoryAxis, labelRoom, panels, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

export const loadStages: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Anatomy of an adapter load',
  question: 'Which stage makes a cold adapter slow?',
  howToRead:
    'One row a stage, from the request for an adapter to its copy on the GPU (logarithmic). The line runs from the median to the 99th percentile, the bar marks the mean. The stage whose mean lies farthest right sets the pace; a long line is a queue.',
  source: 'after the cold-load stages of the MinT paper (arXiv 2605.13779)',
  needs: [],
  prepare({ summary }) {
    const rows: Row[] = [];
    for (const [stage, look] of Object.entries(STAGES)) {
      const value = (statistic: string) => findSummary(summary, `load_${stage}_ms_${statistic}`)?.value ?? null;
      const [p50, p99, mean] = [value('p50'), value('p99'), value('mean')];
      if (p50 === null || p99 === null || mean === null || p99 <= 0) continue;
      rows.push({ stage: look.label, p50_ms: p50, p99_ms: p99, mean_ms: mean });
    }
    return rows;
  },
  spec(rows, theme) {
    const stages = rows.map((row) => String(row.stage));
    const shown = rows
      .flatMap((row) => [Number(row.p50_ms), Number(row.p99_ms), Number(row.mean_ms)])
      .filter((ms) => ms >= FLOOR_MS);
    const y = categoryAxis('stage');
    const floored = (field: string) => ({ calculate: `max(datum.${field}, ${FLOOR_MS})`, as: field });
    const axis = (field: string) =>
      millisecondsAxis(field, 'time a load spends in the stage', { log: true, values: shown, grid: true });
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
      labelRoom(stages, theme),
    );
  },
};

/** Shorter stages are drawn at 1 µs: a stage that takes no time has no place on a logarithmic axis. */
const FLOOR_MS = 1e-3;
