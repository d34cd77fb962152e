import { ALL, numbers, strings, type Table } from '../run-data.ts';
import { REQUEST_PARTS } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { seriesField } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { stackedBars } from './stacked-bars.ts';

export const lostTime: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'Where request time goes',
  question: 'What would users get back if they were alone?',
  howToRead:
    'All time between arrival and last token, divided without remainder. “Alone” is what the same requests would take on an empty replica with their adapter in host memory; everything else is lost to sharing. Left of zero is time won: adapters that were already on the GPU, which “alone” does not assume.',
  source: 'own',
  needs: ['breakdown'],
  prepare: ({ breakdown }) =>
    parts(breakdown).map(({ cohort, ...row }) => ({ cohort: cohort === ALL ? 'all requests' : cohort, ...row })),
  spec: (rows, theme) =>
    stackedBars(rows, theme, {
      category: seriesField(rows, 'cohort'),
      part: 'part',
      looks: REQUEST_PARTS,
      x: shareAxis('from', 'share of request time', reach(rows)),
      amount: "format(datum.seconds, ',.0f') + ' s'",
    }),
  across: {
    howToRead:
      'One bar a run: all time between arrival and last token of all its requests, divided without remainder. “Alone” is what the same requests would take on an empty replica with their adapter in host memory; everything else is lost to sharing. Left of zero is time won: adapters that were already on the GPU, which “alone” does not assume. Bars are shares of each run’s own time, whose total may differ.',
    prepare: (runs) =>
      runs.flatMap(({ label, tables }) =>
        parts(tables.breakdown)
          .filter(({ cohort }) => cohort === ALL)
          .map(({ cohort: _, ...row }) => ({ run: label, ...row })),
      ),
  },
};

interface Part extends Row {
  cohort: string;
}

/** Time lost stands to the right of zero, time won to the left. */
function parts(breakdown: Table): Part[] {
  if (breakdown.length === 0) return [];
  const [part, cohort, seconds] = [
    strings(breakdown, 'part'),
    strings(breakdown, 'cohort'),
    numbers(breakdown, 'seconds'),
  ];
  // A cohort may be called "all" as the whole is, which stands first: its rows are the same numbers again.
  const seen = new Set<string>();
  const rowsOnce = Array.from({ length: breakdown.length }, (_, i) => i).filter((i) => {
    const key = JSON.stringify([cohort[i], part[i]]);
    return !seen.has(key) && seen.add(key);
  });
  const totals = new Map<string, number>();
  for (const i of rowsOnce) totals.set(cohort[i], (totals.get(cohort[i]) ?? 0) + seconds[i]);
  const rows: Part[] = [];
  const ends = new Map<string, [below: number, above: number]>();
  for (const i of rowsOnce) {
    const total = totals.get(cohort[i])!;
    const look = REQUEST_PARTS[part[i] as keyof typeof REQUEST_PARTS];
    if (!(total > 0) || look === undefined) continue;
    const share = seconds[i] / total;
    const [below, above] = ends.get(cohort[i]) ?? [0, 0];
    const [from, to] = share < 0 ? [below + share, below] : [above, above + share];
    ends.set(cohort[i], share < 0 ? [from, above] : [below, to]);
    rows.push({ cohort: cohort[i], part: look.label, seconds: seconds[i], share, from, to });
  }
  return rows;
}

/** The axis: 0 to 100%, further where steps were faster than alone. */
function reach(rows: readonly Row[]): [number, number] {
  const ends = rows.flatMap((row) => [Number(row.from), Number(row.to)]);
  return [Math.min(0, ...ends), Math.max(1, ...ends)];
}
