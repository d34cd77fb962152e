import { countAxis, millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { studyPlot, studyRows, sweptParameter } from './study.ts';

export const scaleDown: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Scale-down',
  question: 'What does a smaller adapter buy?',
  howToRead:
    'From left to right larger ranks (logarithmic). Above, the time to first token and the time to load an adapter; below, how often the adapter was already on the GPU. Where the curves flatten to the left, the rank no longer matters and something else does.',
  source: 'after “On the Scaling of PEFT” (arXiv 2606.02437)',
  needs: [],
  prepare(runs) {
    const x = sweptParameter(runs, ['rank', 'adapter.rank']);
    return x === undefined ? [] : studyRows(runs, x, ['ttft_ms_p99', 'load_ms_p50', 'hit_ratio_gpu']);
  },
  spec(rows, theme) {
    const ranks = [...new Set(rows.map((row) => Number(row.x)))].sort((a, b) => a - b);
    const x = (values: readonly number[], last: boolean) => {
      const axis = countAxis('x', last ? 'rank' : null, { log: true, values });
      return {
        ...axis,
        axis: { values: ranks, format: 'd' },
        scale: { type: 'log', base: 2, domain: [ranks[0] / 1.15, ranks[ranks.length - 1] * 1.15], nice: false },
      };
    };
    return studyPlot(rows, theme, x, [
      {
        title: 'time',
        height: 130,
        metrics: { ttft_ms_p99: 'first token, 99th percentile', load_ms_p50: 'load of an adapter, median' },
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
      {
        title: 'GPU hit ratio',
        height: 80,
        metrics: { hit_ratio_gpu: 'GPU' },
        y: (field) => shareAxis(field, null, [0, 1], 3),
      },
    ]);
  },
};
