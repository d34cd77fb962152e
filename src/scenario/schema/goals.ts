/** The parts of the schema that say what is judged and repeated: `slo`, `thresholds`, `sweep`, `replications`, `budget`. */
import * as z from 'zod';
import type { Threshold } from '../scenario.ts';
import { COUNT_OF, count, DURATION, duration, FRACTION, parseQuantity } from '../units.ts';
import { label } from './population.ts';

const objective = (what: string) =>
  duration({ above: 0, infinity: true }).prefault('none').describe(`Longest acceptable ${what}.`);

export const sloSchema = () =>
  z
    .record(
      label(),
      z.strictObject({
        ttft: objective('time from arrival to the first token'),
        tpot: objective('mean time between the tokens after it'),
        e2el: objective('time from arrival to the last token'),
      }),
    )
    .prefault({})
    .describe('Service-level objectives by name; a request attains one if it meets all of its parts.');

const OPERATORS = ['<', '<=', '>', '>=', '==', '!='] as const;
const BOUND = /^\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/;
const SENTENCE = /^\s*([A-Za-z][\w.:{}-]*)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*$/;
const EXAMPLE = 'a comparison such as "< 500", ">= 99%" or "< 2s"';

/** The bound in the metric's own unit: `2s` for a metric in ms is 2000, `99%` is 0.99. */
export function parseBound(text: string, metric: string): number | null {
  if (text.endsWith('%')) {
    const value = parseQuantity(text, FRACTION);
    return typeof value === 'number' ? value : null;
  }
  const plain = parseQuantity(text, COUNT_OF);
  if (typeof plain === 'number') return plain;
  const unit = /(^|_)(ns|us|ms|s)(_|$)/.exec(metric);
  const seconds = parseQuantity(text, DURATION);
  if (unit === null || typeof seconds !== 'number') return null;
  return seconds / DURATION.units[unit[2]];
}

type Issue = (message: string, path: (string | number)[], input: unknown, id?: string) => void;

function bound(
  metric: string,
  text: unknown,
  severity: unknown,
  path: (string | number)[],
  issue: Issue,
): Threshold | null {
  const match = typeof text === 'string' ? BOUND.exec(text) : null;
  const value = match === null ? null : parseBound(match[2], metric);
  if (match === null || value === null) {
    issue(match === null ? 'is not a comparison' : unreadable(metric, match[2]), path, text, 'MB-E105');
    return null;
  }
  return { metric, op: match[1] as Threshold['op'], value, severity: severity === 'warn' ? 'warn' : 'fail' };
}

const unreadable = (metric: string, text: string): string =>
  typeof parseQuantity(text, DURATION) === 'number'
    ? `holds ${metric} against a time, but metrics of time have their unit in their name, as ttft_ms_p99 does`
    : `the bound cannot be read for the metric ${metric}`;

const resolved = z.strictObject({
  metric: z.string(),
  op: z.enum(OPERATORS),
  value: z.number(),
  severity: z.enum(['fail', 'warn']).prefault('fail'),
});
const expectation = z.strictObject({ expect: z.string(), severity: z.enum(['fail', 'warn']).prefault('fail') });

function fromList(
  list: unknown[],
  issue: Issue,
  pass: (issues: readonly z.core.$ZodIssue[], path: (string | number)[]) => void,
): Threshold[] {
  const thresholds: Threshold[] = [];
  for (const [i, item] of list.entries()) {
    if (typeof item === 'string') {
      const match = SENTENCE.exec(item);
      const one = match === null ? null : bound(match[1], `${match[2]} ${match[3]}`, 'fail', [i], issue);
      if (match === null) issue('is not a threshold', [i], item, 'MB-E105');
      if (one !== null) thresholds.push(one);
      continue;
    }
    const result = resolved.safeParse(item);
    if (result.success) thresholds.push(result.data);
    else pass(result.error.issues, [i]);
  }
  return thresholds;
}

function fromMap(
  map: object,
  issue: Issue,
  pass: (issues: readonly z.core.$ZodIssue[], path: (string | number)[]) => void,
): Threshold[] {
  const thresholds: Threshold[] = [];
  for (const [metric, written] of Object.entries(map)) {
    const list = Array.isArray(written) ? written : [written];
    list.forEach((item, i) => {
      const path = Array.isArray(written) ? [metric, i] : [metric];
      let one: Threshold | null = null;
      if (typeof item === 'object' && item !== null) {
        const result = expectation.safeParse(item);
        if (result.success) one = bound(metric, result.data.expect, result.data.severity, [...path, 'expect'], issue);
        else pass(result.error.issues, path);
      } else {
        one = bound(metric, item, 'fail', path, issue);
      }
      if (one !== null) thresholds.push(one);
    });
  }
  return thresholds;
}

/** `ttft_ms_p99: "< 500"`, a list of such texts, `{expect: "< 500", severity: warn}`, or the resolved list. */
export const thresholdsSchema = () =>
  z
    .unknown()
    .transform((input, context): Threshold[] => {
      const issue: Issue = (message, path, value, id = 'MB-E103') => {
        context.issues.push({ code: 'custom', message, path, input: value, params: { id, expected: EXAMPLE } });
      };
      const pass = (issues: readonly z.core.$ZodIssue[], path: (string | number)[]) => {
        for (const one of issues)
          context.issues.push({ ...one, input: undefined, path: [...path, ...one.path] } as never);
      };
      if (Array.isArray(input)) return fromList(input, issue, pass);
      if (typeof input === 'object' && input !== null) return fromMap(input, issue, pass);
      issue('is not a map of metrics to comparisons', [], input);
      return z.NEVER;
    })
    .meta({
      anyOf: [
        {
          type: 'object',
          additionalProperties: {
            anyOf: [
              { type: 'string', pattern: BOUND.source },
              { type: 'array', items: { type: 'string', pattern: BOUND.source } },
              {
                type: 'object',
                properties: { expect: { type: 'string', pattern: BOUND.source }, severity: { enum: ['fail', 'warn'] } },
                required: ['expect'],
                additionalProperties: false,
              },
            ],
          },
        },
        { type: 'array' },
      ],
    });

const axis = z.strictObject({ path: z.string().min(1), values: z.array(z.unknown()).min(1).max(1000) });

/** `hardware.replicas: [8, 16]` for each axis, or the resolved list of {path, values}. */
export const sweepSchema = () =>
  z
    .union([z.array(axis).max(8), z.record(z.string().min(1), z.array(z.unknown()).min(1).max(1000))], {
      error: 'write a map from dotted paths to lists of values',
    })
    .prefault({})
    .describe('Axes of a sweep: dotted path → values; every combination is a point.');

const limit = (fallback: string) => count({ min: 1, infinity: true }).prefault(fallback);

export const budgetSchema = () =>
  z
    .strictObject({
      max_events: limit('none').describe('Simulated events before a run stops with an error.'),
      max_requests: limit('1B').describe('Requests before a run stops with an error.'),
      max_queue: limit('10M').describe('Requests waiting in a cell before a run stops with an error.'),
      drain: duration({ infinity: true })
        .prefault('none')
        .describe(
          'Simulated time after the duration in which requests may still finish; what is left then is unfinished.',
        ),
    })
    .prefault({})
    .describe('Bounds on what a run may cost.');
