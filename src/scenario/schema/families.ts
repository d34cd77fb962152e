/**
 * The families that a scenario chooses from, and how a choice is written: `lru`, or `{policy: w-tinylfu, window: 1%}`, or as
 * it stands in a resolved scenario, `{name: w-tinylfu, params: {window: 0.01}}`.
 */
import * as z from 'zod';
import type { Choice, Entry } from '../family.ts';
import { nearest, received, suggest } from '../findings.ts';
import { knownKeys } from './known-keys.ts';

export interface Families {
  readonly popularity: Readonly<Record<string, Entry>>;
  readonly drift: Readonly<Record<string, Entry>>;
  readonly lengths: Readonly<Record<string, Entry>>;
  readonly durations: Readonly<Record<string, Entry>>;
  readonly burstiness: Readonly<Record<string, Entry>>;
  readonly arrivals: Readonly<Record<string, Entry>>;
  readonly eviction: Readonly<Record<string, Entry>>;
  readonly prefetch: Readonly<Record<string, Entry>>;
  readonly routing: Readonly<Record<string, Entry>>;
  readonly scheduling: Readonly<Record<string, Entry>>;
  readonly admission: Readonly<Record<string, Entry>>;
  readonly cost: Readonly<Record<string, Entry>>;
  readonly updates: Readonly<Record<string, Entry>>;
}

export type FamilyName = keyof Families;

/** The key that names the member where parameters follow. */
export const FAMILY_KEY: Readonly<Record<FamilyName, string>> = {
  popularity: 'law',
  drift: 'law',
  lengths: 'law',
  durations: 'law',
  burstiness: 'law',
  arrivals: 'mode',
  eviction: 'policy',
  prefetch: 'policy',
  routing: 'policy',
  scheduling: 'policy',
  admission: 'policy',
  cost: 'model',
  updates: 'law',
};

/** What a bare number means where a law is expected: `prompt_tokens: 512`, `think_time: 30s`. */
export const NUMBER_FORM: Readonly<Partial<Record<FamilyName, { name: string; param: string }>>> = {
  lengths: { name: 'fixed', param: 'tokens' },
  durations: { name: 'fixed', param: 'value' },
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A choice from a family. `fallback` is the member where only parameters are written. */
export function choice(families: Families, family: FamilyName, fallback: string) {
  const members = families[family];
  const key = FAMILY_KEY[family];
  return z
    .unknown()
    .transform((input, context): Choice => {
      const fail = (message: string, value: unknown, path: string[], hint?: string) => {
        context.issues.push({ code: 'custom', message, input: value, path, params: { id: 'MB-E104', hint } });
        return z.NEVER;
      };
      const read = readChoice(input, family, fallback);
      if (read === null) {
        context.issues.push({
          code: 'custom',
          message: `is not a choice of ${family}`,
          input,
          params: { id: 'MB-E103', expected: `a name, or {${key}: name, …}`, hint: namesHint(members) },
        });
        return z.NEVER;
      }
      const { name, params, at, paramsAt } = read;
      if (typeof name !== 'string' || !Object.hasOwn(members, name)) {
        if (typeof name === 'string')
          return fail(
            `${received(name)} is not a member of the ${family} family`,
            name,
            at,
            suggest(name, Object.keys(members)),
          );
        return fail(`the ${key} must be a name`, name, at, namesHint(members));
      }
      const result = members[name].params.safeParse(params, { jitless: true });
      if (result.success) return { name, params: result.data as Record<string, unknown> };
      const known = isMap(params) ? knownKeys(members[name].params, []) : undefined;
      for (const issue of result.error.issues) {
        const misspelt =
          at.length > 0 && issue.code === 'unrecognized_keys'
            ? issue.keys.find((k) => nearest(k, [key]) === key)
            : undefined;
        context.issues.push({
          ...issue,
          input: undefined,
          // A number that stands for a law is itself what is wrong.
          path: isShort(input, family) ? [] : [...paramsAt, ...issue.path],
          ...(issue.code === 'unrecognized_keys'
            ? {
                known:
                  issue.path.length === 0
                    ? [...(known ?? []), ...(misspelt === undefined ? [] : [key])]
                    : knownKeys(members[name].params, issue.path),
              }
            : {}),
        } as never);
      }
      return z.NEVER;
    })
    .meta({ family, fallback });
}

function namesHint(members: Readonly<Record<string, Entry>>): string {
  return `choose from ${Object.keys(members).join(', ')}`;
}

/** A number where a law is expected. */
function isShort(input: unknown, family: FamilyName): boolean {
  if (NUMBER_FORM[family] === undefined) return false;
  return typeof input === 'number' || (typeof input === 'string' && /^[\d.+-]/.test(input));
}

/** Splits what is written into the member's name, its parameters, and where each of them stands below the choice. */
export function readChoice(
  input: unknown,
  family: FamilyName,
  fallback: string,
): { name: unknown; params: unknown; at: string[]; paramsAt: string[] } | null {
  const key = FAMILY_KEY[family];
  const number = NUMBER_FORM[family];
  if (number !== undefined && isShort(input, family)) {
    return { name: number.name, params: { [number.param]: input }, at: [], paramsAt: [] };
  }
  if (typeof input === 'string') return { name: input, params: {}, at: [], paramsAt: [] };
  if (!isMap(input)) return null;
  if (Object.hasOwn(input, 'name') && Object.keys(input).every((k) => k === 'name' || k === 'params')) {
    return { name: input.name, params: input.params ?? {}, at: ['name'], paramsAt: ['params'] };
  }
  const { [key]: name, ...params } = input;
  return { name: Object.hasOwn(input, key) ? name : fallback, params, at: [key], paramsAt: [] };
}
