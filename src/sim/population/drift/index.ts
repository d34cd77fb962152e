/** The ways popularity drifts, by the name a scenario gives them. */
import type { DriftEntry } from './law.ts';
import { none } from './none.ts';
import { reshuffle } from './reshuffle.ts';
import { shift } from './shift.ts';

export const DRIFT: Record<string, DriftEntry> = { none, shift, reshuffle };
