/** Errors, standings, orderings, knees and rivals on rows small enough to count by hand. */
import { describe, expect, test } from 'vitest';
import type { PublishedGroup } from '../../../src/study/reproduce/published.ts';
import type { PublishedRow } from '../../../src/study/reproduce/rows.ts';
import { compare, knees, orderings, rivals, scores, testing } from '../../../src/study/reproduce/score.ts';

const group = (use: PublishedGroup['use'] = 'held-out', knee?: PublishedGroup['knee']): PublishedGroup => ({
  name: 'g',
  use,
  knee,
  set: {},
  columns: [],
  rows: [],
});

function row(
  of: PublishedGroup,
  settings: Record<string, unknown>,
  published: Record<string, number>,
  extra: Partial<PublishedRow> = {},
): PublishedRow {
  return {
    reproduction: 'r',
    group: of,
    index: 0,
    settings,
    label: JSON.stringify(settings),
    published: new Map(Object.entries(published)),
    predictions: new Map(),
    offered: null,
    lookedAt: new Set(),
    scenario: {} as PublishedRow['scenario'],
    id: JSON.stringify(settings),
    ...extra,
  };
}

const simulated = (values: Record<string, Record<string, number | null>>) => (one: PublishedRow) =>
  new Map(Object.entries(values[one.id] ?? {}));

describe('scores', () => {
  test('relative errors, points for fractions, a missing value counts whole', () => {
    const g = group();
    const rows = [
      row(g, { a: 1 }, { ttft_ms_mean: 100, slo_attainment: 0.5 }),
      row(g, { a: 2 }, { ttft_ms_mean: 200 }),
    ];
    const all = compare(
      rows,
      simulated({ '{"a":1}': { ttft_ms_mean: 110, slo_attainment: 0.4 }, '{"a":2}': { ttft_ms_mean: null } }),
    );
    expect(all.map(({ error }) => error)).toEqual([0.1, expect.closeTo(-0.1, 12), null]);
    const [ttft, attainment] = scores(all, { tolerance: { ttft_ms_mean: 0.15 }, tolerance_beyond: {} });
    expect(ttft).toMatchObject({ metric: 'ttft_ms_mean', rows: 2, tolerance: 0.15 });
    expect(ttft.mape).toBeCloseTo((0.1 + 1) / 2, 12);
    expect(ttft.worst.row.settings).toEqual({ a: 2 });
    expect(attainment.mape).toBeCloseTo(0.1, 12);
  });

  test('rows are fitted, saturated below 95% of what was offered, or held out', () => {
    const rows = [
      row(group('fitted'), { a: 1 }, { request_rps: 1 }, { offered: 2 }),
      row(group(), { a: 2 }, { request_rps: 1.89 }, { offered: 2 }),
      row(group(), { a: 3 }, { request_rps: 1.91 }, { offered: 2 }),
      row(group(), { a: 4 }, { request_rps: 1 }),
    ];
    const standings = compare(rows, simulated({})).map(({ standing }) => standing);
    expect(standings).toEqual(['fitted', 'saturated', 'held-out', 'held-out']);
  });

  test('what a source computed is arithmetic, at any load, and says nothing about fidelity', () => {
    const g = group('arithmetic');
    const rows = [1, 2].map((a) => row(g, { a }, { request_rps: a }, { offered: 2 }));
    const all = compare(rows, () => new Map([['request_rps', 1]]));
    const given = { tolerance: { request_rps: 1 }, tolerance_beyond: { request_rps: 1 } };
    expect(scores(all, given)).toMatchObject([{ standing: 'arithmetic', rows: 2, tolerance: null }]);
    expect(testing(all)).toEqual([]);
    expect(orderings(all)).toEqual([]);
  });

  test('a metric that a value was chosen on, and a first token beyond the knee, are no held-out values', () => {
    const g = group('held-out', { axis: 'a', metric: 'ttft_ms_mean', above: 1000 });
    const rows = [
      row(g, { a: 1 }, { ttft_ms_mean: 900, itl_ms_mean: 10 }),
      row(g, { a: 2 }, { ttft_ms_mean: 1100, itl_ms_mean: 10 }),
      row(g, { a: 3 }, { ttft_ms_mean: 1100, itl_ms_mean: 10 }, { lookedAt: new Set(['ttft_ms_mean']) }),
    ];
    const all = compare(rows, () => new Map([['ttft_ms_mean', 1000]]));
    expect(all.map(({ standing }) => standing)).toEqual([
      'held-out',
      'held-out',
      'beyond-knee',
      'held-out',
      'looked-at',
      'held-out',
    ]);
    const given = { tolerance: { ttft_ms_mean: 0.15 }, tolerance_beyond: { ttft_ms_mean: 0.25 } };
    const kept = scores(all, given).filter(({ metric }) => metric === 'ttft_ms_mean');
    expect(kept.map(({ standing, tolerance }) => [standing, tolerance])).toEqual([
      ['held-out', 0.15],
      ['beyond-knee', 0.25],
      ['looked-at', null],
    ]);
  });

  test('two groups that share a run share the strictest standing, and the run counts once', () => {
    const [rate, adapters] = [group(), { ...group(), name: 'h' }];
    const seen = new Set(['ttft_ms_mean']);
    const all = compare(
      [
        row(rate, { a: 1 }, { ttft_ms_mean: 100, itl_ms_mean: 10 }, { id: 'shared' }),
        row(adapters, { b: 1 }, { ttft_ms_mean: 200 }, { id: 'shared', lookedAt: seen }),
        row(adapters, { b: 2 }, { ttft_ms_mean: 100 }, { lookedAt: seen }),
        row(rate, { a: 2 }, { itl_ms_mean: 10 }, { id: 'both' }),
        row({ ...group('fitted'), name: 'f' }, { a: 2 }, { ttft_ms_mean: 100 }, { id: 'both' }),
        // Another system's run of the same name is its own.
        row(rate, { a: 2 }, { itl_ms_mean: 10 }, { id: 'both', reproduction: 'other' }),
      ],
      () => new Map([['ttft_ms_mean', 100]]),
    );
    expect(all.map(({ standing }) => standing)).toEqual([
      'looked-at',
      'held-out',
      'looked-at',
      'looked-at',
      'fitted',
      'fitted',
      'held-out',
    ]);
    const looked = scores(all).find(({ standing }) => standing === 'looked-at')!;
    // Errors 0 and −50% of the shared run, 0 of the other: means over two runs, not over three rows.
    expect(looked).toMatchObject({ rows: 3, runs: 2 });
    expect(looked.mape).toBeCloseTo(0.125, 12);
    expect(looked.bias).toBeCloseTo(-0.125, 12);
  });

  test('one row that is hundreds of times off leaves the median where it was', () => {
    const rows = [1, 2, 3].map((a) => row(group(), { a }, { ttft_ms_mean: 100 }));
    const [score] = scores(compare(rows, ({ settings }) => new Map([['ttft_ms_mean', settings.a === 3 ? 1e5 : 110]])));
    expect(score.median).toBeCloseTo(0.1, 12);
    expect(score.mape).toBeGreaterThan(300);
  });
});

