import { describe, expect, it } from 'vitest';
import type { Sessions } from '../../../src/scenario/scenario.ts';
import { createPopulation } from '../../../src/sim/population/population.ts';
import { chiSquare, zScore } from '../random/statistics.ts';
import { type Arrival, read } from './arrivals/read.ts';
import { choice, type Options, scenario } from './scenario.ts';

const sessions = (turns: Sessions['turns'], think: number, carry = true): Sessions => ({
  turns,
  think_time: choice('fixed', { value: think }),
  carry_context: carry,
});

const fixedLengths = {
  prompt_tokens: choice('fixed', { tokens: 10 }),
  output_tokens: choice('fixed', { tokens: 4 }),
};

function run(options: Options, serviceNs: (a: Arrival) => number = () => 1e9): Arrival[] {
  return read(createPopulation(scenario(options), 0).source, serviceNs);
}

describe('sessions', () => {
  it('return after the think time with the conversation so far', () => {
    const arrivals = run({
      cohorts: [{ rate: 0.01, ...fixedLengths, sessions: sessions(choice('fixed', { tokens: 3 }), 20) }],
    });
    const first = arrivals.findIndex((a) => a.turn === 0);
    const session = arrivals.filter((a) => a.user === arrivals[first].user).slice(0, 3);
    expect(session.map((a) => a.turn)).toEqual([0, 1, 2]);
    expect(session.map((a) => (a.ns - session[0].ns) / 1e9)).toEqual([0, 21, 42]);
    // 10 + 4, then a fresh prompt of 10; again.
    expect(session.map((a) => a.prompt)).toEqual([10, 24, 38]);
    expect(session.every((a) => a.output === 4 && a.adapter === session[0].adapter)).toBe(true);
  });

  it('start afresh where no context is carried, and leave room for the answer where it is', () => {
    const law = choice('fixed', { tokens: 4 });
    const bare = run({ cohorts: [{ rate: 0.1, ...fixedLengths, sessions: sessions(law, 1, false) }] });
    expect(bare.every((a) => a.prompt === 10)).toBe(true);
    const capped = run({ maxContext: 30, cohorts: [{ rate: 0.1, ...fixedLengths, sessions: sessions(law, 1) }] });
    expect(Math.max(...capped.map((a) => a.prompt))).toBe(26);
  });

  it('have as many turns as their law says, and the cohort’s rate counts all of them', () => {
    const turns = choice('geometric', { mean: 3, max: 50 });
    const duration = 20_000;
    const arrivals = run({ duration, cohorts: [{ rate: 3, sessions: sessions(turns, 5) }] });
    const byTurn = Array.from({ length: 12 }, (_, t) => arrivals.filter((a) => a.turn === t).length);
    // P(exactly t turns) from how many reached each turn.
    const counts = byTurn.slice(0, 11).map((n, t) => n - byTurn[t + 1]);
    const p = counts.map((_, t) => (1 / 3) * (2 / 3) ** t);
    counts.push(byTurn[11]);
    p.push((2 / 3) ** 11);
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
    // A geometric number of turns of mean 3 makes the total's variance 5 times its mean.
    expect(Math.abs(zScore(arrivals.length, 60_000, Math.sqrt(5 * 60_000), 1))).toBeLessThan(4.9);
  });

  it('of one turn change nothing', () => {
    const cohort = { rate: 5, sessions: sessions(choice('fixed', { tokens: 1 }), 5) };
    expect(run({ cohorts: [cohort] })).toEqual(run({ cohorts: [{ rate: 5 }] }));
  });

  it('never change first turns, whatever the service times', () => {
    const cohort = { rate: 5, sessions: sessions(choice('geometric', { mean: 4 }), 3) };
    const firstTurns = (list: Arrival[]) => list.filter((a) => a.turn === 0);
    const fast = run({ cohorts: [cohort] }, () => 0);
    const slow = run({ cohorts: [cohort] }, (a) => a.output * 1e8);
    expect(firstTurns(slow)).toEqual(firstTurns(fast));
  });

  it('give a user the same follow-ups whatever the service times, shifted in time', () => {
    // Few sessions, so that hardly any user has two at once. Users who come late may be cut off by the end of the run.
    const options: Options = {
      duration: 1e6,
      population: { users: 100_000 },
      cohorts: [
        { rate: 0.002, popularity: choice('uniform'), sessions: sessions(choice('geometric', { mean: 4 }), 3) },
      ],
    };
    const followUps = (list: Arrival[]) => {
      const key = (a: Arrival) => `${String(a.user).padStart(6)} ${a.turn} ${a.prompt} ${a.output} ${a.adapter}`;
      const late = new Set(list.filter((a) => a.ns > 9e14).map((a) => a.user));
      return list
        .filter((a) => !late.has(a.user))
        .map(key)
        .sort();
    };
    const fast = followUps(run(options, () => 1e6));
    expect(fast.length).toBeGreaterThan(1000);
    expect(followUps(run(options, (a) => a.output * 1e8))).toEqual(fast);
  });

  it('follow up on refused requests too, and stay in time order', () => {
    const arrivals = run({ cohorts: [{ rate: 5, sessions: sessions(choice('fixed', { tokens: 3 }), 0) }] }, () => 0);
    expect(arrivals.every((a, i) => i === 0 || a.ns >= arrivals[i - 1].ns)).toBe(true);
    const turns = [0, 1, 2].map((t) => arrivals.filter((a) => a.turn === t).length);
    expect(turns[0]).toBeGreaterThan(1500);
    expect(turns[1] === turns[0] && turns[2] === turns[0]).toBe(true);
  });

  it('keep a closed loop’s client until their last turn', () => {
    const { source } = createPopulation(
      scenario({
        population: { arrivals: choice('closed', { clients: 1, think_time: 100, think_cv: 0 }) },
        cohorts: [{ ...fixedLengths, sessions: sessions(choice('fixed', { tokens: 2 }), 5) }],
      }),
      0,
    );
    const list = read(source, () => 1e9, 4);
    expect(list.map((a) => [a.ns / 1e9, a.turn])).toEqual([
      [100, 0],
      [106, 1],
      [207, 0],
      [213, 1],
    ]);
  });
});
