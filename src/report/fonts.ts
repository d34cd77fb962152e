/** The font that figures are measured, drawn and embedded in, from the npm package dejavu-fonts-ttf: read once, on first use. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type FontMetrics, readFontMetrics } from './font-metrics.ts';

export type Face = 'regular' | 'bold';

const { resolve } = createRequire(import.meta.url);

/** Paths of the two faces of FONT. */
export function fontFiles(): Record<Face, string> {
  const folder = join(dirname(resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  return { regular: join(folder, 'DejaVuSans.ttf'), bold: join(folder, 'DejaVuSans-Bold.ttf') };
}

let loaded: Record<Face, FontMetrics> | undefined;

export function faces(): Record<Face, FontMetrics> {
  if (loaded === undefined) {
    const files = fontFiles();
    loaded = { regular: readFontMetrics(files.regular), bold: readFontMetrics(files.bold) };
  }
  return loaded;
}

/** Width of `text` in the regular face, in the unit of `size`. */
export const textWidth = (text: string, size: number): number => faces().regular.width(text, size);

/** The face that a font weight, as CSS writes it, is drawn with. */
export const faceOf = (weight: string | number | undefined): Face =>
  weight === 'bold' || Number(weight) >= 600 ? 'bold' : 'regular';
