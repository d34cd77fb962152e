import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEDULING } from '../../../src/sim/scheduling/index.ts';
import { bits32 } from '../residency/traces.ts';

const create = (name: string, params: Record<string, unknown> = {}, users = 4, weights = [1, 1], priorities = [0, 1]) =>
  SCHEDULING[name].create(SCHEDULING[name].params.parse(params), {
    users,
    weights: Float64Array.from(weights),
    priorities: Int32Array.from(priorities),
  });

describe('static keys', () => {
  it('fcfs orders by arrival, priority by class', () => {
    expect(create('fcfs').key(0, 0, 17, 5, 5)).toBe(17);
    const priority = create('priority', {}, 4, [1, 1], [3, 1]);
    expect(priority.key(0, 1, 999, 5, 5)).toBeLessThan(priority.key(0, 0, 1, 5, 5));
    expect(priority.key(0, 1, 999, 5, 5)).toBe(priority.key(3, 1, 1, 7, 7));
  });

  it('shortest-first without noise knows the length', () => {
    expect(create('shortest-first').key(1, 0, 17, 100, 20)).toBe(120);
  });

  it('the noise of a prediction is lognormal with median 1 and belongs to the request', () => {
    const policy = create('shortest-first', { noise: 0.5 });
    const logs: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const key = policy.key(i % 500, 0, i * 7_919_000_003, 0, 1000);
      expect(policy.key(i % 500, 0, i * 7_919_000_003, 0, 1000)).toBe(key);
      logs.push(Math.log(key / 1000));
    }
    const mean = logs.reduce((sum, x) => sum + x, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / logs.length);
    expect(Math.abs(mean)).toBeLessThan(4 * (0.5 / Math.sqrt(20_000)));
    expect(deviation).toBeCloseTo(0.5, 1);
    logs.sort((a, b) => a - b);
    // Quantiles of the normal law.
    expect(logs[Math.floor(0.975 * logs.length)]).toBeCloseTo(0.98, 1);
  });
});

describe('vtc', () => {
  it('charges weighted tokens by cohort weight', () => {
    const policy = create('vtc', {}, 4, [1, 4]);
    policy.joined(0, 0);
    policy.joined(1, 1);
    policy.served(0, 0, 10, 5);
    policy.served(1, 1, 10, 5);
    expect(policy.key(0, 0, 0, 0, 0)).toBe(20);
    expect(policy.key(1, 1, 0, 0, 0)).toBe(5);
  });

  it('lifts a newcomer to the smallest active counter, and after an idle time to where it ended', () => {
    const policy = create('vtc');
    policy.joined(0, 0);
    policy.joined(1, 0);
    policy.served(0, 0, 100, 0);
    policy.served(1, 0, 60, 0);
    policy.joined(2, 0);
    expect(policy.key(2, 0, 0, 0, 0)).toBe(60);
    policy.left(1, 0);
    policy.left(2, 0);
    policy.left(0, 0);
    policy.joined(3, 0);
    expect(policy.key(3, 0, 0, 0, 0)).toBe(100);
    // A user who is ahead keeps what it owes.
    policy.served(3, 0, 500, 0);
    policy.left(3, 0);
    policy.joined(3, 0);
    expect(policy.key(3, 0, 0, 0, 0)).toBe(600);
  });

  it('finds the smallest active counter whatever happened before', () => {
    const event = fc.tuple(fc.constantFrom('toggle', 'serve'), fc.nat(29), fc.nat(50));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300, size: 'max' }), (events) => {
        const policy = create('vtc', { output_weight: 0 }, 31);
        const counter = new Float64Array(31);
        const active = new Set<number>();
        let level = 0;
        for (const [kind, user, tokens] of events) {
          if (kind === 'serve') {
            policy.served(user, 0, tokens, 0);
            counter[user] += tokens;
          } else if (active.has(user)) {
            policy.left(user, 0);
            active.delete(user);
            if (active.size === 0) level = counter[user];
          } else {
            policy.joined(user, 0);
            const lift = active.size > 0 ? Math.min(...[...active].map((other) => counter[other])) : level;
            counter[user] = Math.max(counter[user], lift);
            active.add(user);
          }
          for (let i = 0; i < 31; i++) if (policy.key(i, 0, 0, 0, 0) !== counter[i]) throw new Error(`user ${i}`);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('backlogged users differ by at most 2·max(w_p·L_input, w_q·M) in any interval', () => {
    // One server with room for `places` requests, users always backlogged, with very different request sizes.
    const users = 5;
    const places = 4;
    const inputMax = 400;
    const outputMax = 100;
    const policy = create('vtc', {}, users);
    const service = new Float64Array(users);
    const history: Float64Array[] = [];
    const random = bits32(12);
    const running: { user: number; output: number; left: number }[] = [];
    for (let user = 0; user < users; user++) policy.joined(user, 0);
    for (let step = 0; step < 20_000; step++) {
      while (running.length < places) {
        const user = [...service.keys()].sort((a, b) => policy.key(a, 0, 0, 0, 0) - policy.key(b, 0, 0, 0, 0))[0];
        const prompt = 1 + (random() % (user === 0 ? inputMax : 20));
        const output = 1 + (random() % (user === 1 ? outputMax : 10));
        policy.served(user, 0, prompt, 0);
        service[user] += prompt;
        running.push({ user, output, left: output });
      }
      for (const request of running) {
        policy.served(request.user, 0, 0, 1);
        service[request.user] += 2;
        request.left--;
      }
      for (let i = running.length - 1; i >= 0; i--) if (running[i].left === 0) running.splice(i, 1);
      if (step % 100 === 0) history.push(service.slice());
    }
    const bound = 2 * Math.max(inputMax, 2 * places * (inputMax + outputMax));
    let widest = 0;
    for (let from = 0; from < history.length; from++) {
      for (let to = from + 1; to < history.length; to++) {
        const got = history[to].map((value, user) => value - history[from][user]);
        widest = Math.max(widest, Math.max(...got) - Math.min(...got));
      }
    }
    expect(widest).toBeLessThanOrEqual(bound);
    // And it is not fair by accident: everybody got tens of times the bound.
    expect(Math.min(...service)).toBeGreaterThan(5 * bound);
  });
});
