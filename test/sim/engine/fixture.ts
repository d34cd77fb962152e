/** A small system for engine tests: every number that a test cares about is a parameter, everything else is out of the way. */
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { assembleCell } from '../../../src/sim/assembly/assemble-cell.ts';
import type { Cell } from '../../../src/sim/cell.ts';
import { type LoraBatch, type MemoryPlan, type StepCost, TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';
import type { Fate } from '../../../src/sim/lifecycle/lifecycle.ts';
import type { LifecycleRecorder } from '../../../src/sim/lifecycle/recorder.ts';
import type { UpdateLaw } from '../../../src/sim/lifecycle/updates/law.ts';
import type { AdapterCatalog, ArrivalSource } from '../../../src/sim/population/source.ts';
import type { Recorder } from '../../../src/sim/recorder.ts';

export interface Arrival {
  arrivalNs: number;
  user: number;
  adapter: number;
  prompt: number;
  output: number;
  cohort?: number;
}

/** A source that plays a list of arrivals, sorted by time. */
export function listSource(arrivals: readonly Arrival[]): ArrivalSource {
  let at = 0;
  const source: ArrivalSource = {
    nextNs: Number.POSITIVE_INFINITY,
    user: 0,
    adapter: 0,
    cohort: 0,
    promptTokens: 0,
    outputTokens: 0,
    turn: 0,
    advance() {
      at++;
      show();
    },
    ended() {},
  };
  const show = () => {
    const arrival = arrivals[at];
    source.nextNs = arrival === undefined ? Number.POSITIVE_INFINITY : arrival.arrivalNs;
    if (arrival === undefined) return;
    source.user = arrival.user;
    source.adapter = arrival.adapter;
    source.cohort = arrival.cohort ?? 0;
    source.promptTokens = arrival.prompt;
    source.outputTokens = arrival.output;
    source.turn = at;
  };
  show();
  return source;
}

export function listCatalog(adapters: number, ranks: readonly number[], users = adapters): AdapterCatalog {
  return {
    users,
    adapters,
    ranks,
    rankClass: (adapter) => adapter % ranks.length,
    cohortOfUser: () => 0,
    globalUser: (user) => user,
    mostPopular: (count) => Int32Array.from({ length: Math.min(count, adapters) }, (_, i) => i),
  };
}

const none = { name: 'none', params: {} };
const lru = { name: 'lru', params: {} };

export function tinyScenario(change: (scenario: Scenario) => void = () => {}): Scenario {
  const scenario: Scenario = {
    version: 1,
    name: 'tiny',
    description: '',
    seed: '1',
    duration: 1e6,
    warmup: 0,
    population: {
      users: 10,
      adapters_per_user: 1,
      users_per_adapter: 1,
      popularity: { name: 'uniform', params: {} },
      max_rate_per_user: Number.POSITIVE_INFINITY,
      drift: none,
      arrivals: { name: 'open', params: {} },
      cohorts: [
        {
          name: 'all',
          share: 1,
          rate: 1,
          popularity: { name: 'uniform', params: {} },
          prompt_tokens: { name: 'fixed', params: { value: 1 } },
          output_tokens: { name: 'fixed', params: { value: 1 } },
          rank: null,
          slo: null,
          weight: 1,
          priority: 0,
          burstiness: { name: 'poisson', params: {} },
          sessions: null,
        },
      ],
      diurnal: { amplitude: 0, peak: 0, period: 86400 },
      flash_crowds: [],
      start: 'cold',
    },
    base: {
      name: 'tiny',
      hidden: 64,
      layers: 2,
      heads: 4,
      kv_heads: 4,
      head_dim: 16,
      mlp: 128,
      moe: null,
      mla: null,
      window: null,
      vocab: 100,
      tied: false,
      max_context: 1e6,
      weight_dtype: 'bf16',
      kv_dtype: 'bf16',
    },
    adapter: {
      rank: { ranks: [{ rank: 8, share: 1 }], assign: 'hash' },
      modules: ['q', 'v'],
      dtype: 'bf16',
      layout: 'padded-slots',
      packed: false,
      host_expansion: 1,
      slot_overhead: 0,
    },
    hardware: {
      gpu: {
        name: 'tiny',
        memory: 1e9,
        memory_bandwidth: 1e11,
        flops: { bf16: 1e13 },
        intra_node_bandwidth: 1e11,
        inter_node_bandwidth: 1e10,
        pcie_bandwidth: 1e10,
        price_per_hour: 1,
        power: 100,
      },
      gpus_per_node: 1,
      parallel: { tensor: 1, pipeline: 1, expert: 1 },
      replicas: 1,
      cells: 1,
      node: {
        host_memory: 1e12,
        disk: { capacity: 0, bandwidth: 1e9, latency: 0 },
        network: { bandwidth: 1e12, latency: 0 },
        price_per_hour: 0,
        power: 0,
      },
      object_store: { bandwidth: 1e6, latency: 0.001, concurrency: 64, interval: Number.POSITIVE_INFINITY },
    },
    serving: {
      cost: { name: 'roofline', params: {} },
      slots: 4,
      max_batch: 8,
      max_batch_tokens: 64,
      max_adapters_per_batch: 4,
      chunked_prefill: true,
      kv: { block_tokens: 4, memory_fraction: 0.9, preemption: 'recompute', pool: 'static' },
      scheduling: { name: 'fcfs', params: {} },
      skip_window: 1000,
      routing: { name: 'least-outstanding', params: {} },
      admission: { name: 'unlimited', params: {} },
      tiers: { gpu: { eviction: lru }, host: { capacity: 1e12, eviction: lru }, disk: { capacity: 0, eviction: lru } },
      prefetch: none,
      pin: { count: 0 },
      loader: {
        concurrency: 2,
        queue: 10_000,
        resolve: 0,
        build_per_object: 0,
        build: 0,
        register: 0,
        discipline: 'serial',
        activation: 'overlapped',
        activate: 0,
      },
    },
    slo: {},
    thresholds: [],
    sweep: [],
    replications: 1,
    budget: { max_events: 1e5, max_requests: 1e12, max_queue: 1e9, drain: Number.POSITIVE_INFINITY },
  };
  change(scenario);
  return scenario;
}

/** Of round numbers, for cases computed by hand. A step: 1,000 ns + 10 a token, 1 a KV token attended, 2 a prompt token, 100 an adapter. */
export const roundCost = (maxTokens: number): StepCost => ({
  base: Float64Array.from({ length: maxTokens + 1 }, (_, n) => (1_000 + 10 * n) * TICKS_PER_NS),
  collective: new Float64Array(maxTokens + 1),
  launch: new Float64Array(maxTokens + 1),
  requestTicks: 0,
  promptTicks: 0,
  beside: null,
  attendedTicks: TICKS_PER_NS,
  windowedTicks: 0,
  window: Number.POSITIVE_INFINITY,
  prefillAttention: (chunk) => 2 * chunk * TICKS_PER_NS,
  lora: (batch) => 100 * batch.distinct * TICKS_PER_NS,
});

/** A cost model with every term present, of round but uneven numbers (ticks). */
export function tinyCost(maxTokens: number, window = Number.POSITIVE_INFINITY): StepCost {
  const base = Float64Array.from({ length: maxTokens + 1 }, (_, n) => 640_000_137 + n * 7_003 + (n % 5) * 911);
  return {
    base,
    collective: new Float64Array(maxTokens + 1),
    launch: new Float64Array(maxTokens + 1),
    requestTicks: 3_000_017,
    promptTicks: 7_000_003,
    beside: null,
    attendedTicks: 12_347,
    windowedTicks: window === Number.POSITIVE_INFINITY ? 0 : 5_431,
    window,
    prefillAttention: (chunk, context) => 331 * chunk * (2 * context + chunk),
    lora: (batch: LoraBatch, stepTokens: number) =>
      batch.tokens === 0
        ? 37 * stepTokens
        : 37 * stepTokens +
          1_000_003 +
          77_777 * batch.distinct +
          1_001 * batch.maxRank +
          13 * batch.tokens +
          batch.distinctByClass.reduce((sum, n, c) => sum + n * (c + 1) * 1_733, 0) +
          batch.tokensByClass.reduce((sum, n, c) => sum + n * (c + 1) * 19, 0),
  };
}

export function tinyMemory(kvBlocks: number, adapterBlocks: number[] = []): MemoryPlan {
  return {
    gpuBytes: 0,
    weightBytes: 0,
    activationBytes: 0,
    slotBytes: 0,
    slots: 4,
    kvBytesPerToken: 1,
    kvBlocks,
    blockBytes: 40_000,
    adapterBlocks,
  };
}

export interface Finished {
  adapter: number;
  user: number;
  arrivalNs: number;
  firstNs: number;
  endNs: number;
  queueNs: number;
  adapterWaitNs: number;
  aloneNs: number;
  tier: number;
}

/** Keeps what the tests read: finished requests, gaps, loads. */
export class LogRecorder implements Recorder {
  lifecycle: LifecycleRecorder | null = null;
  finishedRequests: Finished[] = [];
  refusals: { user: number; state: number; nowNs: number }[] = [];
  loads: { nowNs: number; queueNs: number; fetchNs: number; buildNs: number; registerNs: number; tier: number }[] = [];
  gapCount = 0;
  gapTicks = 0;
  busyTicks = 0;
  partTicks = new Float64Array(6);
  joins = 0;
  preemptions = 0;
  evictions = [0, 0, 0, 0];
  /** Lookups by the tier that held the adapter. */
  lookups = [0, 0, 0, 0];
  /** Gauge samples: time and values (GAUGES order). */
  samples: { nowNs: number; values: Float64Array }[] = [];
  arrival(): void {}
  refused(_cohort: number, user: number, _arrivalNs: number, state: number, nowNs: number): void {
    this.refusals.push({ user, state, nowNs });
  }
  lookup(_cohort: number, tier: number): void {
    this.lookups[tier]++;
  }
  dedupJoin(): void {
    this.joins++;
  }
  loaded(
    tier: number,
    _b: number,
    queueNs: number,
    fetchNs: number,
    buildNs: number,
    registerNs: number,
    nowNs: number,
  ): void {
    this.loads.push({ nowNs, queueNs, fetchNs, buildNs, registerNs, tier });
  }
  activated(): void {}
  evicted(tier: number): void {
    this.evictions[tier]++;
  }
  preempted(): void {
    this.preemptions++;
  }
  firstToken(): void {}
  finished(
    _c: number,
    user: number,
    adapter: number,
    _r: number,
    arrivalNs: number,
    firstNs: number,
    endNs: number,
    _p: number,
    _o: number,
    queueNs: number,
    adapterWaitNs: number,
    aloneNs: number,
    tier: number,
  ): void {
    this.finishedRequests.push({ adapter, user, arrivalNs, firstNs, endNs, queueNs, adapterWaitNs, aloneNs, tier });
  }
  run(_r: number, steps: number, requests: number, first: number, growth: number, parts: Float64Array): void {
    const ticks = steps * first + (growth * steps * (steps - 1)) / 2;
    this.busyTicks += ticks;
    this.gapCount += steps * requests;
    this.gapTicks += requests * ticks;
    parts.forEach((value, part) => {
      this.partTicks[part] += value;
    });
  }
  gap(ticks: number, requests: number): void {
    this.gapCount += requests;
    this.gapTicks += ticks * requests;
  }
  trail(): void {}
  gauges(values: Float64Array, nowNs: number): void {
    this.samples.push({ nowNs, values: values.slice() });
  }
}

export interface TinyRun {
  cell: Cell;
  log: LogRecorder;
}

export function runTiny(options: {
  arrivals: readonly Arrival[];
  adapters: number;
  ranks?: readonly number[];
  scenario?: (scenario: Scenario) => void;
  cost?: StepCost;
  kvBlocks?: number;
  adapterBlocks?: number[];
  check?: boolean;
  updates?: UpdateLaw;
  fate?: Fate;
  /** Hears of revisions. */
  lifecycle?: LifecycleRecorder;
}): TinyRun {
  const ranks = options.ranks ?? [8];
  const scenario = tinyScenario((s) => {
    s.adapter.rank = { ranks: ranks.map((rank) => ({ rank, share: 1 / ranks.length })), assign: 'interleaved' };
    options.scenario?.(s);
  });
  const log = new LogRecorder();
  log.lifecycle = options.lifecycle ?? null;
  const cell = assembleCell(
    {
      scenario,
      cell: 0,
      recorder: log,
      check: options.check ?? true,
      updates: options.updates,
      fate: options.fate,
      cost: options.cost ?? tinyCost(scenario.serving.max_batch_tokens),
      memory: tinyMemory(options.kvBlocks ?? 10_000, options.adapterBlocks),
    },
    listSource(options.arrivals),
    listCatalog(options.adapters, ranks, Math.max(options.adapters, ...options.arrivals.map(({ user }) => user + 1))),
  );
  cell.advance(Number.POSITIVE_INFINITY);
  cell.finish();
  return { cell, log };
}
