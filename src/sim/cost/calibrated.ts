/**
 * The roofline with the parameters of one engine version (scenario/engine-calibration.ts). What a scenario writes beside the
 * file takes precedence over it: that is how a fit tries values, and a reader asks "what if".
 */
import * as z from 'zod';
import { type EngineCalibration, engineCalibrationSchema } from '../../scenario/engine-calibration.ts';
import { UserError } from '../../scenario/errors.ts';
import type { CostEntry } from './entry.ts';
import { roofline, roofParams } from './roofline.ts';

type RoofKey = keyof typeof roofParams.shape;

/** Every parameter of the roofline, none of them with a default. */
const overrides = Object.fromEntries(
  Object.entries(roofParams.shape).map(([key, type]) => [
    key,
    type
      .unwrap()
      .optional()
      .describe(`Instead of the calibration's value. ${type.description ?? ''}`),
  ]),
) as { [K in RoofKey]: z.ZodOptional<ReturnType<(typeof roofParams.shape)[K]['unwrap']>> };

const params = z.strictObject({
  file: z
    .string()
    .default('')
    .describe('A shipped calibration (mint-bench list calibrations), or a file, relative to the scenario'),
  data: engineCalibrationSchema.nullable().default(null).describe('Contents of the calibration; filled in from file'),
  ...overrides,
});

export const calibrated: CostEntry<z.infer<typeof params>> = {
  summary: 'The roofline with the efficiencies and overheads of one engine version, fitted to published measurements',
  source: 'own; see each calibration for its rows',
  params,
  create({ file: _, data, ...written }, scenario) {
    if (data === null) {
      throw new UserError(
        'serving.cost: the cost model calibrated needs a calibration; name one with file: (mint-bench list calibrations).',
      );
    }
    const given = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
    return roofline.create(roofParams.parse({ ...known(data), ...given }), scenario);
  },
};

function known(data: EngineCalibration): Record<string, number> {
  const unknown = Object.keys(data.parameters).filter((key) => !Object.hasOwn(roofParams.shape, key));
  if (unknown.length > 0)
    throw new UserError(
      `serving.cost: the calibration of ${data.engine} has parameters no roofline has: ${unknown.join(', ')}.`,
    );
  return data.parameters;
}
