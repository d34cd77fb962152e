import { describe, expect, it } from 'vitest';
import type { Backend, Session } from '../../src/real/backend.ts';
import { js } from '../../src/real/backends/js.ts';
import { conformanceCases, runCase, summarise } from '../../src/real/conformance.ts';
import { decode, encode } from '../../src/real/dtype.ts';
import { KERNEL_DTYPES, outWidth, type Problem, type Storage } from '../../src/real/operator.ts';

const seed = String(Date.now());
console.log(`conformance seed ${seed}`);
const cases = conformanceCases('small', seed);

/** The js backend with a fault: a changed problem, or a changed result. */
function faulty(
  change: (problem: Problem) => Problem,
  spoil: (problem: Problem, y: Storage) => void = () => {},
): Backend {
  return {
    ...js,
    async create(problem): Promise<Session> {
      const session = await js.create(change(problem));
      return {
        run: (options) => session.run(options),
        release: () => session.release(),
        async read() {
          const y = await session.read();
          spoil(problem, y);
          return y;
        },
      };
    },
  };
}

async function failingGroups(
  backend: Backend,
  groups: readonly string[],
  dtype: (typeof KERNEL_DTYPES)[number] = 'fp32',
): Promise<Set<string>> {
  const failing = new Set<string>();
  for (const { group, spec } of cases.filter((one) => groups.includes(one.group))) {
    const result = await runCase(backend, group, { ...spec, dtype });
    if (result.fault !== null) failing.add(group);
  }
  return failing;
}

describe('conformance suite', () => {
  it('passes the js backend in every dtype', async () => {
    const results = [];
    for (const dtype of KERNEL_DTYPES)
      for (const { group, spec } of cases) results.push(await runCase(js, group, { ...spec, dtype }));
    const rows = summarise(results);
    expect(rows.filter((row) => row.failed > 0)).toEqual([]);
    expect(rows.reduce((sum, row) => sum + row.cases, 0)).toBe(3 * cases.length);
    expect(rows.every((row) => row.cases > 0 && row.worstShare < 1)).toBe(true);
  });

  const faults: [string, Backend, string[]][] = [
    [
      'the rank is cut to a multiple of eight',
      faulty((p) => ({ ...p, segRank: p.segRank.map((r) => (r > 8 ? r - (r % 8) : r)) })),
      ['rank', 'mixed ranks'],
    ],
    [
      'the neighbour’s adapter is used',
      faulty((p) => ({
        ...p,
        segRankStart: p.segRankStart.map((at, g) => Math.max(0, Math.min(at + 1, p.totalRank - p.segRank[g]))),
      })),
      ['patterns', 'expert LoRA'],
    ],
    ['the routing weight is dropped', faulty((p) => ({ ...p, rowScale: p.rowScale.map(() => 1) })), ['expert LoRA']],
    [
      'the adapter’s scale is dropped',
      faulty((p) => ({ ...p, segScale: p.segScale.map(() => 1) })),
      ['rank', 'tokens'],
    ],
    ['rows are not gathered', faulty((p) => ({ ...p, rows: p.outRows.map((row) => row % p.xRows) })), ['expert LoRA']],
    ['overwriting accumulates', faulty((p) => ({ ...p, accumulate: true })), ['rank', 'padding rows']],
    [
      'a padding row is written',
      faulty(
        (p) => p,
        (p, y) => {
          y[(p.yRows - 1) * outWidth(p)] = 0;
        },
      ),
      ['padding rows'],
    ],
    [
      'an untouched NaN loses its payload',
      faulty(
        (p) => p,
        (p, y) => {
          y[y.length - 1] = Number.NaN;
          void p;
        },
      ),
      ['padding rows'],
    ],
    [
      'the last column is left out',
      faulty(
        (p) => p,
        (p, y) => {
          const at = p.outRows[0] * outWidth(p) + outWidth(p) - 1;
          y[at] = p.y[at];
        },
      ),
      ['slices', 'unaligned'],
    ],
  ];
  it.each(faults)('notices when %s', async (_name, backend, groups) => {
    const failing = await failingGroups(backend, groups);
    for (const group of groups) expect(failing).toContain(group);
  });

  it('notices sums kept in bf16', async () => {
    // As if y were rounded once more than it may be: to a neighbour two units away.
    const sloppy = faulty(
      (p) => p,
      (p, y) => {
        const at = p.outRows.length > 0 ? p.outRows[0] * outWidth(p) : 0;
        y[at] = encode('bf16', decode('bf16', y[at]) * (1 + 2 ** -5));
      },
    );
    const groups = ['tokens', 'patterns', 'slices'];
    expect([...(await failingGroups(sloppy, groups, 'bf16'))].sort()).toEqual(groups.toSorted());
  });
});
