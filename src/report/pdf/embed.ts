/**
 * A subset of a TrueType font inside a PDF: a composite font whose codes are the subset's glyph numbers, with the map back to
 * characters that makes text searchable and copyable (ISO 32000-1, 9.7 and 9.10.3).
 */
import { type PdfObjects, pdfNumber } from './objects.ts';
import type { SubsetFont } from './ttf-subset.ts';

/** @param name PostScript name of the whole font. Returns the number of the font object. */
export function embedFont(objects: PdfObjects, name: string, font: SubsetFont): number {
  const tagged = `${tag(font.codes)}+${name}`;
  const scaled = (units: number) => pdfNumber((1000 * units) / font.unitsPerEm);
  const file = objects.stream(font.file, `/Length1 ${font.file.length}`);
  const descriptor = objects.put(
    `<< /Type /FontDescriptor /FontName /${tagged} /Flags 4 /FontBBox [${font.box.map(scaled).join(' ')}] /ItalicAngle 0 /Ascent ${scaled(font.ascent)} /Descent ${scaled(font.descent)} /CapHeight ${scaled(font.ascent)} /StemV 80 /FontFile2 ${file} 0 R >>`,
  );
  const widths = font.advances.map(pdfNumber).join(' ');
  const descendant = objects.put(
    `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${tagged} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor ${descriptor} 0 R /CIDToGIDMap /Identity /DW 600 /W [0 [${widths}]] >>`,
  );
  const unicode = objects.stream(Buffer.from(toUnicode(font.codes), 'latin1'));
  return objects.put(
    `<< /Type /Font /Subtype /Type0 /BaseFont /${tagged} /Encoding /Identity-H /DescendantFonts [${descendant} 0 R] /ToUnicode ${unicode} 0 R >>`,
  );
}

/** Six capitals that tell subsets of one font apart: a hash (FNV-1a) of their characters. */
function tag(codes: readonly number[]): string {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
  return Array.from({ length: 6 }, (_, i) => String.fromCharCode(65 + (Math.floor(hash / 26 ** i) % 26))).join('');
}

const hex4 = (value: number): string => value.toString(16).toUpperCase().padStart(4, '0');

/** A section of a CMap holds at most 100 lines. */
const SECTION = 100;

function toUnicode(codes: readonly number[]): string {
  const lines = codes.map((code, i) => `<${hex4(i + 1)}> <${hex4(code)}>`);
  const sections: string[] = [];
  for (let at = 0; at < lines.length; at += SECTION) {
    const part = lines.slice(at, at + SECTION);
    sections.push(`${part.length} beginbfchar\n${part.join('\n')}\nendbfchar\n`);
  }
  return `/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
${sections.join('')}endcmap
CMapName currentdict /CMap defineresource pop
end
end
`;
}
