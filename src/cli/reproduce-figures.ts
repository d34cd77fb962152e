/** Draws published against simulated: one figure a reproduction, and one over all of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawAll } from '../report/draw.ts';
import type { FidelityRow } from '../report/figures/figure.ts';
import type { Reproduced } from '../study/reproduce/reproduce.ts';
import type { Comparison } from '../study/reproduce/score.ts';

export async function drawReproductions(results: readonly Reproduced[], out: string): Promise<void> {
  const folder = join(out, 'figures');
  mkdirSync(folder, { recursive: true });
  for (const one of results) {
    const { file, name } = one.reproduction;
    await draw(
      one.comparisons.map((row) => fidelityRow(row, row.metric)),
      `${file.engine}; published values cited`,
      join(folder, name),
    );
  }
  if (results.length > 1) {
    const rows = results.flatMap(({ reproduction, comparisons }) =>
      medians(comparisons).map((row) => fidelityRow(row, reproduction.name)),
    );
    await draw(rows, 'the median row of each group and metric; published values cited', join(folder, 'all'));
  }
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
    label: `${row.group.name} ${row.label}`,
    published,
    simulated: simulated ?? Number.NaN,
    fitted: standing === 'fitted' || standing === 'looked-at',
    saturated: standing === 'saturated' || standing === 'beyond-knee',
  };
}

async function draw(rows: readonly FidelityRow[], source: string, path: string): Promise<void> {
  const drawings = await drawAll(
    'fidelity',
    rows,
    { kind: 'simulated', source },
    { png: true, only: ['published-simulated'] },
  );
  for (const { file, png, spec, csv } of drawings) {
    writeFileSync(`${path}.svg`, file);
    writeFileSync(`${path}.vl.json`, `${spec}\n`);
    writeFileSync(`${path}.csv`, csv);
    if (png !== null) writeFileSync(`${path}.png`, png);
  }
}
