import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROUTING } from '../../../src/sim/routing/index.ts';
import { bits32, draws, zipf } from '../residency/traces.ts';

interface Setting {
  replicas: number;
  outstanding?: Int32Array;
  residency?: (replica: number, adapter: number) => number;
  freeKvTokens?: (replica: number) => number;
  useResidency?: (staleness: number) => void;
  seed?: number;
}

function create(name: string, params: Record<string, unknown>, setting: Setting) {
  const outstanding = setting.outstanding ?? new Int32Array(setting.replicas);
  const policy = ROUTING[name].create(ROUTING[name].params.parse(params), {
    replicas: setting.replicas,
    outstanding,
    random32: bits32(setting.seed ?? 1),
    residency: setting.residency ?? (() => 0),
    freeKvTokens: setting.freeKvTokens ?? (() => Number.POSITIVE_INFINITY),
    useResidency: setting.useResidency ?? (() => {}),
  });
  return { policy, outstanding, route: (adapter: number, prompt = 1) => policy.route(adapter, 0, 0, prompt) };
}

describe.each(Object.keys(ROUTING))('%s', (name) => {
  it('names an existing replica for any adapter and for none, at any load', () => {
    const loads = fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(loads, fc.integer({ min: -1, max: 1e6 }), (load, adapter) => {
        const outstanding = Int32Array.from(load);
        const replica = create(name, {}, { replicas: load.length, outstanding }).route(adapter);
        expect(Number.isInteger(replica) && replica >= 0 && replica < load.length).toBe(true);
        expect(outstanding).toEqual(Int32Array.from(load));
      }),
      { numRuns: 100 },
    );
  });
});

describe('random and round-robin', () => {
  it('random is uniform: chi-square over 16 replicas', () => {
    const { route } = create('random', {}, { replicas: 16 });
    const seen = new Int32Array(16);
    for (let i = 0; i < 16_000; i++) seen[route(i)]++;
    const chi2 = seen.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(37.7); // 0.1% point of 15 degrees of freedom
  });

  it('round-robin takes turns', () => {
    const { route } = create('round-robin', {}, { replicas: 3 });
    expect([0, 0, 0, 0, 0].map(() => route(0))).toEqual([0, 1, 2, 0, 1]);
  });
});

describe('largest-batch', () => {
  it('fills the fullest replica that has room, the last among equals, and leaves the others empty', () => {
    const { route, outstanding } = create('largest-batch', { batch: 4 }, { replicas: 3 });
    const taken = Array.from({ length: 9 }, () => {
      const replica = route(0);
      outstanding[replica]++;
      return replica;
    });
    expect(taken).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 0]);
    // One of the full ones has finished two: it is the fullest with room again.
    outstanding[1] = 2;
    expect(route(0)).toBe(1);
  });

  it('passes by a replica without KV memory for the prompt, and takes the shortest queue where none has room', () => {
    const freeKvTokens = (replica: number) => [500, 100, 500][replica];
    const { route, outstanding } = create(
      'largest-batch',
      { batch: 4 },
      { replicas: 3, outstanding: Int32Array.of(1, 3, 2), freeKvTokens },
    );
    expect([route(0, 100), route(0, 101), route(0, 501)]).toEqual([1, 2, 0]);
    outstanding.set([6, 4, 5]);
    expect(route(0)).toBe(1);
  });
});

describe('by load', () => {
  it('least-outstanding takes the minimum, the first among equals', () => {
    expect(create('least-outstanding', {}, { replicas: 4, outstanding: Int32Array.of(3, 1, 2, 1) }).route(0)).toBe(1);
  });

  it('power-of-two never picks the single most loaded replica', () => {
    const { route } = create('power-of-two', {}, { replicas: 5, outstanding: Int32Array.of(1, 1, 9, 1, 1) });
    for (let i = 0; i < 2_000; i++) expect(route(i)).not.toBe(2);
  });

  it('power-of-two: n balls in n bins leave ln ln n / ln 2 + O(1), random ln n / ln ln n', () => {
    const n = 10_000;
    const fullest = (name: string) => {
      const { route, outstanding } = create(name, {}, { replicas: n, seed: 3 });
      for (let ball = 0; ball < n; ball++) outstanding[route(ball)]++;
      return Math.max(...outstanding);
    };
    // ln ln n / ln 2 = 3.2 (Azar et al., 1999); random: about 7 (Raab and Steger, 1998).
    expect(fullest('power-of-two')).toBeLessThanOrEqual(4);
    expect(fullest('random')).toBeGreaterThanOrEqual(6);
  });
});

