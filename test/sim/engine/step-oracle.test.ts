import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import { mergeSeconds } from '../../../src/sim/cost/merged.ts';
import { type StepCost, TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';
import { hash32 } from '../../../src/sim/random/hash.ts';
import { Prng } from '../../../src/sim/random/prng.ts';
import { streamKey } from '../../../src/sim/random/streams.ts';
import {
  fateOf,
  lifecycleOf,
  lineageOf,
  listOf,
  plainLineage,
  type RevisionSettings,
  revisionSettings,
  wishesOf,
} from '../lifecycle/fixture.ts';
import { PlainLifecycle } from '../lifecycle/plain.ts';
import { type Arrival, runTiny, tinyCost, tinyScenario } from './fixture.ts';
import { stepOracle } from './step-oracle.ts';

const RANKS = [8, 64];

/** The tightest and the roomiest settings that exercise every branch: preemption, slot starvation, evictions, queues. */
const plain = {
  maxBatch: fc.integer({ min: 1, max: 9 }),
  budget: fc.integer({ min: 10, max: 80 }),
  blockTokens: fc.constantFrom(1, 4, 16),
  kvTokens: fc.integer({ min: 132, max: 600 }),
  slots: fc.integer({ min: 1, max: 6 }),
  adaptersPerBatch: fc.integer({ min: 1, max: 6 }),
  hostEntries: fc.integer({ min: 3, max: 12 }),
  skipWindow: fc.constantFrom(0, Number.POSITIVE_INFINITY),
  chunked: fc.boolean(),
  mixed: fc.boolean(),
  swap: fc.boolean(),
  keepPrefix: fc.boolean(),
  blocking: fc.boolean(),
  concurrency: fc.integer({ min: 1, max: 3 }),
  loadQueue: fc.constantFrom(0, 1, 10_000, 10_000),
  build: fc.constantFrom(0, 20e-6, 0.0005),
  register: fc.constantFrom(0, 15e-6, 0.0007),
  activate: fc.constantFrom(0, 0.0002, 0.003),
  windowed: fc.boolean(),
  /** Host work beside the device: never, or sometimes, or mostly the longer one. */
  beside: fc.constantFrom(null, { step: 640_000_003, request: 0 }, { step: 500_000_009, request: 53_000_021 }),
  /** Loads that take as long as hundreds of steps, or as a few: only then can an adapter leave both tiers while it is wanted. */
  store: fc.constantFrom({ bandwidth: 1e6, latency: 0.001 }, { bandwidth: 1e9, latency: 5e-6 }),
  adapters: fc.integer({ min: 1, max: 14 }),
  spread: fc.constantFrom(1e6, 2e7, 3e8),
  requests: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      adapter: fc.nat(1e6),
      prompt: fc.integer({ min: 1, max: 70 }),
      output: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 40 },
  ),
};

/** What engine presets switch on, each off half of the time. */
const mechanisms = {
  decodeBetween: fc.constantFrom(0, 0, 1, 3, 10),
  maxPrefills: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 2),
  reservePeak: fc.boolean(),
  dropUnused: fc.boolean(),
  abortAfter: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 50e-6, 300e-6, 0.02),
  idlePoll: fc.constantFrom(0, 0, 7e-6, 0.001),
  merge: fc.boolean(),
  inEngine: fc.constantFrom(0, 0, 1, 2, 1_000),
  ready: fc.constantFrom(0, 0, 100e-6, 0.02),
  drain: fc.constantFrom(null, null, { after: 30e-6, tolerance: 1.2 }, { after: 0.002, tolerance: 0 }),
  adaptive: fc.constantFrom(null, null, { above: 1, below: 0.556 }, { above: 0.5, below: 0.3 }),
  pinned: fc.constantFrom(0, 0, 1, 2),
  refuseUnready: fc.constantFrom(false, false, true),
  gap: fc.constantFrom(0, 0, 40e-6, 0.003),
  pause: fc.constantFrom(null, null, { every: 1, time: 40e-6 }, { every: 3, time: 0.004 }),
  way: fc.constantFrom({ mean: 0, cv: 0 }, { mean: 50e-6, cv: 0 }, { mean: 200e-6, cv: 0.2 }, { mean: 0.003, cv: 1.5 }),
};
const off = {
  decodeBetween: fc.constant(0),
  maxPrefills: fc.constant(Number.POSITIVE_INFINITY),
  reservePeak: fc.constant(false),
  dropUnused: fc.constant(false),
  abortAfter: fc.constant(Number.POSITIVE_INFINITY),
  idlePoll: fc.constant(0),
  merge: fc.constant(false),
  inEngine: fc.constant(0),
  ready: fc.constant(0),
  drain: fc.constant(null),
  adaptive: fc.constant(null),
  pinned: fc.constant(0),
  refuseUnready: fc.constant(false),
  gap: fc.constant(0),
  pause: fc.constant(null),
  way: fc.constant({ mean: 0, cv: 0 }),
};
type Settings = {
  [K in keyof (typeof plain & typeof mechanisms)]: (typeof plain & typeof mechanisms)[K] extends fc.Arbitrary<infer V>
    ? V
    : never;
};

