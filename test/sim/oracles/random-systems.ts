/** Random small systems that cross every policy of the engine with every tight limit, for properties that hold in all of them. */
import fc from 'fast-check';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { ADMISSION } from '../../../src/sim/admission/index.ts';
import { UPDATES } from '../../../src/sim/lifecycle/updates/index.ts';
import { EVICTION } from '../../../src/sim/residency/eviction/index.ts';
import { PREFETCH } from '../../../src/sim/residency/prefetch/index.ts';
import { ROUTING } from '../../../src/sim/routing/index.ts';
import { SCHEDULING } from '../../../src/sim/scheduling/index.ts';
import { type Arrival, runTiny, type TinyRun, tinyCost } from '../engine/fixture.ts';

const PARAMS: Record<string, Record<string, unknown>> = {
  'residency-aware': { staleness: 0.004 },
  popular: { count: 3, interval: 0.003 },
  history: { interval: 0.002, lead: 0.004 },
  'bounded-in-flight': { limit: 6 },
  'token-bucket': { rate: 300, burst: 4 },
};

const UPDATE_PARAMS: Record<string, Record<string, unknown>> = {
  poisson: { rate: 200 },
  periodic: { period: 0.01 },
  requests: { requests: 2 },
  tokens: { tokens: 60 },
};

interface Described {
  params: { parse(value: unknown): unknown };
}
const choice = (family: Record<string, Described>) =>
  fc.constantFrom(...Object.keys(family)).map((name) => ({
    name,
    params: family[name].params.parse(PARAMS[name] ?? {}) as Record<string, unknown>,
  }));

const LONGEST = 70 + 60;

