/**
 * What is varied, from the command line: `--set population.users=1e4,1e5,1e6` is an axis, `--set population.users=1e4` holds a
 * value, `--point 'adapter.rank=8, base=qwen3-8b'` is one point of a list. Commas inside brackets, braces and quotes are part of a value.
 */
import { type Override, parseOverride } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';

export interface Axis {
  readonly path: string;
  readonly values: readonly unknown[];
}

/** Overrides with one value each, and those with several, which are axes. */
export interface Varied {
  readonly fixed: readonly Override[];
  readonly axes: readonly Axis[];
}

export function splitAxes(overrides: readonly Override[]): Varied {
  const fixed: Override[] = [];
  const axes: Axis[] = [];
  for (const override of overrides) {
    const values = typeof override.value === 'string' ? splitList(override.value) : [override.value];
    if (values.length > 1) axes.push({ path: override.path, values });
    else fixed.push(override);
  }
  return { fixed, axes };
}

/** Splits at commas of the outermost level; parts are trimmed, a trailing comma adds none. */
export function splitList(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quote !== '') {
      if (character === '\\' && quote === '"') at++;
      else if (character === quote) quote = '';
    } else if ((character === '"' || character === "'") && text.slice(from, at).trim() === '') {
      quote = character;
    } else if (character === '[' || character === '{') {
      depth++;
    } else if (character === ']' || character === '}') {
      depth--;
    } else if (character === ',' && depth <= 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  if (parts.length === 0) return [text];
  return last === '' ? parts : [...parts, last];
}

/** One listed point, or null where a part of it is no `path=value`. */
export function parsePoint(text: string): Override[] | null {
  const overrides = splitList(text).map((part) => parseOverride(part.trim()));
  return overrides.some((override) => override === null) ? null : (overrides as Override[]);
}

/**
 * The scenario's own axes with those of the command line: an axis that is given again has the new values in its old place, one that
 * is held at a value is none any more, new ones come after (the last varies fastest).
 */
export function combineAxes(sweep: Scenario['sweep'], { fixed, axes }: Varied): Axis[] {
  const held = new Set(fixed.map(({ path }) => path));
  const given = new Map(axes.map((axis) => [axis.path, axis]));
  const kept = sweep
    .filter(({ path }) => !held.has(path) || given.has(path))
    .map((axis) => given.get(axis.path) ?? axis);
  const own = new Set(sweep.map(({ path }) => path));
  return [...kept, ...[...given.values()].filter(({ path }) => !own.has(path))];
}
