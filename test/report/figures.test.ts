/** What holds for every figure of the record, whatever it shows. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { type Figure, type Row, SECTIONS } from '../../src/report/figures/figure.ts';
import { assemble } from '../../src/report/figures/frame.ts';
import { FIGURES, type FigureId } from '../../src/report/figures/index.ts';
import { recolour, renderer } from '../../src/report/render.ts';
import { TABLES } from '../../src/report/run-data.ts';
import { type Mode, SIZES, type Size, theme } from '../../src/report/theme.ts';
import { emptyRun, runTables } from './fixture.ts';
import {
  fidelityRows,
  interferenceRows,
  kernelRows,
  kneeRows,
  planRows,
  sensitivityRows,
  studyRuns,
} from './study-fixture.ts';

const ids = Object.keys(FIGURES) as FigureId[];
const sizes = Object.keys(SIZES) as Size[];

function figure(id: FigureId): Figure {
  return FIGURES[id] as unknown as Figure;
}

function rowsOf(id: FigureId): Row[] {
  const inputs = {
    run: runTables(),
    study: studyRuns(id),
    kernel: kernelRows(),
    fidelity: fidelityRows(),
    knee: kneeRows(),
    plan: planRows(),
    sensitivity: sensitivityRows(),
    interference: interferenceRows(),
  };
  return figure(id).prepare(inputs[figure(id).scope] as never);
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: false });
const require = createRequire(import.meta.url);
const schema = JSON.parse(readFileSync(require.resolve('vega-lite/vega-lite-schema.json'), 'utf8'));
const valid = ajv.compile(schema);

it('a figure stands in the file of its name', () => {
  const folder = join(import.meta.dirname, '../../src/report/figures');
  expect(ids.filter((id) => !existsSync(join(folder, `${id}.ts`)))).toEqual([]);
});

describe.each(ids)('%s', (id) => {
  it('says what it answers and how to read it', () => {
    const { title, question, howToRead, source, section, needs } = figure(id);
    expect(title.length).toBeGreaterThan(3);
    expect(title).not.toMatch(/[.?]$/);
    expect(question).toMatch(/\?$/);
    expect(howToRead.length).toBeGreaterThan(60);
    expect(howToRead).toMatch(/\.$/);
    expect(source).not.toBe('');
    expect(SECTIONS).toContain(section);
    for (const table of needs) expect(TABLES).toContain(table);
  });

  it('reduces its input to at most a few hundred rows of plain values', () => {
    const rows = rowsOf(id);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(1000);
    for (const row of rows) {
      for (const cell of Object.values(row)) if (typeof cell === 'number') expect(Number.isFinite(cell)).toBe(true);
    }
  });

  it.each(sizes)('is valid Vega-Lite at %s size, and leaves its rows as they were', (size) => {
    const rows = freeze(rowsOf(id));
    const spec = assemble(figure(id), rows, theme('light', size), { titled: true, caption: 'simulated · run 0' });
    const ok = valid(JSON.parse(JSON.stringify(spec)));
    expect(valid.errors ?? []).toEqual([]);
    expect(ok).toBe(true);
    expect(JSON.stringify(spec)).not.toMatch(/"url"/);
  });

  it('renders without warnings, in the same bytes whatever was drawn before, and turns dark by substitution', async () => {
    const { svg } = await renderer();
    const rows = rowsOf(id);
    const spec = (mode: Mode) =>
      assemble(figure(id), rows, theme(mode, 'narrow'), { titled: true, caption: 'simulated' });
    // Not awaited one by one: renderings under way together must not take each other's ids.
    const [first, , again, dark] = await Promise.all([
      svg(spec('light')),
      svg(assemble(figure('memory-split'), rowsOf('memory-split'), theme(), { titled: false })),
      svg(spec('light')),
      svg(spec('dark')),
    ]);
    expect(first.warnings).toEqual([]);
    expect(again.svg === first.svg).toBe(true);
    expect(recolour(first.svg, 'light', 'dark') === dark.svg).toBe(true);
    expect(first.svg.match(/NaN|undefined|Infinity/g)).toBeNull();
  });
});

describe('a run in which nothing happened', () => {
  it.each(ids.filter((id) => figure(id).scope === 'run'))('%s has no rows and does not fail', (id) => {
    expect(figure(id).prepare(emptyRun() as never)).toEqual([]);
  });
});