/** In the order in which they come to the engine, which numbers them. */
function reached(arrivals: readonly Arrival[], { mean, cv }: { mean: number; cv: number }) {
  // Lognormal with this mean and this coefficient of variation, by the user and how often the user has sent.
  const keys = [0, 1, 2, 3].map((word) => streamKey('1', 'frontend', word, 0));
  const sent = new Map<number, number>();
  const sigma = Math.sqrt(Math.log(1 + cv * cv));
  const wayNs = (user: number) => {
    const count = (sent.get(user) ?? 0) + 1;
    sent.set(user, count);
    if (cv === 0) return mean * 1e9;
    const [a, b, c, d] = keys.map((key) => hash32(key, user, count));
    return (mean * 1e9 * Math.exp(sigma * new Prng(a, b, c, d).normal())) / Math.exp(sigma ** 2 / 2);
  };
  return arrivals
    .map((a) => ({ ...a, reachesNs: a.arrivalNs + Math.round(wayNs(a.user)) }))
    .sort((a, b) => a.reachesNs - b.reachesNs)
    .map((a, id) => ({ ...a, id }));
}

function agrees(s: Settings, revisions: RevisionSettings | null = null): void {
  const merges = s.merge || s.adaptive !== null;
  const alwaysMerged = s.merge && s.adaptive === null;
  const skipWindow = alwaysMerged && s.skipWindow === 0 ? 2 : s.skipWindow;
  const kept = alwaysMerged ? 0 : Math.max(0, Math.min(s.pinned, s.adapters, s.slots - 1, s.adaptersPerBatch - 1));
  const gated = !s.chunked && !s.mixed;
  const budget = Math.max(s.budget, s.maxBatch + 1, s.chunked ? 0 : 140);
  const window = s.windowed ? 48 : Number.POSITIVE_INFINITY;
  const tiny = tinyCost(budget, window);
  const cost: StepCost =
    s.beside === null
      ? tiny
      : {
          ...tiny,
          beside: { step: tiny.base.map((_, n) => s.beside!.step + 1_000_003 * n), requestTicks: s.beside.request },
        };
  const kvBlocks = Math.ceil(s.kvTokens / s.blockTokens);
  const arrivals: Arrival[] = s.requests
    .map((r) => ({
      arrivalNs: Math.round(r.at * s.spread),
      user: 0,
      adapter: r.adapter % s.adapters,
      prompt: r.prompt,
      output: r.output,
    }))
    .sort((a, b) => a.arrivalNs - b.arrivalNs)
    .map((arrival, user) => ({ ...arrival, user }));
  const configure = (scenario: ReturnType<typeof tinyScenario>) => {
    const footprint = adapterFootprint(scenario, 64);
    Object.assign(scenario.serving, {
      max_batch: s.maxBatch,
      max_batch_tokens: budget,
      slots: s.slots,
      max_adapters_per_batch: s.adaptersPerBatch,
      skip_window: skipWindow,
      chunked_prefill: s.chunked,
      mixed_steps: s.mixed && !s.chunked,
      decode_between_prefills: gated ? s.decodeBetween : 0,
      max_prefills: s.maxPrefills,
      idle_poll: s.idlePoll,
      frontend: s.way.mean,
      frontend_cv: s.way.cv,
      ...(s.abortAfter === Number.POSITIVE_INFINITY ? {} : { early_abort: { deadline: s.abortAfter, margin: 0 } }),
      ...(merges
        ? { merge: { passes: 4, memory_efficiency: 0.8, ...(s.adaptive === null ? {} : { adaptive: s.adaptive }) } }
        : {}),
      ...(s.drain === null ? {} : { drain: s.drain }),
      ...(s.refuseUnready || s.gap > 0
        ? { readiness: { unready: s.refuseUnready ? 'refuse' : 'hold', gap: s.gap } }
        : {}),
    });
    scenario.serving.pin = { count: 0, gpu: kept };
    scenario.serving.kv = {
      block_tokens: s.blockTokens,
      memory_fraction: 0.9,
      preemption: s.swap ? 'swap' : 'recompute',
      preempted_prefix: s.keepPrefix && !s.swap ? 'cached' : 'dropped',
      pool: 'static',
      reserve: s.reservePeak ? 'peak' : 'prompt',
    };
    scenario.serving.tiers.gpu.keep = s.dropUnused ? 'while-used' : 'until-evicted';
    // Entries of host memory bind before bytes do: all entries are counted at the smallest rank's size.
    scenario.serving.tiers.host.capacity = s.hostEntries * footprint.hostBytes;
    Object.assign(scenario.serving.loader, {
      concurrency: s.concurrency,
      queue: s.loadQueue,
      build: s.build,
      register: s.register,
      ...(s.pause === null ? {} : { pause: s.pause }),
      activate: s.activate,
      activation: s.blocking ? 'blocking' : 'overlapped',
    });
    scenario.serving.startup = { base: s.ready, per_slot: 0 };
    if (s.inEngine > 0) Object.assign(scenario.serving.loader, { build_in: 'engine', builds_per_step: s.inEngine });
    Object.assign(scenario.hardware.object_store, s.store);
    scenario.adapter.rank = { ranks: RANKS.map((rank) => ({ rank, share: 0.5 })), assign: 'interleaved' };
  };
  // Same size for both ranks on the host, so that the oracle can count entries.
  const ranks = s.hostEntries >= s.adapters ? RANKS : [64];
  const { log, cell } = runTiny({
    arrivals,
    adapters: s.adapters,
    ranks,
    cost,
    kvBlocks,
    scenario: (scenario) => {
      configure(scenario);
      scenario.adapter.rank = {
        ranks: ranks.map((rank) => ({ rank, share: 1 / ranks.length })),
        assign: 'interleaved',
      };
      // Room for every revision there will be.
      if (s.hostEntries >= s.adapters)
        scenario.serving.tiers.host.capacity =
          revisions === null ? 1e12 : 1000 * adapterFootprint(scenario, 64).hostBytes;
      if (revisions !== null) scenario.lifecycle = lifecycleOf(revisions);
    },
    ...(revisions === null ? {} : { updates: listOf(wishesOf(revisions, s)), fate: fateOf(revisions) }),
  });
  const lifecycle =
    revisions === null
      ? undefined
      : new PlainLifecycle({ wishes: wishesOf(revisions, s), prewarm: revisions.prewarm, ...fateOf(revisions) });
  const scenario = tinyScenario(configure);
  const footprints = ranks.map((rank) => adapterFootprint(scenario, rank));
  const toNs = (seconds: number) => Math.round(seconds * 1e9);
  const reaching = reached(arrivals, s.way);
  const expected = stepOracle({
    requests: reaching,
    ranks,
    rankClass: (key) => (lifecycle === undefined ? key : lifecycle.adapterOf(key)) % ranks.length,
    lifecycle,
    kvBlocks,
    blockTokens: s.blockTokens,
    slots: revisions === null ? Math.min(s.slots, s.adapters) : s.slots,
    hostEntries: s.hostEntries >= s.adapters ? 1e9 : s.hostEntries,
    maxBatch: s.maxBatch,
    maxBatchTokens: budget,
    maxAdapters: Math.min(s.adaptersPerBatch, s.slots),
    skipWindow,
    chunked: s.chunked,
    mixed: s.mixed,
    swap: s.swap,
    keepPrefix: s.keepPrefix && !s.swap,
    blocking: s.blocking,
    readyNs: toNs(s.ready),
    decodeBetween: gated ? s.decodeBetween : 0,
    maxPrefills: s.maxPrefills,
    reservePeak: s.reservePeak,
    dropUnused: s.dropUnused,
    abortAfterNs: toNs(s.abortAfter),
    idlePollNs: toNs(s.idlePoll),
    mergeNs: toNs(mergeSeconds(scenario)),
    // With one adapter in the weights a step costs what the base costs.
    cost: alwaysMerged ? { ...cost, lora: () => 0 } : cost,
    adaptive: s.adaptive,
    drain: s.drain === null ? null : { afterNs: toNs(s.drain.after), tolerance: s.drain.tolerance },
    keptOnGpu: kept,
    refuseUnready: s.refuseUnready,
    buildGapNs: toNs(s.gap),
    copyNs: footprints.map((f) => toNs(s.activate + f.gpuBytes / 1e10)),
    swapNsPerBlock: toNs(40_000 / 1e10),
    loader: {
      concurrency: s.concurrency,
      queue: s.loadQueue,
      delayNs: toNs(s.store.latency),
      bytesPerNs: s.store.bandwidth / 1e9,
      bytes: footprints.map((f) => f.diskBytes),
      buildNs: footprints.map(() => toNs(s.build)),
      registerNs: toNs(s.register),
      pause: s.pause === null ? null : { every: s.pause.every, ns: toNs(s.pause.time) },
      inEngine: s.inEngine,
    },
  });
  const got = log.finishedRequests
    .map((f) => ({ id: reaching.findIndex(({ user }) => user === f.user), firstNs: f.firstNs, endNs: f.endNs }))
    .sort((a, b) => a.id - b.id);
  expect(got).toEqual(expected);
  if (lifecycle !== undefined) expect(lineageOf(cell.parts.lifecycle!.revisions)).toEqual(plainLineage(lifecycle.all));
  expect(cell.refused).toBe(arrivals.length - expected.length);
  if (s.loadQueue > arrivals.length && s.abortAfter === Number.POSITIVE_INFINITY && !s.refuseUnready)
    expect(cell.refused).toBe(0);
  // INV-7: every token but a request's first ends exactly one gap, and the gaps of a request span it.
  expect(log.gapCount).toBe(got.reduce((sum, { id }) => sum + reaching[id].output - 1, 0));
  const spans = got.reduce((sum, f) => sum + (f.endNs - f.firstNs), 0);
  expect(Math.abs(log.gapTicks / TICKS_PER_NS - spans)).toBeLessThanOrEqual(2 * log.gapCount + 1);
  expect(log.partTicks.reduce((sum, part) => sum + part, 0)).toBe(log.busyTicks);
}

