/**
 * What others measured, beside the scenario that reproduces it: `<name>.yaml` is an ordinary scenario, `<name>.published.yaml`
 * holds rows of published values, each with what it changes in the scenario.
 *
 * A group is a table. Each of its columns is a setting (a path of the scenario, or a name from `parameters`, which writes one value
 * to several paths), a published metric by its name in the metric catalog and in its unit, or another simulator's prediction
 * of that metric (`<simulator>:<metric>`). `note` and `offered_rps` (arrivals a second, where the scenario's rate is not it) are columns too.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { METRICS } from '../../metrics/catalog/index.ts';
import { UserError } from '../../scenario/errors.ts';
import { PLAN_METRICS } from './plan-metrics.ts';

const cell = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const settings = z.record(z.string(), z.unknown());

const groupSchema = z.strictObject({
  name: z.string().regex(/^[\w.+-]+$/),
  /** Table or figure of the source. */
  of: z.string().optional(),
  /** Number of the claim that the rows stand for, where a system is held to a list of them (V1): the table and the page name it. */
  target: z
    .string()
    .regex(/^V\d+$/)
    .optional(),
  /** Groups of one part are left out of a fit together; default: each group by itself. */
  part: z.string().optional(),
  /**
   * What the rows were used for. Fitted rows prove nothing and are scored apart; `arithmetic` rows are values that the source itself
   * computes from inputs that the scenario takes over: they show that the rule is the same.
   */
  use: z.enum(['fitted', 'held-out', 'arithmetic']).default('held-out'),
  /** Why no row of the group can be right to the last digit: a doubtful measurement, a mechanism that is not modelled. */
  caveat: z.string().optional(),
  set: settings.default({}),
  /** First value of the axis column at which the metric passes the limit: published and simulated are compared in grid steps. */
  knee: z.strictObject({ axis: z.string(), metric: z.string(), above: z.number() }).optional(),
  columns: z.array(z.string()).min(1),
  rows: z.array(z.array(cell)).min(1),
});

const numbers = z.record(z.string(), z.number());

const fitSchema = z.strictObject({
  /** File that `--fit` writes, beside the scenario. */
  calibration: z.string(),
  /** Metrics of the loss: the mean of |ln(simulated / published)|. */
  metrics: z.array(z.string()).min(1),
  /** Parameters of the roofline: lowest, first and highest value tried, in base units. */
  search: z.record(z.string(), z.tuple([z.number(), z.number(), z.number()])),
  /** Parameters that are set and not searched. */
  fixed: numbers.default({}),
  /** Rows are left out where a published value is not below this: a saturated row says little about a step. */
  below: numbers.default({}),
  /** Written over every row, to fit on shorter runs. */
  set: settings.default({}),
  /** The way through the API server is fitted to this time to first token, on fitted rows whose published value is below a limit (ms). */
  frontend: z
    .strictObject({
      metric: z.string(),
      below: z.number().default(Number.POSITIVE_INFINITY),
      /** With it what a line of the page of metrics takes to render, where the scenario has it read. */
      page: z.boolean().default(false),
      /** Instead of the fit's own settings: a page grows with the hours. */
      set: settings.optional(),
    })
    .optional(),
  evaluations: z.number().int().positive().default(80),
  /** Of each fit without one group: rows searched on, and simulations of them. Cross-validation is several fits. */
  leave_out: z.strictObject({ rows: z.number().int().positive(), evaluations: z.number().int().positive() }).optional(),
});

/**
 * A value that nobody published and that was set after looking at published rows. It is no fit with a loss, and yet those rows
 * no longer prove anything: they are scored apart.
 */
const chosenSchema = z.strictObject({
  what: z.string().min(1),
  why: z.string().min(1),
  rows: z
    .array(
      z.strictObject({
        groups: z.array(z.string()).min(1),
        /** Only rows with one of these values in a settings column. */
        where: z.record(z.string(), z.array(cell)).default({}),
        /** Default: every metric of the row. */
        metrics: z.array(z.string()).optional(),
      }),
    )
    .min(1),
});

const publishedSchema = z.strictObject({
  version: z.literal(1),
  title: z.string().min(1),
  engine: z.string().min(1),
  source: z.string().min(1),
  /** How the published numbers were taken, where that matters for comparing them. */
  protocol: z.string().default(''),
  /** Mechanisms that the model lacks, for the page that says where it is wrong. */
  missing: z.array(z.string()).default([]),
  /** Largest error that is accepted, by metric: a share of the published value, points where the metric is a fraction. */
  tolerance: z.record(z.string(), z.number().positive()).default({}),
  /** The same for rows at or beyond the knee. */
  tolerance_beyond: z.record(z.string(), z.number().positive()).default({}),
  chosen: z.array(chosenSchema).default([]),
  /** One value, several paths: `$` stands for the value, `$*0.8` for a rounded multiple of it, `$+8` for as much more. */
  parameters: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  fit: fitSchema.optional(),
  groups: z.array(groupSchema).min(1),
});

