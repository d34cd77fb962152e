import { Resvg } from '@resvg/resvg-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakLines, captioned } from '../../src/report/caption.ts';
import { assemble } from '../../src/report/figures/frame.ts';
import { ttftDistribution } from '../../src/report/figures/ttft-distribution.ts';
import { readFontMetrics } from '../../src/report/font-metrics.ts';
import { fontFiles } from '../../src/report/fonts.ts';
import { inlineSvg, renderer } from '../../src/report/render.ts';
import { theme } from '../../src/report/theme.ts';
import { runTables } from './fixture.ts';

/** Dark pixels of a rectangle of a PNG: resvg decodes it as an image of its own. */
function ink(png: Uint8Array, width: number, height: number): number {
  const href = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image href="${href}" x="0" y="0"/></svg>`;
  const { pixels } = new Resvg(svg).render();
  let dark = 0;
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3] > 200 && pixels[at] < 90) dark++;
  return dark;
}

/** A figure as it is written to a file: its caption composed above it. */
async function titled(): Promise<string> {
  const rows = ttftDistribution.prepare(runTables());
  const { svg } = await (await renderer()).svg(assemble(ttftDistribution, rows, theme(), { titled: false }));
  const { title, question } = ttftDistribution;
  return captioned(svg, { title, lines: [question, 'simulated <b> & more'] }, theme());
}

describe('PNG', () => {
  it('has ink where the title is, drawn with the shipped font alone', async () => {
    const render = await renderer();
    const svg = await titled();
    expect(ink(await render.png(svg, 2, '#ffffff'), 400, 60)).toBeGreaterThan(500);
  });

  it('the same test sees no ink where there is no text: it can fail', async () => {
    const render = await renderer();
    const svg = await titled();
    const silent = svg.replace(/<text[^>]*>[^<]*<\/text>/g, '');
    expect(ink(await render.png(silent, 2, '#ffffff'), 400, 60)).toBe(0);
  });

  it('is the same bytes each time', async () => {
    const render = await renderer();
    const svg = await titled();
    const [once, again] = await Promise.all([render.png(svg, 1, '#ffffff'), render.png(svg, 1, '#ffffff')]);
    expect(Buffer.compare(once, again)).toBe(0);
  });
});

describe('caption', () => {
  it('keeps every line within the drawing, every word in order', () => {
    const measure = (text: string) => text.length;
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 }), (words) => {
        const lines = breakLines(words.join(' '), 20, measure);
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(measure(line)).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('is text, whatever it says', async () => {
    expect((await titled()).includes('simulated &lt;b&gt; &amp; more')).toBe(true);
  });
});

describe('text widths', () => {
  const files = fontFiles();

  it('are the advances of the font', () => {
    // DejaVu Sans, 2048 units an em: A 1401, space 651, m 1995; the missing glyph is 1229 wide.
    const metrics = readFontMetrics(files.regular);
    expect(metrics.width('A', 2048)).toBe(1401);
    expect(metrics.width(' m', 2048)).toBe(651 + 1995);
    expect(metrics.width('\u{1f600}', 2048)).toBe(metrics.width('\u{1f601}', 2048));
  });

  it.each([
    ['regular', 'share of requests at or below 99.9%'],
    ['regular', '≥ 99.99% µs – “Größe”'],
    ['bold', 'Time to first token'],
  ] as const)('agree with what resvg draws (%s, %s)', (face, words) => {
    const size = 40;
    const weight = face === 'bold' ? 'bold' : 'normal';
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><text x="10" y="60" font-family="DejaVu Sans" font-weight="${weight}" font-size="${size}">${words}</text></svg>`;
    const font = { loadSystemFonts: false, fontFiles: [files[face]], defaultFontFamily: 'DejaVu Sans' };
    const drawn = new Resvg(svg, { font }).getBBox()!.width;
    // Side bearings and kerning are what the advances do not know.
    expect(Math.abs(readFontMetrics(files[face]).width(words, size) - drawn)).toBeLessThan(size * 0.35);
  });

  it('a file that is no font is named', () => {
    expect(() => readFontMetrics(import.meta.filename)).toThrow(/render\.test\.ts/);
  });
});

describe('inlined SVG', () => {
  it('takes its colours from the page and keeps its ids to itself', async () => {
    const inlined = inlineSvg(await titled(), 'light', 'a');
    for (const hex of Object.values(theme('light').swatches)) expect(inlined).not.toContain(hex);
    expect(inlined).toContain('var(--m-blue)');
    const ids = [...inlined.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
    const used = [...inlined.matchAll(/url\(#([^)]*)\)/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) expect(id).toMatch(/^a-/);
    for (const id of used) expect(ids).toContain(id);
  });
});
