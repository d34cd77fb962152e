import { describe, expect, it } from 'vitest';
import { commonName, sameValues } from '../../../src/report/figures/alike.ts';
import { coverage, reading, samePlaces } from '../../../src/report/figures/coincide.ts';
import { costPerUser } from '../../../src/report/figures/cost-per-user.ts';
import type { Figure, Row } from '../../../src/report/figures/figure.ts';
import { assemble } from '../../../src/report/figures/frame.ts';
import { renderer } from '../../../src/report/render.ts';
import type { StudyRun } from '../../../src/report/run-data.ts';
import { theme } from '../../../src/report/theme.ts';

const x = { field: 'x' };
const y = { field: 'y', scale: { type: 'log', domain: [1, 1000] } };
const series = (name: string, values: readonly (number | null)[]): Row[] =>
  values.map((value, i) => ({ s: name, x: i, y: value }));

describe('series that lie on one another', () => {
  it('are counted from the top; a series apart is no part of it', () => {
    const rows = [
      ...series('a', [10, 20, 30]),
      ...series('b', [10, 20, 30]),
      ...series('apart', [100, 200, 300]),
      ...series('c', [10, 20, 30]),
    ];
    const { lines, marks } = coverage(rows, 's', x, y);
    expect([...lines]).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
    expect(marks.map(({ row, level }) => [row.s, row.x, level])).toEqual([
      ...[0, 1, 2].map((at) => ['a', at, 2]),
      ...[0, 1, 2].map((at) => ['b', at, 1]),
    ]);
  });

  it('may meet in single points, which widens no line', () => {
    const { lines, marks } = coverage([...series('a', [10, 20, 900]), ...series('b', [10, 60, 100])], 's', x, y);
    expect([...lines]).toEqual([]);
    expect(marks.map(({ row }) => row.x)).toEqual([0]);
  });

  it('are judged on the axis as it is drawn: 1 and 2 are one point of 1000, and two on a logarithmic axis', () => {
    const rows = [...series('a', [1, 1]), ...series('b', [2, 2])];
    const linear = { field: 'y', scale: { domain: [0, 1000] } };
    expect(coverage(rows, 's', x, linear).lines.size).toBe(1);
    expect(coverage(rows, 's', x, y).lines.size).toBe(0);
  });

  it('need not have points at the same places', () => {
    const rows = [...series('a', [10, 20, 40, 80]), { s: 'b', x: 0, y: 10 }, { s: 'b', x: 3, y: 80 }];
    expect([...coverage(rows, 's', x, y).lines.keys()]).toEqual(['a']);
  });

  it('survive gaps, names for numbers and flat plots', () => {
    const gaps = [...series('a', [null, 5, null]), ...series('b', [null, 5, 7])];
    expect(coverage(gaps, 's', x, { field: 'y' }).marks).toHaveLength(1);
    const named: Row[] = ['a', 'b'].flatMap((s) => ['lru', 'sieve'].map((name) => ({ s, x: name, y: 3 })));
    expect(coverage(named, 's', x, { field: 'y' }).lines.get('a')).toBe(1);
  });
});

describe('series that are one line', () => {
  it('are grouped where each lies on the other, not where one merely crosses or is a part of the other', () => {
    const rows = [
      ...series('a', [10, 20, 30]),
      ...series('b', [10.05, 20.1, 30]),
      ...series('crosses', [30, 20, 10]),
      ...series('longer', [10, 20, 30, 900]),
    ];
    expect(samePlaces(rows, 's', x, y)).toEqual([['a', 'b'], ['crosses'], ['longer']]);
  });

  it('have a name that says of whom, with what they share once', () => {
    expect(commonName(['GPU, rank 8', 'GPU, rank 32', 'GPU, rank 128'], true)).toBe('GPU, rank 8 = 32 = 128');
    expect(commonName(['GPU, rank 8', 'GPU, rank 32', 'host, rank 32', 'host, rank 8'], true)).toBe(
      'GPU = host, rank 8 = 32',
    );
    expect(commonName(['lru', 'sieve'], true)).toBe('lru = sieve');
    expect(commonName(['users 10, rank 8', 'users 20, rank 9'], true)).toBe('users 10, rank 8 = users 20, rank 9');
  });

  it('are only called equal where every value is', () => {
    expect(commonName(['slots 16', 'slots 64'], false)).toBe('slots 16 ≈ 64');
    const rows = [...series('a', [10, 20]), ...series('b', [20, 10].reverse()), ...series('c', [10, 20.01])];
    expect(sameValues(rows, 's', ['a', 'b'], x, y)).toBe(true);
    expect(sameValues(rows, 's', ['a', 'b', 'c'], x, y)).toBe(false);
    const wider = rows.map((row) => ({ ...row, lo: 1, hi: row.s === 'a' ? 2 : 3 }));
    expect(sameValues(wider, 's', ['a', 'b'], x, y)).toBe(false);
  });

  it('are counted where they are many', () => {
    const names = ['affinity', 'random'].flatMap((routing) =>
      [8, 64].map((rank) => `shared base, rank ${rank}, adapter-${routing}`),
    );
    const all = [...names, 'a dedicated replica each'];
    expect(commonName(names, true, all)).toBe('shared base, = in all 4 settings');
    expect(commonName(names.slice(1), false, all)).toBe('shared base, ≈ in 3 of 4 settings');
  });
});

describe('a figure of runs with equal results', () => {
  const run = (users: number, rank: number, cost: number): StudyRun => ({
    label: `${users} ${rank}`,
    params: { 'population.users': users, 'adapter.rank': rank },
    summary: [
      { metric: 'cost_usd_per_user_month', cohort: 'all', unit: 'USD', value: cost, lo: null, hi: null },
    ] as unknown as StudyRun['summary'],
  });
  const drawn = async (second: number) => {
    const runs = [1e3, 1e4, 1e5].flatMap((users) => [run(users, 8, 1e4 / users), run(users, 32, second / users)]);
    const figure = costPerUser as unknown as Figure;
    const rows = figure.prepare(runs as never);
    expect(rows.length).toBe(6);
    const spec = assemble(figure, rows, theme('light', 'one-column'), { titled: false });
    const { svg } = await (await renderer()).svg(spec);
    return {
      note: reading('Read.', spec),
      svg,
      widths: new Set(svg.match(/(?<=mark-line[\s\S]*?<path[^>]*stroke-width=")[\d.]+/g)),
    };
  };

  it('draws one line under the name of both, and says so', async () => {
    const { note, widths, svg } = await drawn(1e4);
    expect(note).toMatch(/^Read\. Series whose lines coincide are drawn as one/);
    expect(widths.size).toBe(1);
    expect(svg).not.toContain('rank 32<');
  });

  it('is drawn plainly where they differ', async () => {
    const { note, widths } = await drawn(1e6);
    expect(note).toBe('Read.');
    expect(widths.size).toBe(1);
  });
});