export type PublishedFile = z.output<typeof publishedSchema>;
export type PublishedGroup = PublishedFile['groups'][number];

export interface Reproduction {
  readonly name: string;
  readonly scenarioFile: string;
  readonly file: PublishedFile;
}

export const OFFERED = 'offered_rps';
const ENDING = '.published.yaml';
const METRIC_NAMES: ReadonlySet<string> = new Set([...METRICS.map(({ name }) => name), ...Object.keys(PLAN_METRICS)]);

export const isMetric = (column: string): boolean => METRIC_NAMES.has(column);
export const unitOfMetric = (name: string): string =>
  METRICS.find((metric) => metric.name === name)?.unit ?? PLAN_METRICS[name]?.unit ?? '';
/** `twin:itl_ms_mean` → the other simulator's name and the metric it predicts. */
export function predictionOf(column: string): { by: string; metric: string } | null {
  const at = column.indexOf(':');
  return at > 0 && isMetric(column.slice(at + 1)) ? { by: column.slice(0, at), metric: column.slice(at + 1) } : null;
}

/** Names of a folder's reproductions, in order. Nothing is read. */
export function reproductionNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(ENDING));
  return files.sort().map((file) => file.slice(0, -ENDING.length));
}

/** A group as tables name it: `V1 staircase`. */
export const groupName = ({ name, target }: PublishedGroup): string =>
  target === undefined ? name : `${target} ${name}`;

export const publishedFile = (folder: string, name: string): string => join(folder, `${name}${ENDING}`);

/** Every reproduction of a folder, by name. */
export const reproductionsIn = (folder: string): Reproduction[] =>
  reproductionNames(folder).map((name) => readReproduction(publishedFile(folder, name)));

export function readReproduction(path: string): Reproduction {
  const name = basename(path).slice(0, -ENDING.length);
  const scenarioFile = path.replace(ENDING, '.yaml');
  if (!existsSync(scenarioFile)) throw new UserError(`${path}: there is no scenario ${scenarioFile} beside it`);
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
  const result = publishedSchema.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new UserError(`${path}: ${problems.join('; ')}`);
  }
  for (const group of result.data.groups) checkGroup(path, group, result.data);
  checkChosen(path, result.data);
  return { name, scenarioFile, file: result.data };
}

function checkChosen(path: string, { chosen, groups }: PublishedFile): void {
  for (const { what, rows } of chosen) {
    for (const { groups: names, where } of rows) {
      for (const name of names) {
        const group = groups.find((one) => one.name === name);
        const missing = Object.keys(where).find((column) => group?.columns.includes(column) === false);
        if (group === undefined) throw new UserError(`${path}: chosen "${what}": there is no group ${name}`);
        if (missing !== undefined)
          throw new UserError(`${path}: chosen "${what}": group ${name} has no column ${missing}`);
      }
    }
  }
}

function checkGroup(path: string, group: PublishedGroup, { parameters }: PublishedFile): void {
  const fail = (message: string) => {
    throw new UserError(`${path}: group ${group.name}: ${message}`);
  };
  const { columns } = group;
  if (new Set(columns).size !== columns.length) fail('a column stands there twice');
  if (!columns.some(isMetric)) fail('no column is a metric: mint-bench list metrics shows their names');
  for (const column of columns) {
    const path = column.includes('.') || ['base', 'duration', 'seed', 'warmup'].includes(column);
    const known = isMetric(column) || predictionOf(column) !== null || column === 'note' || column === OFFERED;
    if (!known && !path && !Object.hasOwn(parameters, column))
      fail(`"${column}" is no metric, no path of a scenario and no parameter of the file`);
  }
  group.rows.forEach((row, i) => {
    if (row.length !== columns.length) fail(`row ${i + 1} has ${row.length} values for ${columns.length} columns`);
    columns.forEach((column, c) => {
      const numeric = isMetric(column) || predictionOf(column) !== null || column === OFFERED;
      if (numeric && row[c] !== null && typeof row[c] !== 'number') fail(`row ${i + 1}: ${column} is not a number`);
    });
  });
  const { knee } = group;
  if (knee !== undefined && !(columns.includes(knee.axis) && columns.includes(knee.metric)))
    fail('the knee names a column that is not there');
}
