/** In the page, text is measured in the page's own font: takes the place of fonts.ts, which reads font files. */
const context = document.createElement('canvas').getContext('2d');

export function textWidth(text: string, size: number): number {
  if (context === null) return text.length * size * 0.6;
  context.font = `${size}px system-ui, sans-serif`;
  return context.measureText(text).width;
}
