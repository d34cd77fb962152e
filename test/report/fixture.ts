/**
 * A run's result tables, made up: three cohorts over a day, with a flash of load in the afternoon. Same shape as the tables of
 * src/metrics, smooth enough that a drawing mistake shows, and a pure function of nothing.
 */
import type { RunTables, SummaryRow, Table } from '../../src/report/run-data.ts';
import type { Choice } from '../../src/scenario/family.ts';
import type { Cohort, Scenario } from '../../src/scenario/scenario.ts';

const choice = (name: string, params: Record<string, unknown> = {}): Choice => ({ name, params });

const cohort = (name: string, share: number, rate: number): Cohort => ({
  name,
  share,
  rate,
  popularity: choice('zipf', { exponent: 1 }),
  prompt_tokens: choice('lognormal', { mean: 600 }),
  output_tokens: choice('lognormal', { mean: 180 }),
  rank: null,
  slo: 'chat',
  weight: 1,
  priority: 0,
  burstiness: choice('poisson'),
  sessions: null,
});

export function scenario(
  cohorts: Cohort[] = [cohort('free', 0.8, 60), cohort('pro', 0.19, 50), cohort('enterprise', 0.01, 12)],
): Scenario {
  return {
    version: 1,
    name: 'fixture',
    description: 'A made-up day of three cohorts',
    seed: '7',
    duration: 86_400,
    warmup: 3600,
    population: {
      users: 1_000_000,
      adapters_per_user: 1,
      users_per_adapter: 1,
      popularity: choice('zipf', { exponent: 1 }),
      max_rate_per_user: Number.POSITIVE_INFINITY,
      drift: choice('none'),
      cohorts,
      arrivals: choice('open'),
      diurnal: { amplitude: 0.5, peak: 50_400, period: 86_400 },
      flash_crowds: [],
      start: 'steady',
    },
    base: {
      name: 'qwen3-8b',
      hidden: 4096,
      layers: 36,
      heads: 32,
      kv_heads: 8,
      head_dim: 128,
      mlp: 12_288,
      moe: null,
      mla: null,
      window: null,
      vocab: 151_936,
      tied: false,
      max_context: 40_960,
      weight_dtype: 'bf16',
      kv_dtype: 'bf16',
    },
    adapter: {
      rank: { ranks: [{ rank: 16, share: 1 }], assign: 'hash' },
      modules: ['q', 'k', 'v', 'o', 'gate', 'up', 'down'],
      dtype: 'bf16',
      layout: 'padded-slots',
      packed: true,
      host_expansion: 1,
      slot_overhead: 0,
    },
    hardware: {
      gpu: {
        name: 'h100',
        memory: 80e9,
        memory_bandwidth: 3.35e12,
        flops: { bf16: 989e12 },
        intra_node_bandwidth: 450e9,
        inter_node_bandwidth: 50e9,
        pcie_bandwidth: 64e9,
        price_per_hour: 2.5,
        power: 700,
      },
      gpus_per_node: 8,
      parallel: { tensor: 1, pipeline: 1, expert: 1 },
      replicas: 64,
      cells: 8,
      node: {
        host_memory: 1e12,
        disk: { capacity: 8e12, bandwidth: 6e9, latency: 1e-4 },
        network: { bandwidth: 25e9, latency: 5e-5 },
        price_per_hour: 4,
        power: 1000,
      },
      object_store: { bandwidth: 40e9, latency: 0.03, concurrency: 512, interval: 1 },
    },
    serving: {
      cost: choice('roofline'),
      slots: 64,
      max_batch: 256,
      max_batch_tokens: 8192,
      max_adapters_per_batch: 64,
      chunked_prefill: true,
      kv: { block_tokens: 16, memory_fraction: 0.9, preemption: 'recompute', pool: 'static' },
      scheduling: choice('fcfs'),
      skip_window: 64,
      routing: choice('affinity'),
      admission: choice('unlimited'),
      tiers: {
        gpu: { eviction: choice('lru') },
        host: { capacity: 5e11, eviction: choice('sieve') },
        disk: { capacity: 8e12, eviction: choice('lru') },
      },
      prefetch: choice('none'),
      pin: { count: 0 },
      loader: {
        concurrency: 4,
        queue: 256,
        resolve: 0.001,
        build_per_object: 1e-4,
        build: 0.01,
        register: 0.005,
        discipline: 'fair',
        activation: 'overlapped',
        activate: 0.001,
      },
    },
    slo: { chat: { ttft: 2, tpot: 0.05, e2el: 30 } },
    thresholds: [
      { metric: 'ttft_ms_p99', op: '<', value: 2000, severity: 'fail' },
      { metric: 'slo_attainment', op: '>=', value: 0.99, severity: 'fail' },
      { metric: 'hit_ratio_gpu', op: '>', value: 0.7, severity: 'warn' },
    ],
    sweep: [],
    replications: 1,
    budget: { max_events: 1e12, max_requests: 1e12, max_queue: 1e9, drain: Number.POSITIVE_INFINITY },
  };
}

