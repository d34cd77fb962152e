/**
 * An empirical law, given as points of the concentration curve: the most popular `users` of all users make `requests` of all
 * requests. Between points the curve is straight, so users between two points ask equally often.
 */
import * as z from 'zod';
import { fraction } from '../../../scenario/units.ts';
import type { PopularityEntry } from './law.ts';
import { type Run, RunLaw } from './runs.ts';

const point = z.strictObject({
  users: fraction({ above: 0 }).describe('Share of the users, the most popular ones.'),
  requests: fraction({ above: 0 }).describe('Share of the requests that they make.'),
});

type Point = { users: number; requests: number };

/** Slopes of the curve, one a segment, the point (0, 0) before it and (1, 1) behind it. */
function slopes(points: readonly Point[]): number[] {
  const curve = [{ users: 0, requests: 0 }, ...points, { users: 1, requests: 1 }];
  const result: number[] = [];
  for (let i = 1; i < curve.length; i++) {
    const width = curve[i].users - curve[i - 1].users;
    const height = curve[i].requests - curve[i - 1].requests;
    if (width === 0 && height === 0) continue;
    result.push(width > 0 ? height / width : Number.POSITIVE_INFINITY);
  }
  return result;
}

/** Rising and concave: more popular users ask at least as often. */
function isConcentrationCurve(points: readonly Point[]): boolean {
  const s = slopes(points);
  return s.every(
    (slope, i) => slope >= 0 && slope < Number.POSITIVE_INFINITY && (i === 0 || slope <= s[i - 1] * (1 + 1e-12)),
  );
}

function curveAt(points: readonly Point[], x: number): number {
  let before: Point = { users: 0, requests: 0 };
  for (const after of [...points, { users: 1, requests: 1 }]) {
    if (x <= after.users) {
      const width = after.users - before.users;
      return width === 0
        ? after.requests
        : before.requests + ((x - before.users) / width) * (after.requests - before.requests);
    }
    before = after;
  }
  return 1;
}

/** Runs of equal weight. A rank whose interval holds a corner of the curve is a run of its own, with its exact share. */
function runsOf(points: readonly Point[], users: number): Run[] {
  const edges = new Set<number>([0, users]);
  for (const { users: share } of points) {
    edges.add(Math.floor(share * users));
    edges.add(Math.ceil(share * users));
  }
  const sorted = [...edges].sort((a, b) => a - b);
  const runs: Run[] = [];
  for (let i = 1; i < sorted.length; i++) {
    const share = curveAt(points, sorted[i] / users) - curveAt(points, sorted[i - 1] / users);
    if (share > 0) runs.push({ end: sorted[i], weight: share / (sorted[i] - sorted[i - 1]) });
  }
  return runs;
}

export const quantiles: PopularityEntry<{ points: Point[] }> = {
  summary: 'empirical: the most popular share of the users makes that share of the requests',
  source: 'own; the default point is from the users of GenTD26: 1% of them make 28% of the requests',
  params: z.strictObject({
    points: z
      .array(point)
      .min(1)
      .refine(isConcentrationCurve, 'points must rise, and each further user must ask at most as often as those before')
      .default([{ users: 0.01, requests: 0.28 }])
      .describe('Points of the concentration curve, in rising order; (0, 0) and (100%, 100%) need not be given.'),
  }),
  create: ({ points }, users) => new RunLaw(runsOf(points, users)),
};
