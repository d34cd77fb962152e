/**
 * A family is a typed record of interchangeable things (eviction policies, routing policies, popularity laws, …).
 *
 * One member is one file that exports an `Entry`; the family's record maps its key to that entry. Schema, help, `list`,
 * `explain`, editor completion and the family's conformance tests all follow from the record, so adding a member is one
 * file and one key.
 */
import type * as z from 'zod';

/** What every member of every family says about itself. */
export interface Entry<Params = unknown> {
  /** One line, no full stop: shown by `list` and in editor completion. */
  readonly summary: string;
  /** Paper or repository the definition comes from, for instance "Yang et al., NSDI 2024" ("own" where it is ours). */
  readonly source: string;
  /** Strict object schema of the member's parameters; every parameter has a default and a description with its unit. */
  readonly params: z.ZodType<Params>;
}

/** A choice of a family's member in a resolved scenario: `lru` or `{policy: w-tinylfu, window: 1%}` in the file. */
export interface Choice {
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}