describe('the engine against the plain step-by-step simulator', () => {
  it('agrees to the nanosecond on every first and last token', () => {
    fc.assert(
      fc.property(fc.record({ ...plain, ...off }), (s) => agrees(s)),
      { numRuns: 1000, seed: 20261 },
    );
  });

  it('and with what engine presets switch on', () => {
    fc.assert(
      fc.property(fc.record({ ...plain, ...mechanisms }), (s) => agrees(s)),
      { numRuns: 1000, seed: 20262 },
    );
  }, 120_000);

  it('and where the first of those that hold slots may not start: it lets go too', () => {
    agrees({
      ...{ maxBatch: 3, budget: 10, blockTokens: 1, kvTokens: 132, slots: 3, adaptersPerBatch: 3, hostEntries: 3 },
      ...{
        skipWindow: 0,
        chunked: false,
        mixed: false,
        swap: false,
        keepPrefix: false,
        blocking: false,
        concurrency: 1,
        loadQueue: 10_000,
      },
      ...{
        build: 0,
        register: 0,
        activate: 0,
        windowed: false,
        beside: null,
        store: { bandwidth: 1e9, latency: 5e-6 },
      },
      ...{ adapters: 4, spread: 1e6, decodeBetween: 0, maxPrefills: Number.POSITIVE_INFINITY, reservePeak: false },
      ...{ dropUnused: false, abortAfter: Number.POSITIVE_INFINITY, idlePoll: 7e-6, merge: false, inEngine: 0 },
      ...{ ready: 0, drain: null, adaptive: { above: 0.5, below: 0.3 }, pinned: 1, refuseUnready: false, gap: 0 },
      ...{ pause: null, way: { mean: 0, cv: 0 } },
      requests: [
        { at: 0, adapter: 0, prompt: 1, output: 21 },
        { at: 0, adapter: 2, prompt: 1, output: 1 },
        { at: 0, adapter: 3, prompt: 1, output: 1 },
        { at: 0.2196695, adapter: 1, prompt: 1, output: 1 },
        { at: 0, adapter: 1, prompt: 1, output: 1 },
      ],
    });
  });

  it('and where each request waits until the most memory that the batch will need is there', () => {
    const tight = { kvTokens: fc.integer({ min: 132, max: 260 }), blockTokens: fc.constant(1) };
    fc.assert(
      fc.property(fc.record({ ...plain, ...off, ...tight, reservePeak: fc.constant(true) }), (s) => agrees(s)),
      { numRuns: 1000, seed: 20264 },
    );
  });

  it('and with adapters that are trained, evaluated, prewarmed and rolled back meanwhile', () => {
    const systems = fc.record({ ...plain, ...mechanisms, reservePeak: fc.constant(false), pinned: fc.constant(0) });
    fc.assert(fc.property(systems, revisionSettings, agrees), { numRuns: 600, seed: 20263 });
  });
});
