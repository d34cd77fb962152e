/**
 * A figure's SVG → one PDF page of its size: vectors, text as text in an embedded subset of the font it was measured in, no
 * date, the same bytes each time. Reads the SVG that Vega and caption.ts write (svg-tree.ts); a transparent element with fill
 * and stroke shows the stroke's inner half twice, as PDF paints them one after the other.
 */
import { type Face, faceOf, faces, fontFiles } from '../fonts.ts';
import {
  IDENTITY,
  type Matrix,
  multiply,
  parseSvg,
  type SvgElement,
  type TextLine,
  textLines,
  transformOf,
} from '../svg-tree.ts';
import { embedFont } from './embed.ts';
import { PdfObjects, pdfNumber, pdfText } from './objects.ts';
import { pdfPath } from './path.ts';
import { type SubsetFont, subsetFont } from './ttf-subset.ts';

/** Points of a PDF for each CSS pixel: 72 and 96 to the inch. */
const POINTS = 0.75;

const NAMES: Record<Face, string> = { regular: 'DejaVuSans', bold: 'DejaVuSans-Bold' };
/** Attributes that children inherit. */
const INHERITED = ['fill', 'stroke', 'stroke-width', 'stroke-miterlimit', 'font-family', 'font-size', 'text-anchor'];

export interface PdfOptions {
  readonly title: string;
  /** What the figure answers and where its numbers come from. */
  readonly subject: string;
}

export function writePdf(svg: string, { title, subject }: PdfOptions): Buffer {
  const root = parseSvg(svg);
  const size = [root.attributes.width, root.attributes.height].map(Number);
  const [left, top, viewWidth, viewHeight] = root.attributes.viewBox.split(' ').map(Number);
  const [width, height] = size.map((length) => length * POINTS);
  const [sx, sy] = [width / viewWidth, height / viewHeight];

  const page = new Page(root);
  // SVG's y grows downwards from the top, PDF's upwards from the bottom.
  page.draw(root, [1, 0, 0, 1, -left, -top], {}, 1);
  const content = `${[sx, 0, 0, -sy, 0, height].map(pdfNumber).join(' ')} cm\n${page.operators.join('\n')}\n`;

  const objects = new PdfObjects();
  const pages = objects.reserve();
  const fonts = (Object.keys(NAMES) as Face[])
    .filter((face) => page.fonts[face] !== undefined)
    .map((face) => `/${face} ${embedFont(objects, NAMES[face], page.fonts[face]!)} 0 R`);
  const states = [...page.states].map(([key, name]) => `/${name} << ${key} >>`);
  const stream = objects.stream(Buffer.from(content, 'latin1'));
  const leaf = objects.put(
    `<< /Type /Page /Parent ${pages} 0 R /MediaBox [0 0 ${pdfNumber(width)} ${pdfNumber(height)}] /Resources << /Font << ${fonts.join(' ')} >> /ExtGState << ${states.join(' ')} >> >> /Contents ${stream} 0 R >>`,
  );
  objects.put(`<< /Type /Pages /Kids [${leaf} 0 R] /Count 1 >>`, pages);
  const catalog = objects.put(`<< /Type /Catalog /Pages ${pages} 0 R >>`);
  const info = objects.put(
    `<< /Title ${pdfText(title)} /Subject ${pdfText(subject)} /Creator ${pdfText('mint-bench')} >>`,
  );
  return objects.file(catalog, info);
}

type Attributes = Readonly<Record<string, string>>;

class Page {
  readonly operators: string[] = [];
  /** Graphics states by their entries: opacities. */
  readonly states = new Map<string, string>();
  readonly fonts: Partial<Record<Face, SubsetFont>> = {};
  private readonly clips = new Map<string, SvgElement>();

  constructor(root: SvgElement) {
    const used: Record<Face, Set<string>> = { regular: new Set(), bold: new Set() };
    const visit = (element: SvgElement, bold: string | undefined) => {
      const weight = element.attributes['font-weight'] ?? bold;
      if (element.tag === 'clipPath') this.clips.set(element.attributes.id, element);
      if (element.tag === 'text' || element.tag === 'tspan') for (const c of element.text) used[faceOf(weight)].add(c);
      for (const child of element.children) visit(child, weight);
    };
    visit(root, undefined);
    const files = fontFiles();
    for (const face of Object.keys(used) as Face[])
      if (used[face].size > 0) this.fonts[face] = subsetFont(files[face], used[face]);
  }

