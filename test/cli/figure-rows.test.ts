/** What figures over several results are drawn from: runs by the parameters in which they differ, sources named in the drawing. */
import { describe, expect, it } from 'vitest';
import { prepareFigure, studyRuns } from '../../src/cli/figure-rows.ts';
import type { Stored } from '../../src/cli/stored.ts';
import { runTables } from '../report/fixture.ts';
import { figureOf } from '../report/inputs.ts';

function run(label: string, change: (scenario: ReturnType<typeof runTables>['scenario']) => void): Stored {
  const tables = runTables();
  const scenario = structuredClone(tables.scenario);
  change(scenario);
  return { kind: 'run', label, path: label, tables: { ...tables, scenario, hash: `${label}00000000` } };
}

describe('runs as a study', () => {
  it('have the parameters in which they differ, by the path that --set takes', () => {
    const runs = studyRuns([
      run('a', () => undefined),
      run('b', (scenario) => {
        scenario.population.users = 5;
        scenario.adapter.rank = { ranks: [{ rank: 64, share: 1 }], assign: 'hash' };
        scenario.serving.routing = { name: 'random', params: {} };
        scenario.name = 'another';
        scenario.seed = '99';
      }),
    ])!;
    expect(Object.keys(runs[0].params).sort()).toEqual(['adapter.rank', 'population.users', 'serving.routing']);
    expect(runs[1].params).toEqual({ 'adapter.rank': 64, 'population.users': 5, 'serving.routing': 'random' });
  });

  it('one run is no study', () => {
    expect(studyRuns([run('a', () => undefined)])).toBeNull();
  });

  it('fill a study figure', () => {
    const stored = [10, 1000].map((users) =>
      run(`users ${users}`, (scenario) => {
        scenario.population.users = users;
      }),
    );
    const { rows, provenance } = prepareFigure('scale-out', figureOf('scale-out'), stored);
    expect([...new Set(rows.map((row) => row.x))]).toEqual([10, 1000]);
    expect(new Set(rows.map((row) => row.series))).toEqual(new Set(['']));
    expect(provenance).toEqual({ kind: 'simulated', source: 'runs users , users ' });
  });
});

it('names at most three sources in the drawing', () => {
  const stored = 'abcde'.split('').map((label) => run(label, () => undefined));
  expect(prepareFigure('fairness', figureOf('fairness'), stored).provenance.source).toBe('runs a00000, b00000, 3 more');
});
