import { countAxis, shareAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { CATALOG } from './scale-out.ts';
import { studyPlot, studyRows, sweptParameter } from './study.ts';

export const hitRatioCatalog: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Hit ratio and catalog size',
  question: 'How large may the catalog grow before its tiers stop helping?',
  howToRead:
    'Share of lookups that found the adapter on the GPU, and on the GPU or in host memory, against the number of users (logarithmic). The gap between two lines is what host memory catches. Policies are compared at equal catalog size, from top to bottom.',
  source: 'own; form as in cache studies, for instance SIEVE (Zhang et al., NSDI 2024)',
  needs: [],
  prepare(runs) {
    const x = sweptParameter(runs, CATALOG);
    if (x === undefined) return [];
    const rows = studyRows(runs, x, ['hit_ratio_gpu', 'cold_ratio']);
    return rows.map((row) =>
      row.metric === 'cold_ratio'
        ? {
            ...row,
            metric: 'hit_ratio_warm',
            value: 1 - Number(row.value),
            lo: row.hi === null ? null : 1 - Number(row.hi),
            hi: row.lo === null ? null : 1 - Number(row.lo),
          }
        : row,
    );
  },
  spec(rows, theme) {
    return studyPlot(rows, theme, (values) => countAxis('x', 'users', { log: true, values, padding: 8 }), [
      {
        title: 'share of lookups',
        height: 220,
        metrics: { hit_ratio_gpu: 'GPU', hit_ratio_warm: 'GPU or host' },
        y: (field) => shareAxis(field, null),
      },
    ]);
  },
};
