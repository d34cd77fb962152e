/** The one place that hands the simulator's families to the scenario language. */
import type { Families } from '../scenario/schema.ts';
import { ADMISSION } from '../sim/admission/index.ts';
import { COST } from '../sim/cost/index.ts';
import { UPDATES } from '../sim/lifecycle/updates/index.ts';
import { ARRIVALS } from '../sim/population/arrivals/index.ts';
import { BURSTINESS } from '../sim/population/burstiness/index.ts';
import { DRIFT } from '../sim/population/drift/index.ts';
import { DURATIONS } from '../sim/population/durations/index.ts';
import { LENGTHS } from '../sim/population/lengths/index.ts';
import { POPULARITY } from '../sim/population/popularity/index.ts';
import { EVICTION } from '../sim/residency/eviction/index.ts';
import { PREFETCH } from '../sim/residency/prefetch/index.ts';
import { ROUTING } from '../sim/routing/index.ts';
import { SCHEDULING } from '../sim/scheduling/index.ts';

export const FAMILIES = {
  popularity: POPULARITY,
  drift: DRIFT,
  lengths: LENGTHS,
  durations: DURATIONS,
  burstiness: BURSTINESS,
  arrivals: ARRIVALS,
  eviction: EVICTION,
  prefetch: PREFETCH,
  routing: ROUTING,
  scheduling: SCHEDULING,
  admission: ADMISSION,
  cost: COST,
  updates: UPDATES,
} as const satisfies Families;
