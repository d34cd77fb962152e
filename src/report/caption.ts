/**
 * A drawing with its title, question and provenance written above it: what stands alone as a file. Composed as text, because
 * rendering a figure a second time only to add a title would cost as much as the figure.
 */
import { textWidth } from './fonts.ts';
import { FONT, type Theme } from './theme.ts';

export interface Caption {
  readonly title: string;
  /** Paragraphs below the title, broken to the drawing's width. */
  readonly lines: readonly string[];
}

const MARGIN = 12;
const TITLE = 15;
const BODY = 11;
const LEADING = 15;

/** @param svg as render.ts made it, in the variant of `theme` */
export function captioned(svg: string, { title, lines }: Caption, theme: Theme): string {
  const [, width, height, body] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"[^>]*>([\s\S]*)<\/svg>$/.exec(svg)!;
  const broken = lines.flatMap((line) => breakLines(line, Number(width) - 2 * MARGIN, (text) => textWidth(text, BODY)));
  const top = MARGIN + TITLE + broken.length * LEADING + 12;
  const total = Number(height) + top;
  const text = (content: string, y: number, size: number, fill: string, extra: string) =>
    `<text x="${MARGIN}" y="${y}" font-family="${FONT}" font-size="${size}px"${extra} fill="${fill}">${escapeXml(content)}</text>`;
  const heading = text(title, MARGIN + TITLE - 2, TITLE, theme.ink, ' font-weight="bold"');
  const paragraphs = broken.map((line, i) => text(line, MARGIN + TITLE + (i + 1) * LEADING, BODY, theme.muted, ''));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" role="img" aria-label="${escapeXml(title)}" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}">` +
    `<rect width="${width}" height="${total}" fill="${theme.background}"/>${heading}${paragraphs.join('')}<g transform="translate(0,${top})">${body}</g></svg>`
  );
}

/** Greedy line breaking at spaces; a word wider than the line gets a line of its own. */
export function breakLines(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && measure(`${last} ${word}`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
