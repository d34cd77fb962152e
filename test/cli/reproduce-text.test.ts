import { describe, expect, it } from 'vitest';
import { reproductionText } from '../../src/cli/reproduce-text.ts';
import { PLAIN, textWidth } from '../../src/report/text-table.ts';
import type { Reproduced } from '../../src/study/reproduce/reproduce.ts';

const one = (label: string, metric: string, published: number, simulated: number) => ({
  row: { group: { name: 'merge' }, label },
  ...{ metric, published, simulated, unit: 'ms', error: simulated / published - 1, standing: 'held-out' },
});
const text = (comparisons: ReturnType<typeof one>[]) =>
  reproductionText(
    {
      reproduction: { name: 'x', file: { title: 'a title', engine: 'an engine', source: 'a source' } },
      ...{ comparisons, scores: [], orderings: [], knees: [], rivals: [] },
    } as unknown as Reproduced,
    true,
    PLAIN,
  );

describe('the rows of a reproduction', () => {
  it('are a table where that fits', () => {
    expect(text([one('rate 1', 'ttft_ms_mean', 100, 110)])).toMatch(
      /^merge +rate 1 +ttft_ms_mean +100 +110 +\+10\.0%$/m,
    );
  });

  it('keep published beside simulated where the names of rows are long', () => {
    const label = 'engine s-lora-merged, adapters 5, alpha 0.1, clients 128';
    const lines = text([
      one(label, 'ttft_ms_mean', 100, 110),
      one(label, 'makespan_rps', 2, 1),
      one(`${label}, tensor 8`, 'makespan_rps', 4, 5),
    ]).split('\n');
    const rows = lines.slice(lines.findIndex((line) => line.includes('published  ')) + 1);
    expect(rows.slice(0, 5).map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))).toEqual([
      `merge: ${label}`,
      'ttft_ms_mean | 100 | 110 | +10.0%',
      'makespan_rps | 2 | 1 | −50.0%',
      `merge: ${label}, tensor 8`,
      'makespan_rps | 4 | 5 | +25.0%',
    ]);
    expect(Math.max(...rows.map(textWidth))).toBeLessThanOrEqual(80);
  });
});
