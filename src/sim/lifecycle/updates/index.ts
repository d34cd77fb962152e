/** The laws of when adapters are trained anew, by the name a scenario gives them. */
import type { UpdateEntry } from './law.ts';
import { none } from './none.ts';
import { periodic } from './periodic.ts';
import { poisson } from './poisson.ts';
import { requests } from './requests.ts';
import { tokens } from './tokens.ts';

export const UPDATES: Record<string, UpdateEntry> = { none, poisson, periodic, requests, tokens };
