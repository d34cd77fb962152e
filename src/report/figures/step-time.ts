import { has, numbers } from '../run-data.ts';
import { COST_PARTS } from '../theme.ts';
import { countAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { colour, present } from './series.ts';
import { endTime, timeAxis, timeSeries } from './time.ts';

export const stepTime: Figure<'run'> = {
  scope: 'run',
  section: 'capacity',
  title: 'Where step time goes',
  question: 'What are the GPUs busy with, and how busy are they?',
  howToRead:
    'Stacked: replicas kept busy by each part of a step, on average over an interval; the top of the stack is all busy replicas and the dotted line how many there are. The LoRA band is what personal adapters cost in compute.',
  source: 'own',
  needs: ['timeseries'],
  besides: ({ timeseries }) =>
    has(timeseries, 'part_stall_s') && Array.from(numbers(timeseries, 'part_stall_s')).some((seconds) => seconds > 0)
      ? 'The stall band is steps held up by adapter copies.'
      : '',
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const parts = Object.entries(COST_PARTS).map(([part, look]) => ({
      look,
      seconds: series.column(`part_${part}_s`, 'sum'),
    }));
    const seen = parts.filter(({ seconds }) => seconds.some((value) => value > 0));
    const rows: Row[] = [];
    for (let i = 0; i < series.length; i++) {
      let from = 0;
      for (const { look, seconds } of seen) {
        const to = from + seconds[i] / series.seconds[i];
        rows.push({ t_s: series.t[i], part: look.label, busy_replicas: to - from, from, to });
        from = to;
      }
    }
    if (rows.length > 0)
      rows.push({
        t_s: 0,
        part: 'replicas',
        busy_replicas: scenario.hardware.replicas,
        from: 0,
        to: scenario.hardware.replicas,
      });
    return rows;
  },
  spec(rows, theme) {
    const x = timeAxis(endTime(rows), theme.roomy ? 8 : 5);
    const replicas = [{ filter: "datum.part == 'replicas'" }];
    return panels(theme, [
      {
        title: 'busy replicas',
        height: 200,
        layer: [
          {
            transform: [{ filter: "datum.part != 'replicas'" }],
            mark: { type: 'area', stroke: theme.background, strokeWidth: 0.6 },
            encoding: {
              x,
              y: countAxis('from', null),
              y2: { field: 'to' },
              color: colour('part', present(COST_PARTS, rows, 'part'), theme),
            },
          },
          {
            transform: replicas,
            mark: { type: 'rule', strokeDash: [2, 3], color: theme.ink },
            encoding: { y: countAxis('to', null) },
          },
        ],
      },
    ]);
  },
  across: 'it stacks the parts of one run’s steps over time; mint-bench table shows step_share_… of several runs',
};
