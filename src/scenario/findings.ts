/** From something that is wrong at a place to a diagnostic that shows it. Also the edit distance behind "did you mean". */
import type { Diagnostic } from './errors.ts';
import type { Path, Place } from './source-text.ts';
import { pathText, printable } from './source-text.ts';

/** A problem as the stages of loading report it: at a place, or at a path whose place the loader looks up. */
export interface Finding {
  id: string;
  message: string;
  place?: Place;
  /** Underline the key and not the value (an unknown key, a key that lacks something). */
  atKey?: boolean;
  path?: Path;
  /** Other values that the judgement rests on: where one of them is itself wrong, this finding is left out. */
  uses?: Path[];
  expected?: string;
  received?: string;
  hint?: string;
}

export function finding(id: string, message: string, rest: Omit<Finding, 'id' | 'message'> = {}): Finding {
  return { id, message, ...rest };
}

/** `file` is named where the finding has no place of its own. */
export function toDiagnostic(found: Finding, file: string): Diagnostic {
  const { id, message, path, expected, received, hint } = found;
  const at = found.place;
  const shown =
    at === undefined ? {} : found.atKey ? at.source.at(at.keyStart, at.keyEnd) : at.source.at(at.start, at.end);
  return {
    id,
    severity: id.startsWith('MB-W') ? 'warning' : 'error',
    message: printable(message),
    file: at?.source.name ?? file,
    ...shown,
    ...(path === undefined || path.length === 0 ? {} : { path: printable(pathText(path)) }),
    ...(expected === undefined ? {} : { expected }),
    ...(received === undefined ? {} : { received: printable(received) }),
    ...(hint === undefined ? {} : { hint: printable(hint) }),
  };
}

/** What was written, in one short line. */
export function received(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'an empty value';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'number') return value === Infinity ? 'infinity' : Number.isNaN(value) ? 'NaN' : String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

/** The name nearest to what was written, where it is near enough to be meant; first the shortest that begins with it. */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates];
  const simple = (name: string) => name.toLowerCase().replaceAll(/[-_ .]/g, '');
  const key = simple(written.slice(0, 64));
  let best: string | undefined;
  // Two letters begin too many names.
  if (key.length > 2) {
    for (const name of names) {
      const begun = simple(name).startsWith(key);
      if (begun && (best === undefined || simple(name).length < simple(best).length)) best = name;
    }
    if (best !== undefined) return best;
  }
  let bestDistance = Math.max(1, Math.floor(key.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(key, simple(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). O(|a|·|b|). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length];
}

/** `Did you mean …?` where a name is near, otherwise the names themselves where they are few. */
export function suggest(written: string, names: readonly string[]): string | undefined {
  const near = nearest(written, names);
  if (near !== undefined) return `did you mean ${near}?`;
  if (names.length === 0) return undefined;
  const shown = names.length > 24 ? [...names.slice(0, 24), '…'] : names;
  return `choose from ${shown.join(', ')}`;
}
