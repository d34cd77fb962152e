import { millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { nameAxis, studyPlot, studyRows, sweptParameter } from './study.ts';

export const scaleUp: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Scale-up',
  question: 'What does a stronger base cost the users of its adapters?',
  howToRead:
    'One column a base model, in the order of the study. Above, the time per output token; below, the share of step time that is LoRA work. The share falls where the base grows faster than its adapters.',
  source: 'after “On the Scaling of PEFT” (arXiv 2606.02437)',
  needs: [],
  prepare(runs) {
    const x = sweptParameter(runs, ['base', 'base.name']);
    return x === undefined ? [] : studyRows(runs, x, ['tpot_ms_p50', 'tpot_ms_p99', 'step_share_lora']);
  },
  spec(rows, theme) {
    return studyPlot(rows, theme, (_, last) => nameAxis(rows, last ? 'base model' : null, theme), [
      {
        title: 'time per output token',
        height: 130,
        metrics: { tpot_ms_p50: 'median', tpot_ms_p99: '99th percentile' },
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
      {
        title: 'LoRA share of step time',
        height: 80,
        metrics: { step_share_lora: 'LoRA' },
        y: (field, values) => shareAxis(field, null, [0, Math.max(0.01, ...values) * 1.1], 3),
      },
    ]);
  },
};
