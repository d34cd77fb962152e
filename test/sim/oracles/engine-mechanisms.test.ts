/** What engine presets switch on, in cases small enough to compute by hand, to the nanosecond. */
import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { mergeSeconds } from '../../../src/sim/cost/merged.ts';
import { TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';
import { type Arrival, roundCost, runTiny, tinyScenario } from '../engine/fixture.ts';

interface Options {
  kvBlocks?: number;
  adapterBlocks?: number[];
}

function run(requests: Partial<Arrival>[], change: (scenario: Scenario) => void, options: Options = {}) {
  const arrivals = requests.map((r, user) => ({ arrivalNs: 0, user, adapter: 0, prompt: 1, output: 1, ...r }));
  const { log } = runTiny({
    arrivals,
    adapters: 8,
    cost: roundCost(64),
    kvBlocks: options.kvBlocks ?? 1_000,
    adapterBlocks: options.adapterBlocks,
    scenario: (scenario) => {
      scenario.population.start = 'gpu-warm';
      scenario.serving.kv.block_tokens = 1;
      change(scenario);
    },
  });
  const times = log.finishedRequests.toSorted((a, b) => a.user - b.user).map((f) => [f.firstNs, f.endNs]);
  return { times, log };
}

/** Prefill of one token; the j-th decode step of a lone request of one prompt token attends j + 1 tokens. */
const PREFILL = 1_000 + 10 + 2 + 100;
const decode = (from: number, to: number) => {
  let sum = 0;
  for (let j = from; j <= to; j++) sum += 1_000 + 10 + 100 + j + 1;
  return sum;
};

describe('decode steps between prefills', () => {
  it('keep a newcomer out for that many steps, then its prefill comes alone', () => {
    const { times } = run([{ output: 10 }, { arrivalNs: 1 }], ({ serving }) => {
      serving.chunked_prefill = false;
      serving.decode_between_prefills = 3;
    });
    const second = PREFILL + decode(1, 3) + PREFILL;
    expect(times).toEqual([
      [PREFILL, second + decode(4, 9)],
      [second, second],
    ]);
  });

  it('cut a prefill at the token budget: the rest waits for the next', () => {
    const { times } = run([{ prompt: 40, output: 2 }, { prompt: 40 }], ({ serving }) => {
      serving.chunked_prefill = false;
      serving.decode_between_prefills = 1;
    });
    // 64 tokens a step: the second prompt is not in the first prefill, and one decode step comes between.
    const prefill = 1_000 + 400 + 80 + 100;
    expect(times[1]).toEqual([prefill + (1_110 + 41) + prefill, prefill + (1_110 + 41) + prefill]);
  });
});

describe('peak memory', () => {
  const peak = ({ serving }: Scenario) => {
    serving.kv.reserve = 'peak';
  };
  const requests = [
    { prompt: 10, output: 10 },
    { prompt: 1, output: 21, arrivalNs: 1 },
  ];
  // When the first ends, 19 tokens, the second would hold 2 + 8 − k, having started after k steps: 29 − k < 27 where k = 3.
  const after = 1_000 + 100 + 20 + 100 + (3 * 1_110 + 11 + 12 + 13);

  it('lets a request in at the step from which both fit to their ends', () => {
    const { times, log } = run(requests, peak, { kvBlocks: 27 });
    expect(times[1][0]).toBe(after + 1_000 + 20 + 14 + 2 + 100);
    expect(log.preemptions).toBe(0);
  });

  it('counts the adapters in use of a unified pool, each once', () => {
    const unified = (scenario: Scenario) => {
      peak(scenario);
      scenario.serving.kv.pool = 'unified';
    };
    const shared = run(requests, unified, { kvBlocks: 32, adapterBlocks: [5] });
    expect(shared.times[1][0]).toBe(after + 1_136);
    const own = run([requests[0], { ...requests[1], adapter: 1 }], unified, { kvBlocks: 37, adapterBlocks: [5] });
    expect(own.times[1][0]).toBe(after + 1_236);
  });

  it('without it the second starts at once and memory runs out', () => {
    expect(run(requests, () => {}, { kvBlocks: 27 }).log.preemptions).toBeGreaterThan(0);
  });
});

describe('adapters that are kept only while they are used', () => {
  it('are copied again for the next request', () => {
    const copies = (keep: 'while-used' | 'until-evicted') => {
      const { times } = run([{}, { arrivalNs: 1_000_000 }], ({ serving, population }) => {
        population.start = 'host-warm';
        serving.loader.activation = 'blocking';
        serving.tiers.gpu.keep = keep;
      });
      return times.map(([first], i) => first - i * 1_000_000 - PREFILL);
    };
    const [copy] = copies('until-evicted');
    expect(copy).toBeGreaterThan(0);
    expect(copies('until-evicted')).toEqual([copy, 0]);
    expect(copies('while-used')).toEqual([copy, copy]);
  });
});

describe('early abort', () => {
  it('refuses a request at the first boundary after its time is up, and serves who can still be in time', () => {
    const { times, log } = run([{ output: 10 }, { arrivalNs: 1 }, { arrivalNs: 8_000 }], ({ serving }) => {
      serving.max_batch = 1;
      serving.early_abort = { deadline: 6e-6, margin: 1e-6 };
    });
    const end = PREFILL + decode(1, 9);
    // 5 µs after 1 ns: boundaries at 4,451 and 5,566.
    expect(log.refusals).toEqual([{ user: 1, state: 1, nowNs: PREFILL + decode(1, 4) }]);
    expect(times).toEqual([
      [PREFILL, end],
      [end + PREFILL, end + PREFILL],
    ]);
  });
});

describe('a replica that looks for requests now and then', () => {
  it('starts them at its next look, counted from when it became idle', () => {
    const { times } = run([{ arrivalNs: 300 }, { arrivalNs: 2_500 }], ({ serving }) => {
      serving.idle_poll = 1e-6;
    });
    expect(times.map(([first]) => first)).toEqual([1_000 + PREFILL, 1_000 + PREFILL + 1_000 + PREFILL]);
  });
});

describe('merged weights', () => {
  it('cost nothing a step, and twice a merge to change the adapter', () => {
    const merge = { passes: 4, memory_efficiency: 0.8 };
    const { times } = run([{}, { adapter: 1 }, { adapter: 1, arrivalNs: 1_000_000 }], ({ serving }) => {
      serving.merge = merge;
    });
    // q and v of two layers of 64 × 64 in two bytes, four times, at 80 GB/s.
    const mergeNs = Math.round((2 * 2 * 64 * 64 * 2 * 4) / 80);
    expect(Math.round(mergeSeconds(tinyScenario((s) => Object.assign(s.serving, { merge }))) * 1e9)).toBe(mergeNs);
    const first = mergeNs + PREFILL - 100;
    expect(times.map(([at]) => at)).toEqual([first, first + 2 * mergeNs + PREFILL - 100, 1_000_000 + PREFILL - 100]);
  });
});

describe('a bound on prompts that are prefilled at once', () => {
  it('lets them in one a step, beside those that decode', () => {
    const { times } = run([{ output: 2 }, {}], ({ serving }) => {
      serving.max_prefills = 1;
    });
    expect(times.map(([first]) => first)).toEqual([PREFILL, PREFILL + 1_000 + 20 + 2 + 2 + 100]);
  });
});

describe('adapters that the engine builds between two steps', () => {
  const loaded = (build_in: 'engine' | 'background', builds_per_step?: number) =>
    run(
      [{ output: 200 }, { adapter: 1, arrivalNs: 1 }, { adapter: 2, arrivalNs: 1 }],
      ({ serving, hardware, population }) => {
        population.start = 'cold';
        hardware.object_store = { ...hardware.object_store, bandwidth: 1e9, latency: 0 };
        Object.assign(serving.loader, { concurrency: 8, register: 50e-6, build_in, activation: 'blocking' });
        if (builds_per_step !== undefined) Object.assign(serving.loader, { builds_per_step });
      },
    );
  /** Time that steps waited for something else, ns. */
  const stall = ({ log }: ReturnType<typeof loaded>) => Math.round(log.partTicks[5] / TICKS_PER_NS);

  it('make the requests in the batch wait for each of them', () => {
    // The first adapter is built with nothing in the batch; the other two hold up the first request, and all three are copied.
    const copies = stall(loaded('background'));
    expect(stall(loaded('engine')) - copies).toBe(2 * 50_000);
    expect(stall(loaded('engine', 1)) - copies).toBe(2 * 50_000);
  });

  it('end the request that waited later by just that', () => {
    const end = (run: ReturnType<typeof loaded>) => run.times[0][1];
    expect(end(loaded('engine')) - end(loaded('background'))).toBeGreaterThanOrEqual(2 * 50_000 - 2_000);
  });
});

describe('a replica that starts up', () => {
  it('serves from then on, with so much for each of its slots', () => {
    const { times } = run([{}, { arrivalNs: 50_000 }], ({ serving }) => {
      serving.startup = { base: 10e-6, per_slot: 2e-6 };
    });
    // 4 slots.
    expect(times.map(([first]) => first)).toEqual([18_000 + PREFILL, 50_000 + PREFILL]);
  });
});

describe('a drainer of starved adapters', () => {
  // One slot. Adapter 0 has two long requests and a third that keeps it there; adapter 1 starves behind it.
  const requests = [{ output: 10 }, { arrivalNs: 1, adapter: 1 }, { arrivalNs: 2, output: 12 }];
  const oneSlot = (drain: Scenario['serving']['drain']) => (scenario: Scenario) => {
    Object.assign(scenario.serving, { slots: 1, max_adapters_per_batch: 1, ...(drain === undefined ? {} : { drain }) });
    scenario.population.start = 'host-warm';
    scenario.serving.loader.activation = 'blocking';
  };

  it('keeps a long request from starting, so that the starving adapter has the slot next', () => {
    const off = run(requests, oneSlot(undefined)).times;
    const on = run(requests, oneSlot({ after: 1e-9, tolerance: 1.2 })).times;
    // Without it the third request joins the first, and adapter 1 comes last.
    expect(off[1][0]).toBeGreaterThan(off[2][1]);
    expect(on[0][1]).toBeLessThan(on[1][0]);
    expect(on[1][1]).toBeLessThan(on[2][0]);
  });

  it('lets a request start that ends within the tolerance', () => {
    const on = run(
      [{ output: 10 }, { arrivalNs: 1, adapter: 1 }, { arrivalNs: 2, output: 11 }],
      oneSlot({ after: 1e-9, tolerance: 1.3 }),
    ).times;
    expect(on[2][0]).toBeLessThan(on[0][1]);
    expect(on[1][0]).toBeGreaterThan(on[2][1]);
  });
});

describe('adapters with a slot for good', () => {
  it('never leave it, whatever else is asked for', () => {
    const visits = Array.from({ length: 12 }, (_, i) => ({
      arrivalNs: i * 1e7,
      adapter: i % 4 === 3 ? 0 : 1 + (i % 4),
    }));
    const hits = (gpu: number) =>
      run(visits, ({ population, serving }) => {
        population.start = 'host-warm';
        Object.assign(serving, { slots: 2, max_adapters_per_batch: 2, pin: { count: 0, gpu } });
      }).log.finishedRequests.filter(({ adapter, tier }) => adapter === 0 && tier === 3).length;
    expect([hits(0), hits(1)]).toEqual([0, 3]);
  });
});

describe('weights merged by turns', () => {
  const merging = ({ serving }: Scenario) => {
    serving.merge = { passes: 4, memory_efficiency: 0.8, adaptive: { above: 1, below: 0.5 } };
  };
  const mergeNs = Math.round(mergeSeconds(tinyScenario(merging)) * 1e9);

  it('merge the adapter of a lone request, which then costs what the base costs, and take it out for another', () => {
    const { times } = run([{ output: 2 }, { arrivalNs: 1e9, adapter: 1 }], merging);
    const [prefill, step] = [1_000 + 10 + 2, 1_000 + 10 + 2];
    expect(mergeNs).toBeGreaterThan(0);
    expect(times[0]).toEqual([mergeNs + prefill, mergeNs + prefill + step]);
    expect(times[1][0] - 1e9).toBe(2 * mergeNs + prefill);
  });

  it('stay apart where no adapter has enough of the batch', () => {
    const { times } = run([{}, { adapter: 1 }], merging);
    // Two prompts of one token, two adapters.
    expect(times).toEqual([
      [1_000 + 20 + 4 + 200, 1_224],
      [1_224, 1_224],
    ]);
  });

  it('keep requests of other adapters waiting until less than the share is left', () => {
    // Two of adapter 0 run merged; one of adapter 1 among three is a third, and waits; among two it is half, and waits on.
    const { times } = run([{ output: 4 }, { output: 6 }, { arrivalNs: mergeNs + 2, adapter: 1 }], merging);
    expect(times[2][0]).toBeGreaterThan(times[1][1]);
  });
});

describe('two-phase readiness', () => {
  const cold = (readiness: Scenario['serving']['readiness']) => (scenario: Scenario) => {
    scenario.population.start = 'cold';
    scenario.hardware.object_store = { ...scenario.hardware.object_store, bandwidth: 1e9, latency: 1e-3 };
    Object.assign(scenario.serving, readiness === undefined ? {} : { readiness });
  };

  it('refuses who meets a registered or a prewarming adapter, and serves who meets a ready one without a load', () => {
    const { log } = run([{}, { arrivalNs: 5e5 }, { arrivalNs: 5e6 }], cold({ unready: 'refuse', gap: 0 }));
    expect(log.refusals.map(({ user, state, nowNs }) => [user, state, nowNs])).toEqual([
      [0, 2, 0],
      [1, 2, 5e5],
    ]);
    expect([log.loads.length, log.joins]).toEqual([1, 1]);
    expect(log.finishedRequests.map(({ user, tier }) => [user, tier])).toEqual([[2, 2]]);
  });

  it('leaves running requests a stretch of their own between two builds', () => {
    const gap = 20e-6;
    const stalls = (between: number) => {
      const { times } = run(
        [{ output: 64 }, { arrivalNs: 1, adapter: 1 }, { arrivalNs: 1, adapter: 2 }],
        (scenario) => {
          cold({ unready: 'hold', gap: between })(scenario);
          scenario.serving.pin = { count: 0, gpu: 1 };
          Object.assign(scenario.serving.loader, {
            build_in: 'engine',
            builds_per_step: 1,
            build: 50e-6,
            concurrency: 4,
          });
          scenario.hardware.object_store.latency = 0;
          scenario.hardware.object_store.bandwidth = 1e12;
        },
      );
      return times[2][0] - times[1][0];
    };
    // The second adapter is built after one step of the running request without a gap, and after the gap with one.
    expect(stalls(gap)).toBeGreaterThan(stalls(0) + 15_000);
  });
});
