import { ALL, cohortNames, findSummary, type RunTables } from '../run-data.ts';
import { seriesLooks } from '../theme.ts';
import { seriesField } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { categoryAxis, distinct, labelRoom, panels } from './panels.ts';
import { pointSeries, present, TIP, tip } from './series.ts';

const OBJECTIVES = {
  slo_attainment: 'all objectives',
  slo_ttft_attainment: 'first token',
  slo_tpot_attainment: 'pace',
  slo_e2el_attainment: 'whole answer',
};
const looks = seriesLooks(Object.values(OBJECTIVES));
/** Height of one mark's row, px. */
const OBJECTIVE_HEIGHT = 10;

export const sloAttainment: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'SLO attainment by cohort',
  question: 'Who gets the service they were promised?',
  howToRead:
    'Share of arrivals after warm-up that met the objective; a refused request missed it. The filled circle counts requests that met all objectives at once, the other marks one objective alone, so they show which one costs most. The axis is stretched towards 100%; the dotted line is the threshold of the scenario.',
  source: 'own',
  needs: [],
  prepare(tables) {
    const cohorts = cohortNames(tables);
    const rows = (cohorts.length > 1 ? [ALL, ...cohorts] : [ALL]).flatMap((cohort) =>
      attained(tables, cohort).map((row) => ({ cohort: cohort === ALL ? 'all requests' : cohort, ...row })),
    );
    const target = targetOf(tables);
    if (rows.length > 0 && target !== undefined)
      rows.push({ cohort: rows[0].cohort, objective: 'target', attainment: null, target });
    return rows;
  },
  spec(rows, theme) {
    const field = seriesField(rows, 'cohort');
    const cohorts = distinct(rows, field);
    const y = { ...categoryAxis(field), scale: { paddingInner: 0.2, paddingOuter: 0.1 } };
    const floor = lowestTick(rows);
    const x = {
      field: 'miss',
      type: 'quantitative',
      title: 'share of arrivals that met the objective',
      scale: { type: 'log', domain: [MISSES[floor], 0.8e-4], nice: false, clamp: true },
      axis: { values: MISSES.slice(floor), labelExpr: MISS_LABELS, labelOverlap: 'greedy', grid: true },
    };
    return panels(
      theme,
      [
        {
          title: null,
          // Room for the marks of each objective under one another.
          height: (OBJECTIVE_HEIGHT * Object.keys(OBJECTIVES).length + 12) * cohorts.length + 8,
          layer: [
            {
              transform: [
                { filter: "datum.objective == 'target'" },
                { calculate: 'max(1 - datum.target, 1e-4)', as: 'miss' },
              ],
              mark: { type: 'rule', strokeDash: [2, 3], color: theme.ink },
              encoding: { x },
            },
            {
              transform: [
                { filter: "datum.objective != 'target'" },
                { calculate: 'max(1 - datum.attainment, 1e-4)', as: 'miss' },
                tip(`datum['${field}'] + ' · ' + datum.objective + ' · ' + format(datum.attainment, '.2%')`),
              ],
              mark: { type: 'point', filled: true, size: 45, opacity: 1, aria: true },
              encoding: {
                x,
                y,
                yOffset: { field: 'objective', type: 'nominal', sort: Object.values(OBJECTIVES) },
                ...pointSeries('objective', present(looks, rows, 'objective'), theme),
                description: TIP,
              },
            },
          ],
        },
      ],
      labelRoom(cohorts, theme),
    );
  },
  across: {
    title: 'SLO attainment',
    question: 'How much of the service that was promised is given?',
    howToRead:
      'A row a run: share of all its arrivals after warm-up that met the objective; a refused request missed it. The filled circle counts requests that met all objectives at once, the other marks one objective alone, so they show which one costs most. The axis is stretched towards 100%; the dotted line, where there is one, is the threshold that all runs have.',
    prepare(runs) {
      const rows = runs.flatMap(({ label, tables }) => attained(tables, ALL).map((row) => ({ run: label, ...row })));
      const targets = new Set(runs.map(({ tables }) => targetOf(tables)));
      const [target] = targets;
      // The threshold is drawn where all runs have the same one.
      if (rows.length > 0 && targets.size === 1 && target !== undefined)
        rows.push({ run: rows[0].run, objective: 'target', attainment: null, target });
      return rows;
    },
  },
};

/** Shares of misses that label the axis; 1e-4 stands for "none that the axis can show". */
const MISSES = [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001, 1e-4];
const MISS_LABELS = "datum.value < 2e-4 ? '≥ 99.99%' : format(1 - datum.value, '~%')";

/** The last tick that leaves every point to its right. */
function lowestTick(rows: readonly Row[]): number {
  const worst = rows.reduce(
    (most, row) => Math.max(most, row.attainment === null ? 1 - Number(row.target) : 1 - Number(row.attainment)),
    0,
  );
  return Math.max(
    0,
    MISSES.findLastIndex((miss) => miss > worst && miss >= 0.02),
  );
}

interface Attained extends Row {
  objective: string;
  attainment: number | null;
  target: number | null;
}

function attained({ summary }: RunTables, cohort: string): Attained[] {
  return Object.entries(OBJECTIVES).flatMap(([metric, objective]) => {
    const attainment = findSummary(summary, metric, cohort)?.value ?? null;
    return attainment === null ? [] : [{ objective, attainment, target: null }];
  });
}

/** The share that the scenario's threshold asks for. */
const targetOf = ({ scenario }: RunTables): number | undefined =>
  scenario.thresholds.find(({ metric, op }) => metric === 'slo_attainment' && op.startsWith('>'))?.value;
