/**
 * The SVG that Vega writes, as a tree: elements, attributes, text. Not a general XML reader: no entities but the five of XML, no
 * comments, no CDATA, no namespaces, which Vega's output never has. Throws on anything else, so that a change of Vega's
 * output is seen and not drawn wrongly.
 */
export interface SvgElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: SvgElement[];
  /** Text directly inside, entities decoded. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decoded = (text: string): string =>
  text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (name.startsWith('#'))
      return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
    return ENTITIES[name] ?? whole;
  });

export function parseSvg(svg: string): SvgElement {
  const root: SvgElement = { tag: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const token = /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)/gy;
  let at = 0;
  for (let match = token.exec(svg); match !== null; match = token.exec(svg)) {
    at = token.lastIndex;
    const [, closing, tag, attributes, empty, text] = match;
    const parent = open[open.length - 1];
    if (text !== undefined) parent.text += decoded(text);
    else if (closing === '/') {
      if (open.length === 1 || parent.tag !== tag) throw new Error(`SVG: </${tag}> closes <${parent.tag}>`);
      open.pop();
    } else {
      const found = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name, decoded(value)]);
      const element: SvgElement = { tag, attributes: Object.fromEntries(found), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  if (at !== svg.length || open.length !== 1 || root.children.length !== 1)
    throw new Error(`SVG: cannot read ${JSON.stringify(svg.slice(at, at + 40))} at ${at}`);
  return root.children[0];
}

/** [a, b, c, d, e, f] as in SVG: x' = a·x + c·y + e, y' = b·x + d·y + f. */
export type Matrix = readonly [number, number, number, number, number, number];
export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export const multiply = (outer: Matrix, inner: Matrix): Matrix => [
  outer[0] * inner[0] + outer[2] * inner[1],
  outer[1] * inner[0] + outer[3] * inner[1],
  outer[0] * inner[2] + outer[2] * inner[3],
  outer[1] * inner[2] + outer[3] * inner[3],
  outer[0] * inner[4] + outer[2] * inner[5] + outer[4],
  outer[1] * inner[4] + outer[3] * inner[5] + outer[5],
];

/** Value of a `transform` attribute of translations, rotations (degrees, about the origin) and scalings. */
export function transformOf(value: string | undefined): Matrix {
  let matrix = IDENTITY;
  for (const [, name, list] of (value ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b = name === 'scale' ? a : 0, extra] = list.split(/[\s,]+/).map(Number);
    if (extra !== undefined) throw new Error(`SVG: cannot read transform ${value}`);
    const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)];
    if (name === 'translate') matrix = multiply(matrix, [1, 0, 0, 1, a, b]);
    else if (name === 'rotate') matrix = multiply(matrix, [cos, sin, -sin, cos, 0, 0]);
    else if (name === 'scale') matrix = multiply(matrix, [a, 0, 0, b, 0, 0]);
    else throw new Error(`SVG: cannot read transform ${value}`);
  }
  return matrix;
}

/** One line of text where it stands. */
export interface TextLine {
  readonly text: string;
  /** Start of the baseline in the coordinates of the drawing, after `text-anchor`, px; `matrix` maps (0, 0) to it. */
  readonly matrix: Matrix;
  readonly size: number;
  readonly bold: boolean;
  readonly width: number;
  readonly fill: string;
  readonly opacity: number;
}

/**
 * The lines of a <text> element, one for itself or one for each <tspan>.
 * @param inherited attributes of the elements around it
 */
export function textLines(
  element: SvgElement,
  outer: Matrix,
  inherited: Readonly<Record<string, string>>,
  width: (text: string, size: number, bold: boolean) => number,
): TextLine[] {
  const given = { ...inherited, ...element.attributes };
  const size = Number.parseFloat(given['font-size'] ?? '11');
  const bold = given['font-weight'] === 'bold' || Number(given['font-weight']) >= 600;
  const opacity = Number(given.opacity ?? 1) * Number(given['fill-opacity'] ?? 1);
  const matrix = multiply(outer, transformOf(element.attributes.transform));
  const lines =
    element.children.length === 0 ? [{ text: element.text, attributes: element.attributes }] : element.children;
  let y = element.children.length === 0 ? 0 : Number(element.attributes.y ?? 0);
  return lines.map(({ text, attributes }): TextLine => {
    y += Number(attributes.dy ?? 0) + (element.children.length === 0 ? Number(attributes.y ?? 0) : 0);
    const wide = width(text, size, bold);
    const shift = given['text-anchor'] === 'end' ? wide : given['text-anchor'] === 'middle' ? wide / 2 : 0;
    const start: Matrix = [1, 0, 0, 1, Number(attributes.x ?? 0) - shift, y];
    return { text, matrix: multiply(matrix, start), size, bold, width: wide, fill: given.fill ?? '#000000', opacity };
  });
}