/** A repeatable wiggle in [0, 1): a Weyl sequence, enough to keep lines from being ruler-straight. */
const wiggle = (i: number): number => (i * 0.6180339887498949) % 1;

export function table(columns: Record<string, ArrayLike<number> | ArrayLike<string>>): Table {
  return { length: Object.values(columns)[0]?.length ?? 0, columns };
}

const BUCKETS = 288;
const BUCKET_S = 300;

/** Training by night, and lookups that it costs by day. */
function lifecycle(): Table {
  const at = (f: (night: number, i: number) => number) =>
    Float64Array.from({ length: BUCKETS }, (_, i) => f(Math.exp(-(((i - 40) / 12) ** 2)), i));
  return table({
    t_s: at((_, i) => i * BUCKET_S),
    length_s: at(() => BUCKET_S),
    ready: at((night) => 900 * night),
    rejected: at((night) => 90 * night),
    rolled_back: at((_, i) => 8 + 4 * wiggle(i)),
    pinned: at((_, i) => 30_000 + 5000 * wiggle(i)),
    without_adapter: at((night) => 2000 * night),
    stale_gpu: at((night) => 300 + 900 * night),
    stale_host: at((night) => 700 + 1500 * night),
    stale_disk: at((night) => 200 + 800 * night),
    gpu_entries: at(() => 4096),
    gpu_stale: at((night) => 100 + 600 * night),
    host_entries: at(() => 38_000),
    host_stale: at((night, i) => (i === 3 ? Number.NaN : 2000 + 9000 * night)),
  });
}

function timeseries(): Table {
  const at = (f: (day: number, flash: number, i: number) => number) =>
    Float64Array.from({ length: BUCKETS }, (_, i) =>
      f(1 - 0.5 * Math.cos((2 * Math.PI * (i - 24)) / BUCKETS), Math.exp(-(((i - 190) / 6) ** 2)), i),
    );
  const rate = at((day, flash, i) => 120 * day * (1 + 0.9 * flash) * (0.96 + 0.08 * wiggle(i)) * BUCKET_S);
  const near = at((day, flash) => 0.74 - 0.06 * day - 0.25 * flash);
  return table({
    t_s: Float64Array.from({ length: BUCKETS }, (_, i) => i * BUCKET_S),
    length_s: new Float64Array(BUCKETS).fill(BUCKET_S),
    arrivals: rate,
    finished: at((_day, flash, i) => rate[i] * (0.99 - 0.12 * flash + 0.01 * wiggle(i))),
    prompt_tokens: rate.map((r) => r * 600),
    output_tokens: rate.map((r) => r * 180),
    ttft_ms_p50: at((day, flash, i) => 90 * day * (1 + flash) * (0.95 + 0.1 * wiggle(i))),
    ttft_ms_p99: at((day, flash, i) => 900 * day * (1 + 4 * flash) * (0.9 + 0.2 * wiggle(i * 3))),
    lookups_gpu: rate.map((r, i) => r * near[i]),
    lookups_host: rate.map((r, i) => r * (1 - near[i]) * 0.6),
    lookups_disk: rate.map((r, i) => r * (1 - near[i]) * 0.28),
    lookups_object: rate.map((r, i) => r * (1 - near[i]) * 0.12),
    loads: rate.map((r, i) => r * (1 - near[i]) * 0.35),
    running: at((day, flash) => 900 * day * (1 + 0.8 * flash)),
    waiting: at((day, flash, i) => 6 * day + 700 * flash * wiggle(i * 2 + 1)),
    kv_blocks_used: at((day, flash) => 90_000 * day * (1 + 0.5 * flash)),
    gpu_active_adapters: at((day, flash) => 760 * day * (1 + 0.6 * flash)),
    gpu_resident_adapters: at(() => 4096),
    host_resident_adapters: at((_day, _flash, i) => 38_000 * (1 - Math.exp(-(i + 20) / 40))),
    disk_resident_adapters: at((_day, _flash, i) => 400_000 * (1 - Math.exp(-(i + 5) / 120))),
    loads_in_flight: at((day, flash) => 9 * day + 60 * flash),
    host_bytes: at((_day, _flash, i) => 4e11 * (1 - Math.exp(-(i + 20) / 40))),
    busy_replicas: at((day, flash) => Math.min(64, 40 * day * (1 + 0.6 * flash))),
    part_base_s: at((day) => 40 * day * BUCKET_S * 0.62),
    part_attention_s: at((day) => 40 * day * BUCKET_S * 0.18),
    part_lora_s: at((day, flash) => 40 * day * BUCKET_S * (0.11 + 0.05 * flash)),
    part_collective_s: at(() => 0),
    part_launch_s: at((day) => 40 * day * BUCKET_S * 0.05),
    part_stall_s: at((day, flash) => 40 * day * BUCKET_S * (0.01 + 0.3 * flash)),
  });
}

