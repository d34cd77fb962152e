import { millisecondsAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { nameAxis, studyPlot, studyRows, sweptParameter } from './study.ts';

export const admissionTail: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Old tenants around an admission',
  question: 'Do users who were here first notice that new adapters arrive?',
  howToRead:
    'Time to first token, 99th percentile, of requests of the old tenants alone: before, while and after new adapters are admitted (logarithmic). A flat line is isolation; a peak in the middle is the admission leaking into its neighbours’ latency.',
  source: 'after the admission study of the MinT paper (arXiv 2605.13779)',
  needs: [],
  prepare(runs) {
    return sweptParameter(runs, ['phase']) === undefined ? [] : studyRows(runs, 'phase', ['ttft_ms_p99']);
  },
  spec(rows, theme) {
    return studyPlot(rows, theme, () => nameAxis(rows, 'phase', theme), [
      {
        title: 'time to first token of old tenants, 99th percentile',
        height: 200,
        metrics: { ttft_ms_p99: '' },
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
    ]);
  },
};