export const systems = fc.record({
  maxBatch: fc.integer({ min: 1, max: 9 }),
  budget: fc.integer({ min: 10, max: 80 }),
  blockTokens: fc.constantFrom(1, 4, 16),
  /** KV tokens beyond what the longest request with the largest adapter needs. */
  spareTokens: fc.constantFrom(0, 16, 64, 200, 2000),
  unified: fc.boolean(),
  adapterBlocks: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40 })),
  slots: fc.integer({ min: 1, max: 6 }),
  adaptersPerBatch: fc.integer({ min: 1, max: 6 }),
  hostEntries: fc.integer({ min: 1, max: 12 }),
  diskEntries: fc.integer({ min: 0, max: 8 }),
  pinned: fc.integer({ min: 0, max: 2 }),
  skipWindow: fc.constantFrom(0, 1, 100),
  chunked: fc.boolean(),
  swap: fc.boolean(),
  blocking: fc.boolean(),
  serial: fc.boolean(),
  concurrency: fc.integer({ min: 1, max: 3 }),
  queue: fc.constantFrom(0, 1, 1000),
  build: fc.constantFrom(0, 0.0005),
  register: fc.constantFrom(0, 0.0007),
  activate: fc.constantFrom(0, 0.0002, 0.003),
  windowed: fc.boolean(),
  adapters: fc.integer({ min: 1, max: 14 }),
  replicas: fc.integer({ min: 1, max: 3 }),
  replicasPerNode: fc.integer({ min: 1, max: 2 }),
  start: fc.constantFrom<Scenario['population']['start']>('cold', 'host-warm', 'gpu-warm', 'steady'),
  scheduling: choice(SCHEDULING),
  routing: choice(ROUTING),
  admission: choice(ADMISSION),
  prefetch: choice(PREFETCH),
  gpuEviction: choice(EVICTION),
  hostEviction: choice(EVICTION),
  diskEviction: choice(EVICTION),
  /** Adapters learn meanwhile; null: they do not. */
  lifecycle: fc.option(
    fc.record({
      law: fc.constantFrom('poisson', 'periodic', 'requests', 'tokens'),
      seconds: fc.constantFrom(0, 0.0001, 0.004),
      pass: fc.constantFrom(0.5, 1),
      rollback: fc.constantFrom(0, 0.5),
      prewarm: fc.constantFrom('none' as const, 'disk' as const, 'host' as const),
      upgrade: fc.option(fc.constantFrom(0, 0.0005, 0.02)),
    }),
  ),
  spread: fc.constantFrom(1e6, 2e7, 3e8),
  requests: fc.array(
    fc.record({
      // Multiples of 1/64 make arrivals at the same instant common.
      at: fc.nat(64),
      adapter: fc.nat(1e6),
      user: fc.nat(5),
      cohort: fc.nat(1),
      prompt: fc.integer({ min: 1, max: 70 }),
      output: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
});
export type System = typeof systems extends fc.Arbitrary<infer S> ? S : never;

const RANKS = [8, 64];

export function arrivalsOf(s: System): Arrival[] {
  return s.requests
    .map((r) => ({
      ...r,
      arrivalNs: Math.round((r.at / 64) * s.spread),
      adapter: r.adapter % s.adapters,
      user: r.user % s.adapters,
    }))
    .sort((a, b) => a.arrivalNs - b.arrivalNs);
}

export function runSystem(s: System, arrivals = arrivalsOf(s)): TinyRun {
  const budget = Math.max(s.budget, s.maxBatch + 1, s.chunked ? 0 : LONGEST);
  const largest = s.unified ? Math.max(...s.adapterBlocks) : 0;
  return runTiny({
    arrivals,
    adapters: s.adapters,
    ranks: RANKS,
    cost: tinyCost(budget, s.windowed ? 48 : Number.POSITIVE_INFINITY),
    kvBlocks: Math.ceil((LONGEST + s.spareTokens) / s.blockTokens) + largest,
    adapterBlocks: s.unified ? s.adapterBlocks : [],
    check: true,
    scenario: (scenario) => {
      const { serving, hardware, population } = scenario;
      const largestAdapter = adapterFootprint(scenario, 64);
      scenario.duration = 0.5;
      const life = s.lifecycle ?? null;
      // What is pinned stays as it was at the start, which revisions rule out.
      const pinned = life === null ? s.pinned : 0;
      if (life !== null) {
        const law = UPDATES[life.law].params.parse(UPDATE_PARAMS[life.law]) as Record<string, unknown>;
        const time = { name: 'fixed', params: { value: life.seconds } };
        scenario.lifecycle = {
          updates: { name: life.law, params: law },
          training: time,
          evaluation: { duration: time, pass: life.pass },
          prewarm: life.prewarm,
          rollback: { share: life.rollback, after: time },
          base_upgrade: life.upgrade === null ? null : { at: life.upgrade, rate: 500, order: 'any' },
        };
      }
      population.start = s.start;
      population.cohorts = [0, 1].map((priority) => ({ ...population.cohorts[0], priority, weight: 1 + priority }));
      hardware.replicas = s.replicas;
      hardware.gpus_per_node = s.replicasPerNode;
      hardware.node.disk = { capacity: 1e12, bandwidth: 5e6, latency: 0.0003 };
      Object.assign(serving, {
        max_batch: s.maxBatch,
        max_batch_tokens: budget,
        slots: s.slots,
        max_adapters_per_batch: s.adaptersPerBatch,
        skip_window: s.skipWindow,
        chunked_prefill: s.chunked,
        scheduling: s.scheduling,
        routing: s.routing,
        admission: s.admission,
        prefetch: s.prefetch,
        pin: { count: pinned },
      });
      serving.kv = {
        block_tokens: s.blockTokens,
        memory_fraction: 0.9,
        preemption: s.swap ? 'swap' : 'recompute',
        pool: s.unified ? 'unified' : 'static',
      };
      serving.tiers = {
        gpu: { eviction: s.gpuEviction },
        host: {
          capacity: (s.hostEntries + pinned) * largestAdapter.hostBytes * s.replicasPerNode,
          eviction: s.hostEviction,
        },
        disk: { capacity: s.diskEntries * largestAdapter.diskBytes, eviction: s.diskEviction },
      };
      Object.assign(serving.loader, {
        concurrency: s.concurrency,
        queue: s.queue,
        build: s.build,
        register: s.register,
        activate: s.activate,
        discipline: s.serial ? 'serial' : 'fair',
        activation: s.blocking ? 'blocking' : 'overlapped',
      });
    },
  });
}
