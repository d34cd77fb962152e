/** The part of the schema that says how adapters change while they are served: `lifecycle`. */
import * as z from 'zod';
import { duration, fraction, rate } from '../units.ts';
import { choice, type Families } from './families.ts';
import { LONGEST_RUN } from './population.ts';

const law = (families: Families, fallback: string | number) =>
  choice(families, 'durations', 'fixed').prefault(fallback);

const evaluation = (families: Families) =>
  z.strictObject({
    duration: law(families, 0).describe('Law of the time that evaluating a revision takes, for instance 30s.'),
    pass: fraction().prefault(1).describe('Share of the revisions that pass; the others are never served.'),
  });

const rollback = (families: Families) =>
  z.strictObject({
    share: fraction()
      .prefault(0)
      .describe('Share of the revisions in use that turn out to be worse than the one before.'),
    after: law(families, '10min').describe(
      'Law of the time in use after which that is found out; it stands still while the revision is superseded.',
    ),
  });

const baseUpgrade = z.strictObject({
  at: duration({ max: LONGEST_RUN }).describe('When all replicas change to the new base.'),
  rate: rate({ above: 0, max: 1e9 }).describe('Adapters trained for the new base, whole system, 1/s.'),
  order: z
    .enum(['popular', 'any'])
    .prefault('popular')
    .describe('Whose adapter is trained first: the most popular one’s at the start of the run, or in a keyed order.'),
});

export const lifecycleSchema = (families: Families) =>
  z.strictObject({
    updates: choice(families, 'updates', 'poisson')
      .prefault('none')
      .describe('When adapters are trained anew, for instance {law: requests, requests: 20}.'),
    training: law(families, 0).describe(
      'Law of the time that training a revision takes; its record has no other writer then.',
    ),
    evaluation: evaluation(families).prefault({}).describe('The gate between a new revision and its users.'),
    prewarm: z
      .enum(['none', 'disk', 'host'])
      .prefault('none')
      .describe('Where a revision that passed is loaded before it is ready: to where the one in use is, or nowhere.'),
    rollback: rollback(families)
      .prefault({})
      .describe('Return to the revision before; one with none before it for the same base stays in use.'),
    base_upgrade: baseUpgrade
      .nullable()
      .prefault(null)
      .describe('A new base, for which every adapter is trained anew.'),
  });
