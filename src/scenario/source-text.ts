/**
 * Where a piece of a scenario was written. A `Place` mirrors the value beside it: the parts of a map or list are its
 * children, so that a dotted path leads to the characters a diagnostic should underline, whichever file or command-line
 * override they stand in.
 */
export type Path = readonly (string | number)[];

/** A text with a name, and where its lines begin. */
export class SourceText {
  readonly name: string;
  readonly text: string;
  private starts: number[] | null = null;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** Line and column from 1, and the line itself with what would move a caret or a terminal made harmless. */
  at(start: number, end: number): { line: number; column: number; endColumn: number; excerpt: string } {
    this.starts ??= lineStarts(this.text);
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= start) low = middle;
      else high = middle - 1;
    }
    const first = this.starts[low];
    const next = this.text.indexOf('\n', first);
    const line = this.text.slice(first, next === -1 ? undefined : next).replace(/\r$/, '');
    const column = Math.min(start - first, line.length) + 1;
    const endColumn = Math.max(column + 1, Math.min(end - first, line.length) + 1);
    return { line: low + 1, column, endColumn, excerpt: printable(line) };
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** One printable character for each UTF-16 unit: control characters and direction overrides must not reach a terminal. */
export function printable(text: string): string {
  return text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, '·');
}

export interface Place {
  source: SourceText;
  /** Of the value. */
  start: number;
  end: number;
  /** Of the key that the value stands under; the value's own start where there is none. */
  keyStart: number;
  keyEnd: number;
  children: Map<string | number, Place> | null;
}

export function place(source: SourceText, start: number, end: number): Place {
  return { source, start, end, keyStart: start, keyEnd: end, children: null };
}

/** The place of the deepest part of `path` that was written, and whether that is all of it. */
export function find(root: Place, path: Path): { place: Place; found: boolean; depth: number } {
  let at = root;
  for (let depth = 0; depth < path.length; depth++) {
    const child = at.children?.get(path[depth]);
    if (child === undefined) return { place: at, found: false, depth };
    at = child;
  }
  return { place: at, found: true, depth: path.length };
}

/** `['population', 'cohorts', 0]` → `population.cohorts[0]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