const COHORT_FACTOR: Record<string, number> = { all: 1.05, free: 1.3, pro: 1, enterprise: 0.7 };

function distributions(names: string[]): Table {
  const out = {
    metric: [] as string[],
    cohort: [] as string[],
    upper_value: [] as number[],
    count: [] as number[],
    cumulative: [] as number[],
  };
  for (const [metric, median, spread] of [
    ['ttft_ms', 85, 0.7],
    ['tpot_ms', 17, 0.25],
    ['slowdown', 1.3, 0.3],
  ] as const) {
    for (const name of ['all', ...names]) {
      const factor = COHORT_FACTOR[name] ?? 1;
      let before = 0;
      for (let k = 0; k < 240; k++) {
        const value = median * 10 ** (-1.5 + k / 60);
        const logit = Math.log(value / (median * factor)) / spread;
        const main = 1 / (1 + Math.exp(-1.7 * logit));
        const cold = 1 / (1 + Math.exp(-4 * Math.log(value / (median * 18 * factor))));
        const cumulative = Math.round(1e6 * (0.96 * main + 0.04 * (metric === 'ttft_ms' ? cold : main)));
        if (cumulative === before) continue;
        out.metric.push(metric);
        out.cohort.push(name);
        out.upper_value.push(value);
        out.count.push(cumulative - before);
        out.cumulative.push(cumulative);
        before = cumulative;
      }
    }
  }
  return table(out);
}

function users(names: string[]): Table {
  const n = 3000;
  const ids = Float64Array.from({ length: n }, (_, i) => i);
  return table({
    user: ids,
    cohort: Array.from(ids, (i) => names[i % names.length]),
    requests: ids.map((i) => Math.round(4000 / (1 + i) ** 0.8)),
    service: ids.map((i) => Math.round((720_000 / (1 + i) ** 0.8) * (0.7 + 0.6 * wiggle(i)))),
  });
}

function requests(): Table {
  const n = 2000;
  const ids = Float64Array.from({ length: n }, (_, i) => Math.floor(3000 * wiggle(i) ** 3));
  const tiers = Array.from(
    ids,
    (user, i) =>
      (['gpu', 'host', 'disk', 'object'] as const)[
        Math.min(3, Math.floor(4 * wiggle(i * 5 + 2) * (user / 3000) ** 0.4))
      ],
  );
  const cold = { gpu: 1, host: 1.2, disk: 2, object: 6 };
  return table({
    user: ids,
    lookup_tier: tiers,
    slowdown: tiers.map((tier, i) => cold[tier] * (1 + 2 * wiggle(i * 7 + 1) ** 4)),
  });
}

function breakdown(names: string[]): Table {
  const parts = { alone: 0.72, queue: 0.06, adapter_wait: 0.09, batching: 0.13 };
  const rows = ['all', ...names].flatMap((name) =>
    Object.entries(parts).map(([part, share]) => ({
      name,
      part,
      seconds: 1e6 * share * (part === 'alone' ? 1 : (COHORT_FACTOR[name] ?? 1)),
    })),
  );
  return table({
    part: rows.map((row) => row.part),
    cohort: rows.map((row) => row.name),
    seconds: rows.map((row) => row.seconds),
  });
}

