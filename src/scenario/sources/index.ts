/**
 * Every work that is cited, by its key in a bibliography. A policy, a law, a preset or a figure says in `source` what it comes from,
 * as a reader reads it; the works that the text names are found by the words that each reference lists in `cited`.
 */
import { CACHING } from './caching.ts';
import { QUEUEING } from './queueing.ts';
import type { Reference } from './reference.ts';
import { SERVING } from './serving.ts';

export const SOURCES: Readonly<Record<string, Reference>> = { ...SERVING, ...CACHING, ...QUEUEING };

/** Keys of the works that a `source` text names, in the record's order; none for "own" and for unpublished origins. */
export function worksCited(source: string): string[] {
  return Object.entries(SOURCES)
    .filter(([, { cited }]) => cited.some((words) => words.test(source)))
    .map(([key]) => key);
}
