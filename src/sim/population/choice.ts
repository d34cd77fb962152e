/** From a choice in the scenario to the family's member and its parameters, defaults filled in. */
import type { Choice, Entry } from '../../scenario/family.ts';

export function member<E extends Entry>(
  family: Readonly<Record<string, E>>,
  choice: Choice,
  what: string,
): [E, unknown] {
  if (!Object.hasOwn(family, choice.name)) {
    throw new RangeError(`there is no ${what} "${choice.name}"; choose from ${Object.keys(family).join(', ')}`);
  }
  const entry = family[choice.name];
  return [entry, entry.params.parse(choice.params)];
}
