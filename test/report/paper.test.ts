/** Every figure as a paper gets it: a specification that stands on its own, exact width, text inside the drawing, of a size that can be read, nothing over anything else. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { Figure, Row } from '../../src/report/figures/figure.ts';
import { drawPaper } from '../../src/report/paper.ts';
import { SIZES, type Size } from '../../src/report/theme.ts';
import { figureOf, IDS, namedRuns, rowsOf } from './inputs.ts';
import { clipped, colliding, layoutOf } from './layout.ts';

const PAPER: Size[] = ['one-column', 'two-column'];
/** 7 pt and 9 pt in px. */
const [SMALLEST, LARGEST] = [7 / 0.75, 9 / 0.75];
const provenance = { kind: 'simulated', source: 'run 1f2e3d4c5b' } as const;

const require = createRequire(import.meta.url);
const schema = JSON.parse(readFileSync(require.resolve('vega-lite/vega-lite-schema.json'), 'utf8'));
const valid = new Ajv({ strict: false, validateFormats: false }).compile(schema);

async function check(figure: Figure, rows: readonly Row[], size: Size): Promise<void> {
  const { svg, spec, warnings } = await drawPaper(figure, rows, provenance, { size });
  valid(JSON.parse(JSON.stringify(spec)));
  expect(valid.errors ?? []).toEqual([]);
  expect(JSON.stringify(spec)).not.toMatch(/"url"|"signal"/);
  expect(warnings).toEqual([]);
  const layout = layoutOf(svg);
  expect(Math.abs(layout.width - SIZES[size].width * SIZES[size].zoom), `${layout.width} px wide`).toBeLessThanOrEqual(
    1,
  );
  expect(layout.texts.length).toBeGreaterThan(3);
  expect(layout.texts.some(({ text }) => text.includes('simulated · run'))).toBe(true);
  expect(clipped(layout)).toEqual([]);
  expect(colliding(layout)).toEqual([]);
  if (size === 'slide') return;
  for (const { text, size: px } of layout.texts) {
    expect(px, text).toBeGreaterThanOrEqual(SMALLEST);
    expect(px, text).toBeLessThanOrEqual(LARGEST);
  }
}

describe.each(IDS)('%s', (id) => {
  it.each(PAPER)('fits %s', async (size) => check(figureOf(id), rowsOf(id), size), 60_000);

  it('says what several runs in it would mean, and draws them where that is something', async () => {
    const figure = figureOf(id);
    if (figure.scope !== 'run') return expect(figure.across).toBeUndefined();
    expect(figure.across).toBeDefined();
    if (typeof figure.across !== 'object') return expect(figure.across!.length).toBeGreaterThan(30);
    expect(figure.across.howToRead).toMatch(/\ba run\b/);
    expect(figure.across.howToRead).not.toMatch(/cohort’s/);
    const rows = figure.across.prepare(namedRuns());
    expect([...new Set(rows.map((row) => row.run))].sort()).toEqual(['lru', 'sieve', 'w-tinylfu, warm']);
    await check({ ...figure, spec: figure.across.spec ?? figure.spec }, rows, 'one-column');
  }, 60_000);
});

it.each(PAPER)(
  'the ends of a tornado over orders of magnitude keep clear of its names: %s',
  async (size) => {
    const bar = (parameter: string, low: number, high: number) =>
      (['low end', 'high end'] as const).map((end) => ({
        ...{ parameter, end, text: end === 'low end' ? '×0.8' : '×1.25', metric: 'ttft_ms_p99', unit: 'ms' },
        ...{ base: 8350, at: end === 'low end' ? low : high, bound: null },
      }));
    const rows = [...bar('memory bandwidth reached', 274, 37_200), ...bar('output length', 284, 34_800)];
    await check(figureOf('tornado'), figureOf('tornado').prepare(rows as never), size);
  },
  60_000,
);

it('a slide is 10 in wide and its text 14 pt', async () => {
  await check(figureOf('ttft-distribution'), rowsOf('ttft-distribution'), 'slide');
  const { svg } = await drawPaper(figureOf('fairness'), rowsOf('fairness'), provenance, { size: 'slide' });
  const { width, texts } = layoutOf(svg);
  expect(width).toBeCloseTo(960, 0);
  for (const { text, size } of texts) expect(size * 0.75, text).toBeGreaterThanOrEqual(14);
});

it('the measure of clipping sees text that leaves the drawing, and text over text', () => {
  const text = (x: number, words: string) => `<text transform="translate(${x},20)" font-size="10px">${words}</text>`;
  const svg = (body: string) => `<svg width="100" height="40" viewBox="0 0 100 40">${body}</svg>`;
  expect(clipped(layoutOf(svg(text(90, 'outside'))))).toHaveLength(1);
  expect(clipped(layoutOf(svg(text(10, 'in'))))).toEqual([]);
  expect(colliding(layoutOf(svg(text(10, 'one') + text(15, 'other'))))).toEqual(['one / other']);
  expect(colliding(layoutOf(svg(text(10, 'one') + text(60, 'other'))))).toEqual([]);
});
