/** Cases small enough to compute by hand, to the nanosecond. Round numbers: see `roundCost`. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { type Arrival, roundCost, runTiny, tinyCost, tinyScenario } from '../engine/fixture.ts';

const GPU_BYTES_PER_NS = 10;
const copyNs = Math.round(adapterFootprint(tinyScenario(), 8).gpuBytes / GPU_BYTES_PER_NS);

function run(requests: Partial<Arrival>[], change: (scenario: Scenario) => void = () => {}, maxTokens = 64) {
  const arrivals = requests.map((r, user) => ({ arrivalNs: 0, user, adapter: 0, prompt: 1, output: 1, ...r }));
  const { log, cell } = runTiny({
    arrivals,
    adapters: 8,
    cost: roundCost(maxTokens),
    kvBlocks: 1_000,
    scenario: (scenario) => {
      scenario.population.start = 'gpu-warm';
      scenario.serving.max_batch_tokens = maxTokens;
      change(scenario);
    },
  });
  const times = log.finishedRequests.toSorted((a, b) => a.user - b.user).map((f) => [f.firstNs, f.endNs]);
  return { times, log, cell };
}

describe('one request alone', () => {
  it('prefills once and decodes with one more token attended each step', () => {
    // Prefill: 1,000 + 10·5 + 2·5 + 100. Decode: 1,000 + 10 + 100 + (6, then 7) attended.
    expect(run([{ prompt: 5, output: 3 }]).times).toEqual([[1_160, 1_160 + 1_116 + 1_117]]);
  });

  it('prefills in chunks of the token budget', () => {
    // 20 tokens in chunks of 8, 8 and 4.
    const step = (chunk: number) => 1_000 + 10 * chunk + 2 * chunk + 100;
    expect(run([{ prompt: 20 }], () => {}, 8).times[0]).toEqual([2 * step(8) + step(4), 2 * step(8) + step(4)]);
  });

  it('takes the time that slowdowns are measured against, when its adapter is host-warm', () => {
    fc.assert(
      fc.property(
        fc.record({
          prompt: fc.integer({ min: 1, max: 300 }),
          output: fc.integer({ min: 1, max: 200 }),
          budget: fc.integer({ min: 1, max: 64 }),
          window: fc.constantFrom(40, Number.POSITIVE_INFINITY),
          activate: fc.constantFrom(0, 0.001),
          activation: fc.constantFrom<('overlapped' | 'blocking')[]>('overlapped', 'blocking'),
          arrivalNs: fc.nat(1e6),
          // −1: none, which a step may cost something for all the same.
          adapter: fc.integer({ min: -1, max: 1 }),
          merge: fc.constantFrom<('apart' | 'always' | 'adaptive')[]>('apart', 'always', 'adaptive'),
        }),
        ({ prompt, output, budget, window, activate, activation, arrivalNs, adapter, merge }) => {
          const { log } = runTiny({
            arrivals: [{ arrivalNs, user: 0, adapter, prompt, output }],
            adapters: 2,
            ranks: [8, 64],
            cost: tinyCost(budget, window),
            scenario: (scenario) => {
              scenario.population.start = 'host-warm';
              scenario.serving.max_batch_tokens = budget;
              // Merging by turns hides behind a copy that is overlapped.
              const copied = merge === 'adaptive' ? 'blocking' : activation;
              Object.assign(scenario.serving.loader, { activate, activation: copied });
              if (merge === 'apart') return;
              scenario.serving.merge = { passes: 4, memory_efficiency: 0.8 };
              if (merge === 'adaptive') scenario.serving.merge.adaptive = { above: 1, below: 0.5 };
            },
          });
          const [f] = log.finishedRequests;
          expect(f.endNs - f.arrivalNs).toBe(f.aloneNs);
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });
});

describe('two requests', () => {
  it('that arrive together prefill and decode together', () => {
    // Prefill of 3 + 2 tokens, two adapters; then decode: attended 4 + 3, then 5 for the longer one alone.
    const prefill = 1_000 + 50 + 10 + 200;
    const both = prefill + 1_000 + 20 + 7 + 200;
    expect(
      run([
        { prompt: 3, output: 3 },
        { prompt: 2, output: 2, adapter: 1 },
      ]).times,
    ).toEqual([
      [prefill, both + 1_000 + 10 + 5 + 100],
      [prefill, both],
    ]);
  });

  it('share an adapter’s cost when they share the adapter', () => {
    const prefill = 1_000 + 50 + 10 + 100;
    expect(run([{ prompt: 3 }, { prompt: 2 }]).times).toEqual([
      [prefill, prefill],
      [prefill, prefill],
    ]);
  });

  it('the second joins at the next step boundary, and the first decodes along with its prefill', () => {
    const first = 1_000 + 10 + 2 + 100;
    // Decode of the first (attended 2) until the boundary; the second arrived 1 ns into that step.
    const boundary = first + 1_110 + 2;
    const mixed = boundary + 1_000 + 10 * (1 + 4) + 2 * 4 + 3 + 200;
    const end = mixed + 1_020 + 200 + 4 + 5;
    expect(run([{ output: 4 }, { arrivalNs: first + 1, prompt: 4, output: 2, adapter: 1 }]).times).toEqual([
      [first, end],
      [mixed, end],
    ]);
  });

  it('wait for each other without chunked prefill', () => {
    const first = 1_000 + 10 + 2 + 100;
    const boundary = first + 1_110 + 2;
    // The prefill step holds the first request up; then both decode.
    const prefill = boundary + 1_000 + 40 + 8 + 100;
    const times = run([{ output: 3 }, { arrivalNs: first + 1, prompt: 4, output: 2, adapter: 1 }], (s) => {
      s.serving.chunked_prefill = false;
    }).times;
    expect(times).toEqual([
      [first, prefill + 1_020 + 200 + 3 + 5],
      [prefill, prefill + 1_020 + 200 + 3 + 5],
    ]);
  });
});

describe('the copy to the GPU', () => {
  const decode = (attended: number) => 1_110 + attended;
  const requests = [{ output: 100 }, { arrivalNs: 5_000, adapter: 1 }];
  const lastOnGpu = (activation: 'overlapped' | 'blocking') => (scenario: Scenario) => {
    scenario.population.start = 'gpu-warm';
    scenario.serving.slots = 1;
    scenario.serving.max_adapters_per_batch = 1;
    scenario.serving.loader.activation = activation;
  };

  it('waits for a slot that is in use', () => {
    // One slot: the second request starts when the first has ended, and its adapter has been copied.
    let end = 1_112;
    for (let step = 0; step < 99; step++) end += decode(2 + step);
    for (const activation of ['overlapped', 'blocking'] as const) {
      const { times, log } = run(requests, lastOnGpu(activation));
      expect(times[0][1]).toBe(end);
      expect(times[1][0]).toBe(end + copyNs + 1_112);
      expect(log.evictions[3]).toBe(1);
    }
  });

  const twoSlots = (activation: 'overlapped' | 'blocking') => (scenario: Scenario) => {
    scenario.population.start = 'host-warm';
    scenario.serving.loader.activation = activation;
  };
  // The first request: copy, prefill. The second arrives while it decodes.
  const first = copyNs + 1_112;

  it('overlapped, lets the others decode on', () => {
    const late = { arrivalNs: first + 1, adapter: 1 };
    const { times } = run([{ output: 20 }, late], twoSlots('overlapped'));
    // The copy starts at the first boundary after the arrival; the prefill at the first boundary at or after its end.
    let at = first + decode(2);
    let attended = 3;
    const ready = at + copyNs;
    while (at < ready) at += decode(attended++);
    expect(times[1][0]).toBe(at + 1_020 + 200 + 2 + attended);
  });

  it('blocking, stalls the step of everybody', () => {
    const { times } = run([{ output: 20 }, { arrivalNs: first + 1, adapter: 1 }], twoSlots('blocking'));
    expect(times[0][0]).toBe(first);
    expect(times[1][0]).toBe(first + decode(2) + copyNs + 1_020 + 200 + 2 + 3);
  });
});

describe('a prefetch that ends while requests wait for its slot', () => {
  it('wakes the replica', () => {
    // One slot, no looking past the first in line, adapters 2 and 1 used before. Adapter 0 has to be loaded; in the ns it
    // arrives, a request for adapter 2 has that prefetched into the only slot, and lines up behind the one for adapter 0.
    const loadNs = 1_000_000 + Math.ceil(adapterFootprint(tinyScenario(), 8).diskBytes / 0.001);
    const readyNs = 3e9 + loadNs;
    const request = (arrivalNs: number, adapter: number) => ({
      arrivalNs,
      user: adapter,
      adapter,
      prompt: 1,
      output: 1,
    });
    const { log } = runTiny({
      arrivals: [request(0, 2), request(1e9, 1), request(3e9, 0), request(readyNs, 2)],
      adapters: 3,
      cost: roundCost(64),
      scenario: (scenario) => {
        Object.assign(scenario.serving, {
          slots: 1,
          max_adapters_per_batch: 1,
          skip_window: 0,
          prefetch: { name: 'on-queue', params: {} },
        });
      },
    });
    // Copies of 2 (the prefetch), 0 and 2 again.
    const step = 1_112;
    const zero = readyNs + 2 * copyNs + step;
    expect(log.finishedRequests.slice(2).map((f) => [f.adapter, f.endNs])).toEqual([
      [0, zero],
      [2, zero + copyNs + step],
    ]);
  });
});

describe('arrivals at the same instant', () => {
  it('of equal requests give the same times in whatever order they come', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            adapter: fc.nat(5),
            prompt: fc.integer({ min: 1, max: 40 }),
            output: fc.integer({ min: 1, max: 20 }),
          }),
          { minLength: 2, maxLength: 8 },
        ),
        fc.nat(1e6),
        (requests, seed) => {
          // All fit into one batch and step, so nothing is left to the order of arrival.
          const order = requests
            .map((_, i) => i)
            .sort((a, b) => (((a + 1) * 7_919 * (seed + 1)) % 104_729) - (((b + 1) * 7_919 * (seed + 1)) % 104_729));
          const change = (scenario: Scenario) => {
            Object.assign(scenario.serving, { max_batch: 8, slots: 8, max_adapters_per_batch: 8 });
          };
          const plain = run(requests, change, 400);
          const permuted = run(
            order.map((i) => requests[i]),
            change,
            400,
          );
          order.forEach((original, place) => {
            expect(permuted.times[place]).toEqual(plain.times[original]);
          });
        },
      ),
      { numRuns: 100, seed: 11 },
    );
  });
});
