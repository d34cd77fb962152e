/** SVG path data as Vega writes it → PDF path operators. Arcs become cubic Béziers of at most a quarter turn each. */
import { pdfNumber } from './objects.ts';

const ARGUMENTS: Readonly<Record<string, number>> = { m: 2, l: 2, h: 1, v: 1, c: 6, s: 4, q: 4, a: 7, z: 0 };

/** Throws on commands that Vega's marks do not use (T). */
export function pdfPath(data: string): string {
  const out: string[] = [];
  const put = (operator: string, ...numbers: number[]) => out.push(`${numbers.map(pdfNumber).join(' ')} ${operator}`);
  let [x, y, startX, startY] = [0, 0, 0, 0];
  let [controlX, controlY] = [0, 0];
  const curve = (x1: number, y1: number, x2: number, y2: number, toX: number, toY: number) => {
    put('c', x1, y1, x2, y2, toX, toY);
    [controlX, controlY, x, y] = [x2, y2, toX, toY];
  };
  for (const [, letter, list] of data.matchAll(/([a-zA-Z])([^a-zA-Z]*(?:e[-+]?\d[^a-zA-Z]*)*)/g)) {
    const command = letter.toLowerCase();
    const count = ARGUMENTS[command];
    const numbers = [...list.matchAll(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi)].map(([text]) => Number(text));
    if (count === undefined || (count > 0 && numbers.length % count !== 0))
      throw new Error(`SVG: cannot read path data ${JSON.stringify(letter + list)}`);
    const relative = letter === command;
    for (let i = 0; i === 0 || i < numbers.length; i += count || 1) {
      const n = numbers.slice(i, i + count);
      const [dx, dy] = relative ? [x, y] : [0, 0];
      if (command === 'z') {
        out.push('h');
        [x, y] = [startX, startY];
      } else if (command === 'm' && i === 0) {
        [x, y] = [n[0] + dx, n[1] + dy];
        [startX, startY] = [x, y];
        put('m', x, y);
      } else if (command === 'l' || command === 'm') {
        [x, y] = [n[0] + dx, n[1] + dy];
        put('l', x, y);
      } else if (command === 'h' || command === 'v') {
        if (command === 'h') x = n[0] + dx;
        else y = n[0] + dy;
        put('l', x, y);
      } else if (command === 'c') curve(n[0] + dx, n[1] + dy, n[2] + dx, n[3] + dy, n[4] + dx, n[5] + dy);
      else if (command === 's') curve(2 * x - controlX, 2 * y - controlY, n[0] + dx, n[1] + dy, n[2] + dx, n[3] + dy);
      else if (command === 'q') {
        const [cx, cy, toX, toY] = [n[0] + dx, n[1] + dy, n[2] + dx, n[3] + dy];
        curve(
          x + (2 / 3) * (cx - x),
          y + (2 / 3) * (cy - y),
          toX + (2 / 3) * (cx - toX),
          toY + (2 / 3) * (cy - toY),
          toX,
          toY,
        );
      } else for (const part of arc(x, y, n, n[5] + dx, n[6] + dy)) curve(...part);
      if (!'cs'.includes(command)) [controlX, controlY] = [x, y];
    }
  }
  return out.join('\n');
}

type Cubic = [number, number, number, number, number, number];

/** SVG 1.1, appendix F.6: end points → centre, then a Bézier for each quarter turn. */
function arc(
  x: number,
  y: number,
  [radiusX, radiusY, turned, large, sweep]: readonly number[],
  toX: number,
  toY: number,
): Cubic[] {
  if ((x === toX && y === toY) || radiusX === 0 || radiusY === 0) return [[x, y, toX, toY, toX, toY]];
  const phi = (turned * Math.PI) / 180;
  const [cos, sin] = [Math.cos(phi), Math.sin(phi)];
  const [hx, hy] = [(x - toX) / 2, (y - toY) / 2];
  const [px, py] = [cos * hx + sin * hy, -sin * hx + cos * hy];
  const stretch = Math.sqrt(Math.max(1, (px / radiusX) ** 2 + (py / radiusY) ** 2));
  const [rx, ry] = [Math.abs(radiusX) * stretch, Math.abs(radiusY) * stretch];
  const share = (rx * ry) ** 2 / ((rx * py) ** 2 + (ry * px) ** 2) - 1;
  const factor = (large === sweep ? -1 : 1) * Math.sqrt(Math.max(0, share));
  const [ux, uy] = [(factor * rx * py) / ry, (-factor * ry * px) / rx];
  const [cx, cy] = [cos * ux - sin * uy + (x + toX) / 2, sin * ux + cos * uy + (y + toY) / 2];
  const from = Math.atan2((py - uy) / ry, (px - ux) / rx);
  let turn = Math.atan2((-py - uy) / ry, (-px - ux) / rx) - from;
  if (sweep === 1 && turn < 0) turn += 2 * Math.PI;
  if (sweep === 0 && turn > 0) turn -= 2 * Math.PI;
  const pieces = Math.ceil(Math.abs(turn) / (Math.PI / 2) - 1e-9);
  const step = turn / pieces;
  const reach = (4 / 3) * Math.tan(step / 4);
  const on = (a: number, b: number): [number, number] => [
    cx + cos * rx * a - sin * ry * b,
    cy + sin * rx * a + cos * ry * b,
  ];
  return Array.from({ length: pieces }, (_, i): Cubic => {
    const [a, b] = [from + i * step, from + (i + 1) * step];
    return [
      ...on(Math.cos(a) - reach * Math.sin(a), Math.sin(a) + reach * Math.cos(a)),
      ...on(Math.cos(b) + reach * Math.sin(b), Math.sin(b) - reach * Math.cos(b)),
      ...(i === pieces - 1 ? ([toX, toY] as [number, number]) : on(Math.cos(b), Math.sin(b))),
    ];
  });
}
