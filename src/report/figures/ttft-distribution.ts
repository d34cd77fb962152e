import { distributionAcross, distributionRows, distributionSpec } from './distribution.ts';
import type { Figure } from './figure.ts';

export const ttftDistribution: Figure<'run'> = {
  scope: 'run',
  section: 'latency',
  title: 'Time to first token',
  question: 'How long do users wait for the first token?',
  howToRead:
    'Each curve says which share of a cohort’s requests had its first token within the time on the axis (logarithmic). The vertical axis stretches the tails, so that 99% and 99.9% can be read; a bend to the right near the top is requests that waited for a cold adapter.',
  source: 'own',
  needs: ['distributions'],
  prepare: (tables) => distributionRows(tables, 'ttft_ms'),
  spec: (rows, theme) => distributionSpec(rows, theme, 'ttft_ms', 'time to first token'),
  across: distributionAcross(
    'ttft_ms',
    'A curve a run, all its requests together: the share that had its first token within the time on the axis (logarithmic). The vertical axis stretches the tails, so that 99% and 99.9% can be read; a bend to the right near the top is requests that waited for a cold adapter.',
  ),
};
