/** PDFs of figures: text that can be read back, fonts inside, the same bytes, and the shapes that the SVG has. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { fontFiles } from '../../src/report/fonts.ts';
import { drawPaper } from '../../src/report/paper.ts';
import { pdfPath } from '../../src/report/pdf/path.ts';
import { subsetFont } from '../../src/report/pdf/ttf-subset.ts';
import { writePdf } from '../../src/report/pdf/write.ts';
import { parseSvg } from '../../src/report/svg-tree.ts';
import { figureOf, IDS, rowsOf } from './inputs.ts';
import { layoutOf } from './layout.ts';

const provenance = { kind: 'simulated', source: 'run 1f2e3d4c5b' } as const;
const options = { title: 'Größe “x”', subject: 'simulated' };
const drawn = async (id: (typeof IDS)[number]) =>
  (await drawPaper(figureOf(id), rowsOf(id), provenance, { size: 'one-column' })).svg;

/** Streams of a PDF, unpacked, in the order of the file. */
function streams(pdf: Buffer): string[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/\/Length (\d+) \/Filter \/FlateDecode[^>]*>>\nstream\n/g)].map((match) => {
    const start = match.index + match[0].length;
    return inflateSync(pdf.subarray(start, start + Number(match[1]))).toString('latin1');
  });
}

/** Every text shown on the page, read back through the fonts' maps to characters. */
function shownTexts(pdf: Buffer): string[] {
  const all = streams(pdf);
  const maps = all
    .filter((stream) => stream.includes('begincmap'))
    .map((stream) => new Map([...stream.matchAll(/<(\w{4})> <(\w{4})>/g)].map(([, code, char]) => [code, char])));
  const content = all.find((stream) => stream.includes(' Tj ET'))!;
  const faces = content.includes('/regular ') ? ['regular', 'bold'] : ['bold'];
  return [...content.matchAll(/BT \/(\w+) .*? Tm <([0-9A-F]*)> Tj ET/g)].map(([, face, codes]) =>
    codes
      .match(/.{4}/g)!
      .map((code) => String.fromCodePoint(Number.parseInt(maps[faces.indexOf(face)].get(code) ?? '', 16)))
      .join(''),
  );
}

describe.each(IDS)('%s', (id) => {
  it('shows the words of its SVG in an embedded font, without a date, in the same bytes each time', async () => {
    const svg = await drawn(id);
    const pdf = writePdf(svg, options);
    expect(shownTexts(pdf).sort()).toEqual(
      layoutOf(svg)
        .texts.map(({ text }) => text)
        .sort(),
    );
    const text = pdf.toString('latin1');
    expect(text.match(/\/FontFile2/g)?.length).toBe(text.match(/\/Type0 \/BaseFont \/[A-Z]{6}\+DejaVuSans/g)?.length);
    expect(text).not.toMatch(/CreationDate|ModDate|\/ID/);
    expect(writePdf(await drawn(id), options).equals(pdf)).toBe(true);
    const [, width, height] = /MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)!;
    expect(Number(width)).toBeCloseTo(layoutOf(svg).width * 0.75, 2);
    expect(Number(height)).toBeCloseTo(layoutOf(svg).height * 0.75, 2);
    expect(pdf.length).toBeLessThan(120_000);
  }, 60_000);
});

