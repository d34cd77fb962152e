/** What every figure of the record is drawn from in tests: made-up results of each scope, one run or several. */
import type { Figure, NamedRun, Row } from '../../src/report/figures/figure.ts';
import { FIGURES, type FigureId } from '../../src/report/figures/index.ts';
import { runTables } from './fixture.ts';
import * as fixtures from './study-fixture.ts';

export const IDS = Object.keys(FIGURES) as FigureId[];
export const figureOf = (id: FigureId): Figure => FIGURES[id] as unknown as Figure;

export function rowsOf(id: FigureId): Row[] {
  const inputs: Record<Figure['scope'], () => unknown> = {
    run: runTables,
    study: () => fixtures.studyRuns(id),
    kernel: fixtures.kernelRows,
    fidelity: fixtures.fidelityRows,
    knee: fixtures.kneeRows,
    plan: fixtures.planRows,
    sensitivity: fixtures.sensitivityRows,
    interference: fixtures.interferenceRows,
  };
  return figureOf(id).prepare(inputs[figureOf(id).scope]() as never);
}

/** Figures that the made-up run fills. */
export const RUN_IDS = IDS.filter((id) => figureOf(id).scope === 'run' && rowsOf(id).length > 0);

/** Three runs; the second is slower and misses more. */
export function namedRuns(): NamedRun[] {
  const tables = runTables();
  const worse = tables.summary.map((row) => {
    if (row.value === null) return row;
    if (row.unit === 'ms') return { ...row, value: row.value * 1.4 };
    return row.unit === 'fraction' ? { ...row, value: Math.max(0, 1 - (1 - row.value) * 1.5) } : row;
  });
  return [
    { label: 'lru', tables },
    { label: 'sieve', tables: { ...tables, summary: worse } },
    { label: 'w-tinylfu, warm', tables },
  ];
}