const unbounded = { load_bound: 'none' };

describe('rendezvous hashing', () => {
  const homes = (replicas: number) => {
    const { route } = create('adapter-affinity', unbounded, { replicas });
    return Int32Array.from({ length: 20_000 }, (_, adapter) => route(adapter));
  };

  it('spreads adapters evenly: chi-square over 20 replicas', () => {
    const seen = new Int32Array(20);
    for (const home of homes(20)) seen[home]++;
    const chi2 = seen.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(43.8); // 0.1% point of 19 degrees of freedom
  });

  it('a new replica takes 1/(n + 1) of the adapters and moves no other', () => {
    const before = homes(20);
    const after = homes(21);
    let moved = 0;
    for (const [adapter, home] of before.entries()) {
      if (after[adapter] === home) continue;
      expect(after[adapter]).toBe(20);
      moved++;
    }
    expect(moved / 20_000).toBeCloseTo(1 / 21, 2);
  });

  it('the overflow of one replica spreads over the others', () => {
    const outstanding = new Int32Array(10);
    const { route, policy } = create('adapter-affinity', { load_bound: 2 }, { replicas: 10, outstanding });
    outstanding[4] = 1000;
    const seen = new Int32Array(10);
    for (let adapter = 0; adapter < 20_000; adapter++) if (policy.home!(adapter) === 4) seen[route(adapter)]++;
    expect(seen[4]).toBe(0);
    for (const replica of [0, 1, 2, 3, 5, 6, 7, 8, 9]) expect(seen[replica]).toBeGreaterThan(150);
  });

  it('cell-local sends an adapter home whatever the load', () => {
    const { route, policy, outstanding } = create('cell-local', {}, { replicas: 8 });
    const home = policy.home!(77);
    outstanding[home] = 1e6;
    expect(route(77)).toBe(home);
  });
});

describe('bounded load', () => {
  it.each([1, 1.25, 2])('no replica passes ⌈c·m/n⌉ with c = %d', (bound) => {
    const replicas = 16;
    const { route, outstanding } = create('adapter-affinity', { load_bound: bound }, { replicas });
    const adapters = draws(zipf(1000, 1.2), 20_000, 8);
    const leave = bits32(5);
    const inFlight: number[] = [];
    for (const adapter of adapters) {
      const replica = route(adapter);
      outstanding[replica]++;
      inFlight.push(replica);
      const limit = Math.ceil((bound * inFlight.length) / replicas);
      if (outstanding[replica] > limit) throw new Error(`${outstanding[replica]} on a replica, limit ${limit}`);
      // Requests end at random, so that the bound is met again and again from below.
      if (inFlight.length > 300) {
        const [ended] = inFlight.splice(leave() % inFlight.length, 1);
        outstanding[ended]--;
      }
    }
  });

  it('keeps to the first choice while it has room, floor included', () => {
    const { route, policy, outstanding } = create('adapter-affinity', { load_floor: 4 }, { replicas: 8 });
    const home = policy.home!(5);
    for (let i = 0; i < 4; i++) {
      expect(route(5)).toBe(home);
      outstanding[home]++;
    }
    expect(route(5)).not.toBe(home);
  });
});

describe('residency-aware', () => {
  const tiers = Int32Array.of(0, 1, 2, 3);

  it('prefers the higher tier at equal load, and asks for its signal once', () => {
    const asked: number[] = [];
    const setting = {
      replicas: 4,
      residency: (replica: number) => tiers[replica],
      useResidency: (s: number) => void asked.push(s),
    };
    const { route, outstanding } = create('residency-aware', { staleness: '250ms' }, setting);
    expect(route(9)).toBe(3);
    outstanding.fill(10);
    expect(route(9)).toBe(3);
    expect(asked).toEqual([0.25]);
  });

  it('gives residency up for load: 1 − 30/(10 + 1) is worse than 0', () => {
    const outstanding = Int32Array.of(0, 5, 5, 30);
    const { route } = create('residency-aware', {}, { replicas: 4, outstanding, residency: (r) => (r === 3 ? 3 : 0) });
    expect(route(9)).toBe(0);
  });

  it('agrees with itself where an adapter is nowhere', () => {
    const { route, policy } = create('residency-aware', {}, { replicas: 8 });
    for (let adapter = 0; adapter < 50; adapter++) expect(route(adapter)).toBe(policy.home!(adapter));
  });
});
