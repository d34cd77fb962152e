import { countAxis, millisecondsAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { studyPlot, studyRows, sweptParameter } from './study.ts';

/** Parameters that grow the catalog. */
export const CATALOG = ['users', 'population.users', 'adapters', 'population.adapters_per_user'];

export const scaleOut: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Scale-out',
  question: 'How many personal adapters can share one base before users notice?',
  howToRead:
    'From left to right more users, each with an adapter of their own (logarithmic). Above, the time to first token; below, requests answered within their objectives a second. A flat line means that the catalog is free; the bend is where a tier overflows.',
  source: 'after “On the Scaling of PEFT” (arXiv 2606.02437) and S-LoRA (Sheng et al., MLSys 2024)',
  needs: [],
  prepare(runs) {
    const x = sweptParameter(runs, CATALOG);
    return x === undefined ? [] : studyRows(runs, x, ['ttft_ms_p50', 'ttft_ms_p99', 'goodput_rps']);
  },
  spec(rows, theme) {
    const x = (values: readonly number[], last: boolean) =>
      countAxis('x', last ? 'users' : null, { log: true, values, padding: 8 });
    return studyPlot(rows, theme, x, [
      {
        title: 'time to first token',
        height: 130,
        metrics: { ttft_ms_p50: 'median', ttft_ms_p99: '99th percentile' },
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
      {
        title: 'goodput, requests a second',
        height: 80,
        metrics: { goodput_rps: 'goodput' },
        y: (field) => countAxis(field, null, { tickCount: 3 }),
      },
    ]);
  },
};