  draw(element: SvgElement, outer: Matrix, inherited: Attributes, opacity: number): void {
    const { tag, attributes } = element;
    if (tag === 'defs' || tag === 'clipPath' || tag === 'title' || attributes.display === 'none') return;
    const given: Attributes = { ...inherited, ...attributes };
    const visible = opacity * Number(attributes.opacity ?? 1);
    if (visible === 0) return;
    if (tag === 'text') {
      const measure = (text: string, size: number, bold: boolean) =>
        faces()[bold ? 'bold' : 'regular'].width(text, size);
      for (const line of textLines(element, outer, inherited, measure)) this.text(line, opacity);
      return;
    }
    const matrix = multiply(outer, transformOf(attributes.transform));
    const clip = /^url\(#(.+)\)$/.exec(attributes['clip-path'] ?? '')?.[1];
    if (clip !== undefined) this.clip(this.clips.get(clip)!, outer);
    if (tag === 'svg' || tag === 'g') {
      const kept = Object.fromEntries(
        INHERITED.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
      );
      for (const child of element.children) this.draw(child, matrix, kept, visible);
    } else this.shape(shapePath(element), matrix, given, visible);
    if (clip !== undefined) this.operators.push('Q');
  }

  private clip(clip: SvgElement, outer: Matrix): void {
    this.operators.push(
      'q',
      `${placed(outer)}\n${clip.children.map(shapePath).join('\n')}\nW n\n${placed(inverse(outer))}`,
    );
  }

  private shape(path: string, matrix: Matrix, given: Attributes, opacity: number): void {
    const [fill, stroke] = [colour(given.fill ?? '#000000'), colour(given.stroke ?? 'none')];
    const strokeWidth = Number(given['stroke-width'] ?? 1);
    const strokes = stroke !== null && strokeWidth > 0;
    if (path === '' || (fill === null && !strokes)) return;
    const out = ['q', placed(matrix)];
    const state = this.state(
      opacity * Number(given['fill-opacity'] ?? 1),
      opacity * Number(given['stroke-opacity'] ?? 1),
    );
    if (state !== null) out.push(`/${state} gs`);
    if (fill !== null) out.push(`${fill} rg`);
    if (strokes) {
      const dashes = (given['stroke-dasharray'] ?? '').split(',').map(Number);
      // "1,0" is how solid is said in a scale of dashes.
      const dashed = dashes.length > 1 && dashes.some((length, i) => i % 2 === 1 && length > 0);
      const cap = ['butt', 'round', 'square'].indexOf(given['stroke-linecap'] ?? 'butt');
      const join = ['miter', 'round', 'bevel'].indexOf(given['stroke-linejoin'] ?? 'miter');
      out.push(`${stroke} RG ${pdfNumber(strokeWidth)} w ${cap} J ${join} j ${given['stroke-miterlimit'] ?? 4} M`);
      if (dashed) out.push(`[${dashes.map(pdfNumber).join(' ')}] 0 d`);
    }
    out.push(path, fill !== null && strokes ? 'B' : fill !== null ? 'f' : 'S', 'Q');
    this.operators.push(out.join('\n'));
  }

  private text(line: TextLine, opacity: number): void {
    const fill = colour(line.fill);
    const visible = opacity * line.opacity;
    if (line.text.trim() === '' || fill === null || visible === 0) return;
    const face = line.bold ? 'bold' : 'regular';
    const font = this.fonts[face]!;
    const codes = [...line.text].map((c) => font.glyph(c.codePointAt(0)!).toString(16).toUpperCase().padStart(4, '0'));
    const state = this.state(visible, visible);
    const upright = multiply(line.matrix, [1, 0, 0, -1, 0, 0]);
    this.operators.push(
      `${state === null ? 'q' : `q /${state} gs`} BT /${face} ${pdfNumber(line.size)} Tf ${fill} rg ${upright.map(pdfNumber).join(' ')} Tm <${codes.join('')}> Tj ET Q`,
    );
  }

  private state(fill: number, stroke: number): string | null {
    if (fill === 1 && stroke === 1) return null;
    const key = `/ca ${pdfNumber(fill)} /CA ${pdfNumber(stroke)}`;
    const name = this.states.get(key) ?? `s${this.states.size}`;
    this.states.set(key, name);
    return name;
  }
}

const placed = (matrix: Matrix): string =>
  matrix.every((value, i) => value === IDENTITY[i]) ? '' : `${matrix.map(pdfNumber).join(' ')} cm`;

function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

/** "r g b" from 0 to 1, or null for no paint. */
function colour(value: string): string | null {
  if (value === 'none' || value === 'transparent') return null;
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value);
  if (hex === null) throw new Error(`SVG: cannot read colour ${value}`);
  return hex
    .slice(1)
    .map((part) => pdfNumber(Number.parseInt(part, 16) / 255))
    .join(' ');
}

function shapePath({ tag, attributes }: SvgElement): string {
  const at = (name: string) => Number(attributes[name] ?? 0);
  if (tag === 'path') return pdfPath(attributes.d ?? '');
  if (tag === 'line')
    return `${[at('x1'), at('y1')].map(pdfNumber).join(' ')} m\n${[at('x2'), at('y2')].map(pdfNumber).join(' ')} l`;
  if (tag === 'rect') return `${['x', 'y', 'width', 'height'].map((name) => pdfNumber(at(name))).join(' ')} re`;
  throw new Error(`SVG: cannot draw <${tag}>`);
}