describe('the file', () => {
  it('has a cross-reference table that points at its objects', async () => {
    const pdf = writePdf(await drawn('fairness'), options);
    const text = pdf.toString('latin1');
    const offsets = [...text.matchAll(/^(\d{10}) 00000 n $/gm)].map(([, offset]) => Number(offset));
    expect(offsets.length).toBeGreaterThan(8);
    for (const [i, offset] of offsets.entries()) expect(text.startsWith(`${i + 1} 0 obj\n`, offset)).toBe(true);
    expect(text.startsWith('xref', Number(/startxref\n(\d+)/.exec(text)![1]))).toBe(true);
  });

  const poppler = spawnSync('pdffonts', ['-v']).status === 0;
  it.skipIf(!poppler)('is whole to poppler: fonts embedded, text found, page drawn (needs poppler-utils)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mint-bench-pdf-'));
    try {
      const file = join(folder, 'figure.pdf');
      writeFileSync(file, writePdf(await drawn('lost-time'), options));
      const ran = (program: string, ...args: string[]) => {
        const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, '']);
        return stdout;
      };
      const fonts = ran('pdffonts', file).trim().split('\n').slice(2);
      expect(fonts).toHaveLength(2);
      for (const line of fonts) expect(line).toMatch(/DejaVuSans(-Bold)? +CID TrueType +Identity-H +yes yes yes/);
      expect(ran('pdftotext', '-layout', file, '-')).toContain('share of request time');
      expect(ran('pdfinfo', file)).toMatch(/Title: +Größe “x”/);
      ran('pdftoppm', '-r', '50', '-png', '-singlefile', file, join(folder, 'page'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a subset of the font', () => {
  const text = 'Größe ≥ 99.99% “µs” ▶é';

  it.each(['regular', 'bold'] as const)('draws the same shapes as the whole font (%s)', (face) => {
    const files = fontFiles();
    const { file } = subsetFont(files[face], text);
    expect(file.length).toBeLessThan(12_000);
    const folder = mkdtempSync(join(tmpdir(), 'mint-bench-font-'));
    try {
      const path = join(folder, 'subset.ttf');
      // resvg reads the family from the name table, which a PDF needs none of: it is copied for the test.
      writeFileSync(path, withNames(file, files[face]));
      const weight = face === 'bold' ? 'bold' : 'normal';
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="80"><text x="10" y="55" font-family="DejaVu Sans" font-weight="${weight}" font-size="40" style="font-kerning:none;font-variant-ligatures:none" letter-spacing="0.01">${text}</text></svg>`;
      const pixels = (font: string) =>
        Buffer.from(
          new Resvg(svg, {
            font: { loadSystemFonts: false, fontFiles: [font], defaultFontFamily: 'DejaVu Sans' },
          }).render().pixels,
        );
      expect(pixels(path).some((byte) => byte > 0)).toBe(true);
      const [whole, small] = [pixels(files[face]), pixels(path)];
      let different = 0;
      for (let i = 3; i < whole.length; i += 4) if (Math.abs(whole[i] - small[i]) > 64) different++;
      expect(different).toBeLessThan(40);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The font with the name table of another: a new directory, the old tables behind it. */
function withNames(font: Buffer, donor: string): Buffer {
  const source = subsetNames(donor);
  const count = font.readUInt16BE(4);
  const tables = Array.from({ length: count }, (_, i) => {
    const at = 12 + 16 * i;
    const [offset, length] = [font.readUInt32BE(at + 8), font.readUInt32BE(at + 12)];
    return { tag: font.toString('latin1', at, at + 4), data: font.subarray(offset, offset + length) };
  });
  tables.push({ tag: 'name', data: source });
  tables.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  const header = Buffer.alloc(12 + 16 * tables.length);
  header.writeUInt32BE(0x00010000, 0);
  header.writeUInt16BE(tables.length, 4);
  let offset = header.length;
  const bodies = tables.map(({ tag, data }, i) => {
    const at = 12 + 16 * i;
    header.write(tag, at, 'latin1');
    header.writeUInt32BE(offset, at + 8);
    header.writeUInt32BE(data.length, at + 12);
    const body = Buffer.concat([data, Buffer.alloc(-data.length & 3)]);
    offset += body.length;
    return body;
  });
  return Buffer.concat([header, ...bodies]);
}

function subsetNames(path: string): Buffer {
  const font = readFileSync(path);
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const at = 12 + 16 * i;
    if (font.toString('latin1', at, at + 4) !== 'name') continue;
    const start = font.readUInt32BE(at + 8);
    return font.subarray(start, start + font.readUInt32BE(at + 12));
  }
  throw new Error(`${path} has no names`);
}

describe('paths', () => {
  it('lines, relative and absolute, and what closes', () => {
    expect(pdfPath('M1,2h3v-4L0.5,0Z').split('\n')).toEqual(['1 2 m', '4 2 l', '4 -2 l', '0.5 0 l', 'h']);
  });

  it('a circle of two arcs stays on its radius', () => {
    const numbers = pdfPath('M5,0A5,5,0,1,1,-5,0A5,5,0,1,1,5,0')
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ').map(Number));
    expect(numbers).toHaveLength(4);
    let from = [5, 0];
    for (const [x1, y1, x2, y2, x, y] of numbers) {
      const middle = [(from[0] + 3 * x1 + 3 * x2 + x) / 8, (from[1] + 3 * y1 + 3 * y2 + y) / 8];
      expect(Math.hypot(middle[0], middle[1])).toBeCloseTo(5, 2);
      from = [x, y];
    }
    expect(from).toEqual([5, 0]);
  });

  it('numbers with exponents are numbers, and a command that Vega does not use is refused', () => {
    expect(pdfPath('M1e-7,2L3,4e1')).toBe('0 2 m\n3 40 l');
    expect(() => pdfPath('M0,0T5,5')).toThrow(/path data/);
  });
});

describe('SVG', () => {
  it('is read whole or refused', () => {
    const svg = parseSvg('<svg width="1"><g a="&lt;&#x41;"><text>x &amp; y</text></g></svg>');
    expect(svg.children[0].attributes.a).toBe('<A');
    expect(svg.children[0].children[0].text).toBe('x & y');
    expect(() => parseSvg('<svg><!-- no --></svg>')).toThrow(/SVG/);
    expect(() => parseSvg('<svg><g></svg>')).toThrow(/SVG/);
  });
});
