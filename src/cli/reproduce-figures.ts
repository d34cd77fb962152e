/** Draws published against simulated: one figure a reproduction, and one over all of them. */
import { type Drawing, drawAll } from '../report/draw.ts';
import type { FidelityRow } from '../report/figures/figure.ts';
import { writeFigures } from '../report/write.ts';
import type { Reproduced } from '../study/reproduce/reproduce.ts';
import { type Comparison, testing } from '../study/reproduce/score.ts';

export async function drawReproductions(results: readonly Reproduced[], out: string): Promise<void> {
  const drawings: Drawing[] = [];
  for (const one of results) {
    const { file, name } = one.reproduction;
    const rows = testing(one.comparisons).map((row) => fidelityRow(row, row.metric));
    if (rows.length === 0) continue;
    drawings.push(...(await draw(rows, `${file.engine}; published values cited`, name)));
  }
  if (results.length > 1) {
    const rows = results.flatMap(({ reproduction, comparisons }) =>
      medians(testing(comparisons)).map((row) => fidelityRow(row, reproduction.name)),
    );
    drawings.push(...(await draw(rows, 'the median row of each group and metric; published values cited', 'all')));
  }
  writeFigures(out, drawings);
}

/** Of each group and metric, the row whose error is the median: all rows of all systems are too many for one drawing. */
function medians(comparisons: readonly Comparison[]): Comparison[] {
  const known = comparisons.filter(({ error }) => error !== null);
  const keys = new Set(known.map(({ row, metric }) => `${row.group.name}\n${metric}`));
  return [...keys].map((key) => {
    const own = known.filter(({ row, metric }) => `${row.group.name}\n${metric}` === key);
    own.sort((a, b) => a.error! - b.error!);
    return own[own.length >> 1];
  });
}

function fidelityRow({ row, metric, unit, published, simulated, standing }: Comparison, source: string): FidelityRow {
  return {
    source,
    metric,
    unit,
    group: row.group.name,
    label: `${row.group.name} ${row.label}`,
    published,
    simulated: simulated ?? Number.NaN,
    fitted: standing === 'fitted' || standing === 'looked-at',
    saturated: standing === 'saturated' || standing === 'beyond-knee',
  };
}

/** @param name of its files, as there are several of one figure */
async function draw(rows: readonly FidelityRow[], source: string, name: string): Promise<Drawing[]> {
  const options = { png: true, only: ['published-simulated'] } as const;
  const drawings = await drawAll('fidelity', rows, { kind: 'simulated', source }, options);
  return drawings.map((drawing) => ({ ...drawing, id: name }));
}