function summary(names: string[]): SummaryRow[] {
  const row = (metric: string, cohort: string, unit: string, value: number, n = 10_370_112): SummaryRow => ({
    metric,
    cohort,
    unit,
    value,
    n,
    lo: null,
    hi: null,
  });
  const rows: SummaryRow[] = [
    row('arrivals', 'all', 'count', 10_370_112),
    row('hit_ratio_gpu', 'all', 'fraction', 0.683),
    row('hit_ratio_host', 'all', 'fraction', 0.187),
    row('cold_ratio', 'all', 'fraction', 0.13),
    row('cold_loads', 'all', 'count', 1_204_331),
    row('jain_users', 'all', 'index', 0.931),
    row('gini_users', 'all', 'index', 0.642),
    row('replica_utilisation', 'all', 'fraction', 0.628),
    row('kv_utilisation', 'all', 'fraction', 0.41),
    row('output_tps', 'all', 'tokens/s', 21_605),
    row('request_rps', 'all', '1/s', 120.03),
    row('cost_usd_per_million_tokens', 'all', 'USD', 1.873),
    row('cost_usd_per_user_month', 'all', 'USD', 0.1402),
    row('rejections', 'all', 'count', 512),
  ];
  for (const [stage, median, tail] of [
    ['queue', 2, 900],
    ['fetch', 38, 240],
    ['build', 24, 31],
    ['register', 6, 80],
    ['wait_slot', 0, 15],
    ['activate', 1.6, 2.4],
  ] as const) {
    rows.push(
      row(`load_${stage}_ms_p50`, 'all', 'ms', median),
      row(`load_${stage}_ms_p99`, 'all', 'ms', tail),
      row(`load_${stage}_ms_mean`, 'all', 'ms', (median * 4 + tail) / 5),
    );
  }
  for (const name of ['all', ...names]) {
    const f = COHORT_FACTOR[name] ?? 1;
    rows.push(
      row('ttft_ms_p50', name, 'ms', 85 * f),
      row('ttft_ms_p99', name, 'ms', 1720 * f),
      row('tpot_ms_p50', name, 'ms', 17 * f),
      row('tpot_ms_p99', name, 'ms', 31 * f),
      row('e2el_ms_p99', name, 'ms', 8400 * f),
      row('slo_attainment', name, 'fraction', 1 - 0.011 * f * f),
      row('slo_ttft_attainment', name, 'fraction', 1 - 0.009 * f * f),
      row('slo_tpot_attainment', name, 'fraction', 1 - 0.001 * f),
      row('slo_e2el_attainment', name, 'fraction', 1 - 0.004 * f * f),
      row('slowdown_p99', name, 'ratio', 2.2 * f),
    );
  }
  return rows;
}

export function runTables(cohortNames: string[] = ['free', 'pro', 'enterprise']): RunTables {
  const shares = [0.8, 0.19, 0.01];
  return {
    manifest: { tool: 'mint-bench 0.1.0', seed: '7', scenario_hash: '1f2e3d4c5b6a7988', node: 'v20.20.2', arch: 'x64' },
    hash: '1f2e3d4c5b6a7988',
    scenario: scenario(cohortNames.map((name, i) => cohort(name, shares[i] ?? 0.01, [60, 50, 12][i] ?? 5))),
    summary: summary(cohortNames),
    timeseries: timeseries(),
    cohorts: table({
      cohort: cohortNames,
      arrivals: cohortNames.map((_, i) => 5_000_000 / (i + 1)),
      measured_lookups_gpu: cohortNames.map((_, i) => 500_000 * (i + 1)),
      measured_lookups_host: cohortNames.map(() => 300_000),
      measured_lookups_disk: cohortNames.map(() => 150_000),
      measured_lookups_object: cohortNames.map((_, i) => 200_000 / (i + 1)),
    }),
    users: users(cohortNames),
    requests: requests(),
    distributions: distributions(cohortNames),
    breakdown: breakdown(cohortNames),
    lifecycle: lifecycle(),
    memory: {
      gpuBytes: 80e9,
      weightBytes: 16.4e9,
      activationBytes: 3e9,
      slotBytes: 5.2e9,
      kvBlocks: 20_000,
      blockBytes: 2_359_296,
    },
  };
}

/** A run without a single request. */
export function emptyRun(): RunTables {
  const nothing = table({});
  return {
    ...runTables(),
    summary: [],
    timeseries: nothing,
    cohorts: nothing,
    users: nothing,
    requests: nothing,
    distributions: table({ metric: [], cohort: [], upper_value: [], count: [], cumulative: [] }),
    breakdown: nothing,
    lifecycle: nothing,
    memory: null,
  };
}
