import { distributionAcross, distributionRows, distributionSpec } from './distribution.ts';
import type { Figure } from './figure.ts';

export const tpotDistribution: Figure<'run'> = {
  scope: 'run',
  section: 'latency',
  title: 'Time per output token',
  question: 'How fast do tokens flow once a request has started?',
  howToRead:
    'Share of a cohort’s requests whose mean time per output token, the first one left out, was at most the time on the axis (logarithmic). Requests of one token have none and are not counted. A wide curve means that a request’s pace depends on who it was batched with.',
  source: 'own',
  needs: ['distributions'],
  prepare: (tables) => distributionRows(tables, 'tpot_ms'),
  spec: (rows, theme) => distributionSpec(rows, theme, 'tpot_ms', 'time per output token'),
  across: distributionAcross(
    'tpot_ms',
    'A curve a run, all its requests together: the share whose mean time per output token, the first one left out, was at most the time on the axis (logarithmic). Requests of one token have none and are not counted. A wide curve means that a request’s pace depends on who it was batched with.',
  ),
};
