/** Every mechanism of interference that can be switched off: a new one is one file and one key. */
import { activation } from './activation.ts';
import { arrivals } from './arrivals.ts';
import type { MechanismEntry } from './entry.ts';
import { kv } from './kv.ts';
import { links } from './links.ts';
import { loaders } from './loaders.ts';
import { neighbours } from './neighbours.ts';
import { ranks } from './ranks.ts';

/** In the order in which all of them are switched off together. */
export const MECHANISMS = {
  ranks,
  activation,
  links,
  loaders,
  kv,
  arrivals,
  neighbours,
} as const satisfies Record<string, MechanismEntry>;

export type MechanismKey = keyof typeof MECHANISMS;
export const MECHANISM_KEYS = Object.keys(MECHANISMS) as MechanismKey[];
