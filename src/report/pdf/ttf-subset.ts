/**
 * A TrueType font with only the glyphs of given characters: what a PDF embeds, so that a figure's text is text on every
 * machine. Glyphs are renumbered from 1 in the order of their code points (0 stays the missing glyph), parts of composite
 * glyphs follow; hinting is dropped.
 *
 * Source: OpenType specification 1.9 (glyf, loca, hmtx, cmap format 4, head). Not read: CFF outlines, characters beyond the
 * basic plane, kerning.
 */
import { readFileSync } from 'node:fs';
import { glyphOf, tablesOf } from '../font-metrics.ts';

export interface SubsetFont {
  /** A whole TrueType file. */
  readonly file: Buffer;
  /** Code points of glyphs 1, 2, …; parts of composites have none. */
  readonly codes: readonly number[];
  /** Advance of each glyph in thousandths of an em. */
  readonly advances: readonly number[];
  readonly unitsPerEm: number;
  /** Font units: [xMin, yMin, xMax, yMax], ascent, descent (negative). */
  readonly box: readonly [number, number, number, number];
  readonly ascent: number;
  readonly descent: number;
  /** Glyph number of a character; 0 where the font has none. */
  glyph(code: number): number;
}

const originals = new Map<string, Buffer>();

export function subsetFont(path: string, characters: Iterable<string>): SubsetFont {
  const original = originals.get(path) ?? readFileSync(path);
  originals.set(path, original);
  const tables = tablesOf(original, path);
  const at = (tag: string): number => tables.get(tag)!.offset;
  const [head, hhea] = [at('head'), at('hhea')];
  const unitsPerEm = original.readUInt16BE(head + 18);
  const longMetrics = original.readUInt16BE(hhea + 34);

  const codes: number[] = [];
  const old = [0];
  for (const code of [...new Set([...characters].map((c) => c.codePointAt(0)!))].sort((a, b) => a - b)) {
    const glyph = glyphOf(original, at('cmap'), code);
    if (glyph === 0) continue;
    codes.push(code);
    old.push(glyph);
  }
  const glyphs: Buffer[] = [];
  for (let i = 0; i < old.length; i++) glyphs.push(strippedGlyph(original, tables, old[i], old));

  const advance = (glyph: number) => original.readUInt16BE(at('hmtx') + 4 * Math.min(glyph, longMetrics - 1));
  const file = assemble({
    head: patched(original, tables, 'head', (table) => {
      table.writeUInt32BE(0, 8);
      table.writeInt16BE(1, 50);
    }),
    hhea: patched(original, tables, 'hhea', (table) => table.writeUInt16BE(glyphs.length, 34)),
    maxp: patched(original, tables, 'maxp', (table) => table.writeUInt16BE(glyphs.length, 4)),
    hmtx: Buffer.concat(
      old.map((glyph, i) => words(advance(glyph), glyphs[i].length > 0 ? glyphs[i].readInt16BE(2) : 0)),
    ),
    cmap: characterMap(codes),
    loca: locations(glyphs),
    glyf: Buffer.concat(glyphs),
    'OS/2': patched(original, tables, 'OS/2', () => undefined),
    post: Buffer.concat([dwords(0x00030000), original.subarray(at('post') + 4, at('post') + 32)]),
  });
  const index = new Map(codes.map((code, i) => [code, i + 1]));
  return {
    file,
    codes,
    advances: old.map((glyph) => (1000 * advance(glyph)) / unitsPerEm),
    unitsPerEm,
    box: [36, 38, 40, 42].map((field) => original.readInt16BE(head + field)) as [number, number, number, number],
    ascent: original.readInt16BE(hhea + 4),
    descent: original.readInt16BE(hhea + 6),
    glyph: (code) => index.get(code) ?? 0,
  };
}

type Tables = ReturnType<typeof tablesOf>;

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, 2 * i);
  return bytes;
};
const dwords = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * i);
  return bytes;
};

function patched(file: Buffer, tables: Tables, tag: string, patch: (table: Buffer) => void): Buffer {
  const { offset, length } = tables.get(tag)!;
  const table = Buffer.from(file.subarray(offset, offset + length));
  patch(table);
  return table;
}

/** A glyph's outline without instructions; parts of a composite are appended to `old` and renumbered. */
function strippedGlyph(file: Buffer, tables: Tables, glyph: number, old: number[]): Buffer {
  const loca = tables.get('loca')!.offset;
  const long = file.readInt16BE(tables.get('head')!.offset + 50) === 1;
  const place = (i: number) => (long ? file.readUInt32BE(loca + 4 * i) : 2 * file.readUInt16BE(loca + 2 * i));
  const start = tables.get('glyf')!.offset + place(glyph);
  const data = Buffer.from(file.subarray(start, tables.get('glyf')!.offset + place(glyph + 1)));
  if (data.length === 0) return data;
  const contours = data.readInt16BE(0);
  if (contours >= 0) {
    const instructions = 10 + 2 * contours;
    const skipped = instructions + 2 + data.readUInt16BE(instructions);
    return padded(Buffer.concat([data.subarray(0, instructions), words(0), data.subarray(skipped)]));
  }
  const [WORDS, SCALE, MORE, XY_SCALE, MATRIX, INSTRUCTIONS] = [1, 8, 0x20, 0x40, 0x80, 0x100];
  let at = 10;
  for (let flags = MORE; flags & MORE; ) {
    flags = data.readUInt16BE(at);
    data.writeUInt16BE(flags & ~INSTRUCTIONS, at);
    const part = data.readUInt16BE(at + 2);
    if (!old.includes(part)) old.push(part);
    data.writeUInt16BE(old.indexOf(part), at + 2);
    at += 4 + (flags & WORDS ? 4 : 2) + (flags & MATRIX ? 8 : flags & XY_SCALE ? 4 : flags & SCALE ? 2 : 0);
  }
  return padded(data.subarray(0, at));
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);

function locations(glyphs: readonly Buffer[]): Buffer {
  let sum = 0;
  return dwords(0, ...glyphs.map((glyph) => (sum += glyph.length)));
}

/** One segment a code point: glyph numbers are in the order of the code points, so each segment is a difference. */
function characterMap(codes: readonly number[]): Buffer {
  const segments = codes.length + 1;
  const power = 2 ** Math.floor(Math.log2(segments));
  const body = words(
    4,
    16 + 8 * segments,
    0,
    2 * segments,
    2 * power,
    Math.log2(power),
    2 * (segments - power),
    ...codes,
    0xffff,
    0,
    ...codes,
    0xffff,
    ...codes.map((code, i) => i + 1 - code),
    1,
    ...new Array<number>(segments).fill(0),
  );
  return Buffer.concat([words(0, 1, 3, 1), dwords(12), body]);
}

const checksum = (bytes: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
};

function assemble(tables: Readonly<Record<string, Buffer>>): Buffer {
  const tags = Object.keys(tables).sort();
  const power = 2 ** Math.floor(Math.log2(tags.length));
  const header = [dwords(0x00010000), words(tags.length, 16 * power, Math.log2(power), 16 * (tags.length - power))];
  let offset = 12 + 16 * tags.length;
  let headAt = 0;
  const bodies = tags.map((tag) => {
    const body = padded(tables[tag]);
    header.push(Buffer.from(tag.padEnd(4), 'latin1'), dwords(checksum(body), offset, tables[tag].length));
    if (tag === 'head') headAt = offset;
    offset += body.length;
    return body;
  });
  const file = Buffer.concat([...header, ...bodies]);
  file.writeUInt32BE((0xb1b0afba - checksum(file)) >>> 0, headAt + 8);
  return file;
}
