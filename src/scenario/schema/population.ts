/** The part of the schema that says who sends requests: `population`. */
import * as z from 'zod';
import { count, duration, fraction, number, positive, rate } from '../units.ts';
import { rank } from './adapter.ts';
import { choice, type Families } from './families.ts';

/** Names become labels of metrics, columns and file names. */
export const label = () =>
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
    error: 'a name has letters, digits, dots, dashes or underscores, and begins with a letter or digit',
  });

/** Times inside a run; also keeps integer nanoseconds exact (2^53 ns are 104 days). */
export const LONGEST_RUN = 100 * 86_400;
export const MOST_USERS = 1e9;

const sessions = (families: Families) =>
  z.strictObject({
    turns: choice(families, 'lengths', 'geometric')
      .prefault('geometric')
      .describe('Law of the number of turns of a session.'),
    think_time: choice(families, 'durations', 'exponential')
      .prefault('exponential')
      .describe('Law of the time between the end of a turn and the next one.'),
    carry_context: z
      .boolean()
      .prefault(true)
      .describe('The next prompt is the last prompt, its answer and a fresh draw, up to base.max_context.'),
  });

const cohort = (families: Families) =>
  z.strictObject({
    name: label().prefault('all').describe('Name of the cohort in results.'),
    share: fraction().optional().describe('Share of the users; those left out share what remains equally.'),
    rate: rate({ max: 1e9 }).optional().describe('Mean request rate of the whole cohort, all cells.'),
    rate_per_user: rate({ max: 1e6 })
      .optional()
      .describe('Mean request rate of one user of the cohort, instead of rate.'),
    rate_share: number({ max: 1e9 })
      .optional()
      .describe('Weight by which population.rate is split over cohorts; default: share.'),
    popularity: choice(families, 'popularity', 'zipf')
      .optional()
      .describe('Overrides population.popularity for this cohort.'),
    prompt_tokens: choice(families, 'lengths', 'lognormal')
      .prefault({ law: 'lognormal', median: 512, sigma: 1, max: 8192 })
      .describe('Law of the prompt length, tokens.'),
    output_tokens: choice(families, 'lengths', 'lognormal')
      .prefault({ law: 'lognormal', median: 128, sigma: 0.8, max: 2048 })
      .describe('Law of the output length, tokens.'),
    rank: rank().nullable().prefault(null).describe("Overrides adapter.rank for this cohort's adapters."),
    slo: z
      .string()
      .nullable()
      .optional()
      .describe('Name of an objective in slo, or null for none. Default: the only one there is.'),
    weight: positive({ max: 1e6 }).prefault(1).describe('Weight under fair-share scheduling.'),
    priority: count({ max: 1000 }).prefault(0).describe('Priority class; 0 is the most urgent.'),
    burstiness: choice(families, 'burstiness', 'poisson')
      .prefault('poisson')
      .describe('Renewal process of the arrivals, per cohort and cell.'),
    sessions: sessions(families)
      .nullable()
      .prefault(null)
      .describe('Multi-turn sessions; without them every request stands alone.'),
  });

const flashCrowd = z.strictObject({
  at: duration({ max: LONGEST_RUN }).describe('When it begins.'),
  duration: duration({ above: 0, max: LONGEST_RUN }).describe('How long it lasts.'),
  cohort: z.string().nullable().prefault(null).describe('Cohort that the extra traffic belongs to; null: the first.'),
  users: count({ min: 1, max: MOST_USERS }).describe(
    'Distinct users it goes to, uniformly: the least popular of the cohort.',
  ),
  rate: rate({ above: 0, max: 1e9 }).describe('Extra arrivals, whole system.'),
});

export const populationSchema = (families: Families) =>
  z.strictObject({
    users: count({ min: 1, max: MOST_USERS }).describe('People with a personal adapter, for instance 1M.'),
    adapters_per_user: count({ min: 1, max: 1000 }).prefault(1).describe('Adapters that each user owns.'),
    users_per_adapter: count({ min: 1, max: MOST_USERS }).prefault(1).describe('Users that share one adapter.'),
    rate: rate({ max: 1e9 }).optional().describe('Mean request rate of all cohorts together, split by rate_share.'),
    rate_per_user: rate({ max: 1e6 })
      .optional()
      .describe('Mean request rate of one user, instead of rate, for instance 10/day.'),
    popularity: choice(families, 'popularity', 'zipf')
      .prefault('zipf')
      .describe('Law of request rates over the users of a cohort, for instance {law: zipf, exponent: 0.9}.'),
    max_rate_per_user: rate({ above: 0, infinity: true })
      .prefault('none')
      .describe(
        "Cap on one user's mean rate; the excess is spread over the rest (Zipf gives the first of 10^6 users 7% of all traffic).",
      ),
    drift: choice(families, 'drift', 'none')
      .prefault('none')
      .describe('How the order of popularity changes over time.'),
    cohorts: z
      .array(cohort(families))
      .min(1)
      .max(64)
      .prefault([{}])
      .describe('Groups of users with their own lengths, rates and objectives.'),
    arrivals: choice(families, 'arrivals', 'open')
      .prefault('open')
      .describe('Open loop, closed loop with clients, one burst, or a trace to replay.'),
    diurnal: z
      .strictObject({
        amplitude: fraction({ below: 1, max: undefined })
          .prefault(0)
          .describe('Rate multiplier is 1 + amplitude·cos(2π(t − peak)/period).'),
        peak: duration({ max: LONGEST_RUN }).prefault('20h').describe('Time of the peak.'),
        period: duration({ above: 0, max: LONGEST_RUN }).prefault('24h').describe('Length of the cycle.'),
      })
      .prefault({})
      .describe('Daily rhythm of the request rate.'),
    flash_crowds: z.array(flashCrowd).max(64).prefault([]).describe('Bursts of traffic to many rarely used adapters.'),
    start: z
      .enum(['cold', 'host-warm', 'gpu-warm', 'steady', 'settled'])
      .prefault('steady')
      .describe(
        'Tiers at the start: empty; host memory filled with the most popular adapters; GPU slots too; disks too (`steady`); or what each tier’s own policy holds after many lookups (`settled`: to compare policies).',
      ),
  });
