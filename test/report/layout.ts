/** Where text stands in a drawing, measured with the font it is drawn in: what clipping and collisions are found with. */
import { faces } from '../../src/report/fonts.ts';
import {
  IDENTITY,
  type Matrix,
  multiply,
  parseSvg,
  type SvgElement,
  textLines,
  transformOf,
} from '../../src/report/svg-tree.ts';

export interface TextBox {
  readonly text: string;
  /** Size in print, px of the drawing's own width and height. */
  readonly size: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly texts: readonly TextBox[];
}

/** Ascent and descent of a line of text with capitals and descenders, in ems. */
const [ASCENT, DESCENT] = [0.76, 0.22];

export function layoutOf(svg: string): Layout {
  const root = parseSvg(svg);
  const [width, height] = [root.attributes.width, root.attributes.height].map(Number);
  const [left, top, viewWidth] = root.attributes.viewBox.split(' ').map(Number);
  const zoom = width / viewWidth;
  const measure = (text: string, size: number, bold: boolean) => faces()[bold ? 'bold' : 'regular'].width(text, size);
  const texts: TextBox[] = [];
  const visit = (element: SvgElement, outer: Matrix, inherited: Readonly<Record<string, string>>): void => {
    if (element.attributes.display === 'none' || element.tag === 'defs') return;
    if (element.tag === 'text') {
      for (const line of textLines(element, outer, inherited, measure)) {
        if (line.opacity === 0 || line.text.trim() === '') continue;
        const [a, b, c, d, e, f] = line.matrix;
        const corners = [
          [0, -ASCENT * line.size],
          [line.width, -ASCENT * line.size],
          [0, DESCENT * line.size],
          [line.width, DESCENT * line.size],
        ].map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]);
        texts.push({
          text: line.text,
          size: line.size * zoom,
          left: Math.min(...corners.map(([x]) => x)) * zoom,
          right: Math.max(...corners.map(([x]) => x)) * zoom,
          top: Math.min(...corners.map(([, y]) => y)) * zoom,
          bottom: Math.max(...corners.map(([, y]) => y)) * zoom,
        });
      }
      return;
    }
    const matrix = multiply(outer, transformOf(element.attributes.transform));
    for (const child of element.children) visit(child, matrix, { ...inherited, ...element.attributes });
  };
  visit(root, [...IDENTITY.slice(0, 4), -left, -top] as unknown as Matrix, {});
  return { width, height, texts };
}

/** Texts that leave the drawing by more than `slack` px. */
export const clipped = ({ width, height, texts }: Layout, slack: number = 0.5): string[] =>
  texts
    .filter(
      ({ left, right, top, bottom }) =>
        left < -slack || right > width + slack || top < -slack || bottom > height + slack,
    )
    .map(({ text, left, right, top, bottom }) => `${text} [${[left, right, top, bottom].map((v) => v.toFixed(1))}]`);

/** Pairs of level texts that cover one another. Slanted text is left out: its box is larger than its ink. */
export function colliding({ texts }: Layout): string[] {
  const level = texts.filter(({ top, bottom, size }) => bottom - top < 1.1 * size);
  return level.flatMap((one, i) =>
    level
      .slice(i + 1)
      .filter(
        (other) =>
          Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5 &&
          Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 0.25 * one.size,
      )
      .map((other) => `${one.text} / ${other.text}`),
  );
}
