/**
 * A calibration: the parameters of the roofline that one engine version was found to have, and what they rest on. Scenarios
 * name it (`serving: {cost: {model: calibrated, file: …}}`); `mint-bench reproduce --fit` writes it.
 *
 * Parameters are physical (shares of peak rates, seconds a step, a kernel, a collective) and hold for every scenario of the
 * engine version. Errors are fractions: the mean of |simulated − published| / published.
 */
import * as z from 'zod';

const errors = z.record(z.string(), z.number().min(0)).describe('By metric: mean absolute relative error');

const heldOut = z
  .array(z.strictObject({ left_out: z.string(), rows: z.number().int().min(1), error: errors }))
  .describe('Leave one group out: fitted again without it, error on it');

export const engineCalibrationSchema = z.strictObject({
  format: z.literal('mint-bench-engine-calibration'),
  version: z.literal(1),
  engine: z.string().min(1).describe('Engine and version the parameters belong to'),
  parameters: z.record(z.string(), z.number()).describe('Of the cost model roofline, in base units'),
  fit: z.strictObject({
    date: z.string(),
    published: z.array(z.string()).min(1).describe('Reproductions whose rows were used'),
    fitted: z.array(z.string()).min(1).describe('Parameters that were searched; the others were set'),
    rows: z.number().int().min(1).describe('Rows the parameters were fitted to'),
    error: errors,
    held_out: heldOut,
    relative_error: z
      .record(z.string(), z.number().min(0).nullable())
      .optional()
      .describe(
        'Relative standard error of each fitted parameter, from the curvature at the end of the fit; null: no bound',
      ),
  }),
  frontend: z
    .strictObject({
      seconds: z.number().min(0).describe('Of every request; where a scenario says serving.frontend, that counts'),
      found: z
        .number()
        .min(0)
        .describe('Where it differs from seconds: more than an API server takes, so not its way, and not kept'),
      metric: z.string(),
      rows: z.number().int().min(1),
      error: errors,
      held_out: heldOut,
      page: z
        .strictObject({
          line: z.number().min(0).describe('Seconds a line of the page of metrics'),
          name: z.number().min(0).describe('Seconds an adapter named in a line, in the measured proportion to a line'),
        })
        .optional()
        .describe('What the page of metrics takes to render, fitted to the same rows'),
    })
    .optional()
    .describe('The way through the API server, fitted to times to first token'),
});
export type EngineCalibration = z.infer<typeof engineCalibrationSchema>;
