/**
 * The schema of a scenario file. `scenarioSchema(families)` turns what a YAML file says into the resolved `Scenario`: units
 * parsed, defaults filled, presets expanded, choices checked against the families. Parsing its own output gives the same
 * scenario again. Rules across fields are in semantics.ts, what is merely unlikely in plausibility.ts.
 */
import * as z from 'zod';
import { adapterSchema } from './schema/adapter.ts';
import { baseSchema } from './schema/base.ts';
import type { Families } from './schema/families.ts';
import { budgetSchema, sloSchema, sweepSchema, thresholdsSchema } from './schema/goals.ts';
import { hardwareSchema } from './schema/hardware.ts';
import { lifecycleSchema } from './schema/lifecycle.ts';
import { LONGEST_RUN, label, populationSchema } from './schema/population.ts';
import { resolve } from './schema/resolve.ts';
import { servingSchema } from './schema/serving.ts';
import { count, duration } from './units.ts';

export type { Families, FamilyName } from './schema/families.ts';
export { FAMILY_KEY, NUMBER_FORM } from './schema/families.ts';

/** What the file says, before `resolve` fills what depends on other fields. */
export function inputSchema(families: Families) {
  return z.strictObject({
    version: z
      .literal(1, { error: 'must be 1, the only version there is' })
      .describe('Version of the scenario language.'),
    name: label()
      .prefault('scenario')
      .describe('Name of the run folder and of the scenario in results; default: the file name.'),
    description: z.string().max(10_000).prefault('').describe('What the scenario is for.'),
    seed: z
      .union([z.string().min(1).max(200), z.number()], { error: 'must be text or a number' })
      .transform(String)
      .prefault('mint')
      .describe('Seed of every random stream.'),
    duration: duration({ above: 0, max: LONGEST_RUN })
      .prefault('1h')
      .describe('Simulated time in which requests arrive.'),
    warmup: duration({ max: LONGEST_RUN })
      .prefault(0)
      .describe('Arrivals before this time are left out of latency metrics.'),
    population: populationSchema(families).describe('Who sends requests.'),
    base: baseSchema().describe(
      'Base model: a preset such as kimi-k2, {preset: kimi-k2, …changes}, or its dimensions.',
    ),
    adapter: adapterSchema().prefault({}).describe('What an adapter is.'),
    hardware: hardwareSchema().describe('What the system runs on.'),
    serving: servingSchema(families).prefault({}).describe('How the engine behaves.'),
    lifecycle: lifecycleSchema(families)
      .optional()
      .describe('How adapters change while they are served; absent: they do not.'),
    slo: sloSchema(),
    thresholds: thresholdsSchema()
      .prefault({})
      .describe('What must hold: metric → comparison; a failed one is exit code 10.'),
    sweep: sweepSchema(),
    replications: count({ min: 1, max: 10_000 }).prefault(1).describe('Runs with different seeds.'),
    budget: budgetSchema(),
  });
}

export type ScenarioInput = z.output<ReturnType<typeof inputSchema>>;

/** Strict: unknown keys, wrong units and names that no family knows are issues with their path. */
export function scenarioSchema(families: Families) {
  return inputSchema(families).transform((input, context) => resolve(input, context));
}