test('orderings count pairs one setting apart whose published values differ by more than the noise', () => {
  const g = group();
  const rows = [
    row(g, { a: 1, b: 1 }, { ttft_ms_mean: 100 }),
    row(g, { a: 2, b: 1 }, { ttft_ms_mean: 200 }),
    row(g, { a: 3, b: 1 }, { ttft_ms_mean: 204 }),
    row(g, { a: 3, b: 2 }, { ttft_ms_mean: 100 }),
  ];
  const values = {
    [rows[0].id]: { ttft_ms_mean: 1 },
    [rows[1].id]: { ttft_ms_mean: 3 },
    [rows[2].id]: { ttft_ms_mean: 2 },
    [rows[3].id]: { ttft_ms_mean: 5 },
  };
  // (1,2) and (1,3) are kept, (2,3) is noise, (3,4) is turned round; the others are two settings apart.
  expect(orderings(compare(rows, simulated(values)))).toEqual([{ metric: 'ttft_ms_mean', kept: 2, of: 3 }]);
});

test('a knee is the first value past the limit, and may lie beyond the grid', () => {
  const g = group('held-out', { axis: 'n', metric: 'ttft_ms_mean', above: 1000 });
  const published = [10, 2000, 3000];
  const rows = published.map((value, i) => row(g, { s: 8, n: i }, { ttft_ms_mean: value }));
  const at = (values: number[]) =>
    knees(compare(rows, simulated(Object.fromEntries(rows.map(({ id }, i) => [id, { ttft_ms_mean: values[i] }])))));
  expect(at([10, 20, 3000])).toMatchObject([{ series: 's 8', published: 1, simulated: 2, steps: 1 }]);
  expect(at([10, 20, 30])).toMatchObject([{ published: 1, simulated: null, steps: 2 }]);
});

test('a rival is scored by the symmetric error on the rows that it predicts', () => {
  const g = group();
  const predictions = new Map([['twin', new Map([['itl_ms_mean', 300]])]]);
  const rows = [row(g, { a: 1 }, { itl_ms_mean: 100 }, { predictions }), row(g, { a: 2 }, { itl_ms_mean: 100 })];
  const all = compare(rows, simulated({ '{"a":1}': { itl_ms_mean: 100 }, '{"a":2}': { itl_ms_mean: 1 } }));
  expect(rivals(all)).toEqual([{ by: 'twin', metric: 'itl_ms_mean', lookedAt: false, rows: 1, own: 0, theirs: 1 }]);
});

test('rows that were looked at are compared with a rival too, apart from the rest; fitted ones are not', () => {
  const predictions = new Map([['twin', new Map([['itl_ms_mean', 300]])]]);
  const rows = [
    row(group(), { a: 1 }, { itl_ms_mean: 100 }, { predictions, lookedAt: new Set(['itl_ms_mean']) }),
    row(group(), { a: 2 }, { itl_ms_mean: 100 }, { predictions }),
    row(group('fitted'), { a: 3 }, { itl_ms_mean: 100 }, { predictions }),
  ];
  const values = Object.fromEntries([1, 2, 3].map((a) => [`{"a":${a}}`, { itl_ms_mean: 100 * a }]));
  expect(rivals(compare(rows, simulated(values)))).toMatchObject([
    { lookedAt: false, rows: 1, own: 2 / 3 },
    { lookedAt: true, rows: 1, own: 0 },
  ]);
});
