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
    expect(provenance).toEqual({ kind: 'simulated', source: 'runs users 10, users 1000' });
  });
});

it('says of each name in the drawing which run it is, up to as many as a legend tells apart', () => {
  const stored = 'abcdefghij'.split('').map((label) => run(label, () => undefined));
  const { source } = prepareFigure('fairness', figureOf('fairness'), stored.slice(0, 2)).provenance;
  expect(source).toBe('runs a a00000, b b00000');
  const many = prepareFigure('fairness', figureOf('fairness'), stored).provenance.source;
  expect(many).toContain('h h00000, 2 more');
  const folder = run('smoke-bbee3d9821', () => undefined);
  const named = {
    ...folder,
    tables: { ...(folder as never as { tables: object }).tables, hash: 'bbee3d98217' },
  } as Stored;
  expect(prepareFigure('fairness', figureOf('fairness'), [named, stored[0]]).provenance.source).toBe(
    'runs smoke-bbee3d9821, a a00000',
  );
});

it('tells what it draws of several runs, not of one; drawn again too', () => {
  const stored = ['a', 'b'].map((label) => run(label, () => undefined));
  const several = prepareFigure('latency-over-time', figureOf('latency-over-time'), stored);
  expect(several.figure.howToRead).toMatch(/^A line a run: above, the 99th percentile/);
  expect(several.figure.howToRead).not.toContain('arrive');
  const drawn: Stored = { kind: 'drawn', label: 'x', path: 'x', rows: several.rows, description: '' };
  const again = prepareFigure('latency-over-time', figureOf('latency-over-time'), [drawn]);
  expect(again.figure.howToRead).toBe(several.figure.howToRead);
  expect(again.figure.spec).toBe(several.figure.spec);
});
