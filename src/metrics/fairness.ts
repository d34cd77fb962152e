/**
 * Fairness over users, in one pass over the cells' 16-byte user records. Users without a request are left out: nobody was
 * unfair to them, and at 10^8 users they would be nearly all.
 */
import type { RunResult } from './result.ts';
import { type LorenzPoint, LorenzSketch } from './statistics/fairness.ts';

export interface UserFairness {
  /** Users with at least one request. */
  users: number;
  jainSpeed: number | null;
  giniService: number | null;
  lorenz: LorenzPoint[];
}

const computed = new WeakMap<RunResult, UserFairness>();

/** Computed once a run. */
export function userFairness(run: RunResult): UserFairness {
  let fairness = computed.get(run);
  if (fairness === undefined) {
    fairness = compute(run);
    computed.set(run, fairness);
  }
  return fairness;
}

function compute(run: RunResult): UserFairness {
  const sketch = new LorenzSketch();
  let users = 0;
  let speeds = 0;
  let squares = 0;
  for (const cell of run.users) {
    for (let user = 0; user < cell.count; user++) {
      if (cell.requests(user) === 0) continue;
      users++;
      sketch.add(cell.service(user));
      const speed = cell.speed(user);
      speeds += speed;
      squares += speed * speed;
    }
  }
  return {
    users,
    jainSpeed: squares > 0 ? (speeds * speeds) / (users * squares) : null,
    giniService: sketch.gini(),
    lorenz: sketch.curve(),
  };
}
