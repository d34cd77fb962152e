/** A policy object from the name that a scenario gives and the family that knows it. */
import type { Choice } from '../../scenario/family.ts';

interface Family<C> {
  [name: string]: { create(params: never, context: C): unknown };
}

export function createPolicy<C, R>(family: Family<C>, choice: Choice, context: C): R {
  return family[choice.name].create(choice.params as never, context) as R;
}
