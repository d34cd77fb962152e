/**
 * The resolved scenario: defaults filled, presets expanded, units normalised. Everything below `scenario/` and everything
 * that simulates speaks this type; the YAML schema (schema.ts) produces it and the run hash is taken over it.
 *
 * Base units, always: seconds, bytes, bytes/s, events/s, FLOP/s, fractions (5% is 0.05), US dollars, watts. Field names
 * carry no unit because the unit is always the base unit; keys are the keys of the YAML file.
 */
import type { Choice } from './family.ts';

export interface Scenario {
  version: 1;
  name: string;
  description: string;
  seed: string;
  /** Simulated time in which requests arrive. Requests in flight at the end are drained and counted. */
  duration: number;
  /** Arrivals before this time are simulated but left out of every latency metric. */
  warmup: number;
  population: Population;
  base: BaseModel;
  adapter: AdapterSpec;
  hardware: Hardware;
  serving: Serving;
  /** Absent: adapters have one revision in a run. */
  lifecycle?: Lifecycle;
  slo: Record<string, Slo>;
  thresholds: Threshold[];
  /** Axes of a sweep: dotted path → values. Empty for a single run. */
  sweep: { path: string; values: unknown[] }[];
  replications: number;
  budget: { max_events: number; max_requests: number; max_queue: number; drain: number };
}

export interface Population {
  users: number;
  /** Adapters owned by each user (≥ 1), or, where `users_per_adapter` > 1, how many users share one. One of them is 1. */
  adapters_per_user: number;
  users_per_adapter: number;
  /** Family `popularity`: the law of request rates over the users of a cohort. */
  popularity: Choice;
  /** Cap on one user's mean request rate, 1/s; the excess is spread over the rest. Infinity: none. */
  max_rate_per_user: number;
  /** Family `drift`: how the map from popularity rank to user changes over time. */
  drift: Choice;
  cohorts: Cohort[];
  /** Family `arrivals`: open, closed, burst, trace. */
  arrivals: Choice;
  /** Rate multiplier 1 + amplitude·cos(2π(t − peak)/period), amplitude in [0, 1). */
  diurnal: { amplitude: number; peak: number; period: number };
  flash_crowds: FlashCrowd[];
  /** State of the tiers at t = 0. `steady`: tiers filled with the most popular adapters in proportion to capacity; `settled`: what each tier's own policy holds after many lookups. */
  start: 'cold' | 'host-warm' | 'gpu-warm' | 'steady' | 'settled';
}

export interface Cohort {
  name: string;
  /** Share of the users, sums to 1 over cohorts. */
  share: number;
  /** Total mean request rate of the cohort, 1/s (whole system, all cells). */
  rate: number;
  /** Overrides `population.popularity`. */
  popularity: Choice;
  /** Families `lengths`: fixed, uniform, lognormal, gamma, quantiles, …; integers ≥ 1, tokens. */
  prompt_tokens: Choice;
  output_tokens: Choice;
  /** Overrides `adapter.rank` for this cohort's adapters; null: as `adapter.rank`. */
  rank: RankMix | null;
  slo: string | null;
  /** Weight for fair-share scheduling and priority class (0 = most urgent). */
  weight: number;
  priority: number;
  /** Family `burstiness`: poisson, gamma, weibull with cv, per cohort and cell. */
  burstiness: Choice;
  /** Null: every request stands alone. */
  sessions: Sessions | null;
}

export interface Sessions {
  /** Turns of a session (lengths law) and seconds of think time between a turn's end and the next (family `durations`). */
  turns: Choice;
  think_time: Choice;
  /** Next prompt = previous prompt + previous output + a fresh prompt draw, up to base.max_context. */
  carry_context: boolean;
}

export interface FlashCrowd {
  at: number;
  duration: number;
  cohort: string | null;
  /** How many distinct users the extra traffic goes to, uniformly; they are the cohort's least popular. */
  users: number;
  /** Extra arrivals, 1/s, whole system. */
  rate: number;
}

export interface BaseModel {
  name: string;
  hidden: number;
  layers: number;
  heads: number;
  kv_heads: number;
  head_dim: number;
  /** Dense MLP width (0 where every layer is MoE). */
  mlp: number;
  /** Null for a dense model. */
  moe: { experts: number; top_k: number; shared: number; expert_mlp: number; dense_first: number } | null;
  /** Null unless multi-head latent attention. */
  mla: { q_lora: number; kv_lora: number; nope_dim: number; rope_dim: number; v_dim: number } | null;
  /** Sliding window or sparse attention: `layers` of the layers attend at most `window` tokens. Null: all full. */
  window: { tokens: number; layers: number } | null;
  vocab: number;
  tied: boolean;
  max_context: number;
  weight_dtype: Dtype;
  kv_dtype: Dtype;
}

export type Dtype = 'fp32' | 'bf16' | 'fp16' | 'fp8' | 'fp4';

export interface RankMix {
  /** One entry: every adapter has that rank. `assign`: by keyed hash, or interleaved by adapter index (S-LoRA). */
  ranks: { rank: number; share: number }[];
  assign: 'hash' | 'interleaved';
}

export type AdapterModule =
  | 'q'
  | 'k'
  | 'v'
  | 'o'
  | 'q_a'
  | 'q_b'
  | 'kv_a'
  | 'kv_b'
  | 'gate'
  | 'up'
  | 'down'
  | 'shared_experts'
  | 'experts'
  | 'router'
  | 'embed'
  | 'lm_head';

export interface AdapterSpec {
  rank: RankMix;
  modules: AdapterModule[];
  dtype: Dtype;
  /** `padded-slots`: a GPU slot holds the largest rank; `paged-rank`: pages of 8 ranks; both may be packed on disk. */
  layout: 'padded-slots' | 'paged-rank';
  /** Tensors packed into few objects on disk (MinT): object count per adapter falls, bytes stay. */
  packed: boolean;
  /** Bytes in host memory for each byte on disk (MinT measures 586.8 MB for a 105.5 MB file over 4 TP workers). */
  host_expansion: number;
  /** GPU bytes of a padded slot beside the factors, per replica. */
  slot_overhead: number;
}

export interface Hardware {
  gpu: Gpu;
  gpus_per_node: number;
  /** GPUs of one replica = tensor × pipeline; experts spread over `expert` of them. */
  parallel: { tensor: number; pipeline: number; expert: number };
  /** Whole system. Must be a multiple of cells. */
  replicas: number;
  cells: number;
  node: {
    host_memory: number;
    disk: { capacity: number; bandwidth: number; latency: number };
    network: { bandwidth: number; latency: number };
    price_per_hour: number;
    power: number;
  };
  /** Shared by the whole system; cells divide it anew every `interval` seconds. Infinity: never binding. */
  object_store: { bandwidth: number; latency: number; concurrency: number; interval: number };
}

export interface Gpu {
  name: string;
  memory: number;
  memory_bandwidth: number;
  /** Dense FLOP/s by dtype; a dtype that is missing runs at the next wider one. */
  flops: Partial<Record<Dtype, number>>;
  /** One direction, per GPU, bytes/s. */
  intra_node_bandwidth: number;
  inter_node_bandwidth: number;
  pcie_bandwidth: number;
  price_per_hour: number;
  power: number;
}

/** What may be absent is off: the scenario is then the same as before the field existed. */
export interface Serving {
  /** Preset whose defaults were filled in (presets/engines). */
  engine?: string;
  /** Family `cost`: roofline, coefficients, profile. */
  cost: Choice;
  /** GPU slots for adapters per replica (vLLM max_loras). With `kv.pool: unified` it bounds the count only. */
  slots: number;
  /** Padded slots: the rank and the modules they are made for. */
  slot_rank?: number;
  slot_modules?: 'adapter' | 'linear' | 'all';
  /** Largest number of running requests, tokens a step, and distinct adapters a step. */
  max_batch: number;
  max_batch_tokens: number;
  max_adapters_per_batch: number;
  chunked_prefill: boolean;
  kv: {
    block_tokens: number;
    /** Share of GPU memory the engine may use. */
    memory_fraction: number;
    preemption: 'recompute' | 'swap';
    /** What a preempted request finds again: nothing, or its blocks that nobody was given meanwhile. */
    preempted_prefix?: 'dropped' | 'cached';
    pool: 'static' | 'unified';
    /** What a request must find before it starts: room for its prompt, or for the most tokens that the batch will ever hold. */
    reserve?: 'prompt' | 'peak';
  };
  /** Whole prompts share steps with decoding requests (chunked_prefill: false). */
  mixed_steps?: boolean;
  /** Decode steps between two prefills while anything decodes (chunked_prefill: false). */
  decode_between_prefills?: number;
  /** Requests whose prompts are prefilled at once. */
  max_prefills?: number;
  /** A request that would wait longer than `deadline` − `margin` for its first step is refused. */
  early_abort?: { deadline: number; margin: number };
  /** An idle replica looks for requests this often, seconds. */
  idle_poll?: number;
  /** Seconds before a replica serves, and for each of its slots. */
  startup?: { base: number; per_slot: number };
  /** One adapter at a time is merged into the weights: always, or (adaptive) where one has most of the requests. */
  merge?: { passes: number; memory_efficiency: number; adaptive?: { above: number; below: number } };
  /** Adapters in the batch give way to one whose requests have waited for `after` seconds. */
  drain?: { after: number; tolerance: number };
  /** What a request meets whose adapter is not ready; and seconds that steps have between two builds of the engine. */
  readiness?: { unready: 'hold' | 'refuse'; gap: number };
  scheduling: Choice;
  /** How many waiting requests a scheduling pass may look past while they wait for a slot (vLLM: all). */
  skip_window: number;
  /** Seconds from a client's send to the engine's queue: HTTP, tokenisation, gateway. */
  frontend?: number;
  /** Coefficient of variation of it, lognormal; absent: every request takes the same. */
  frontend_cv?: number;
  /** Its page of metrics is read: seconds between two readings, and what a line and an adapter named in it take to render. */
  metrics_page?: { every: number; line?: number; name?: number };
  routing: Choice;
  admission: Choice;
  tiers: {
    gpu: { eviction: Choice; keep?: 'until-evicted' | 'while-used' };
    /** Bytes a node, divided evenly among its replicas. */
    host: { capacity: number; entries?: number; eviction: Choice };
    disk: { capacity: number; eviction: Choice };
  };
  prefetch: Choice;
  /** The `count` most popular adapters of each cell (at t = 0) are in host memory from the start and never leave it. */
  pin: {
    count: number;
    /** As many have a GPU slot from the start, and keep it. */
    gpu?: number;
  };
  loader: Loader;
}

export interface Loader {
  /** Loads in progress per replica, and how many may queue behind them before a request is refused. */
  concurrency: number;
  queue: number;
  resolve: number;
  /** Seconds per tensor object and per load. */
  build_per_object: number;
  build: number;
  /** The engine's exclusive lock: seconds per load, one load at a time. */
  register: number;
  /** The first registration after every so many takes so many seconds longer. */
  pause?: { every: number; time: number };
  /** Whether building and registering go on beside the engine's steps, or between them; and how many between two. */
  build_in?: 'background' | 'engine';
  builds_per_step?: number;
  /** How concurrent transfers share a link; `private`: not at all, each has the whole of it. */
  discipline: 'serial' | 'fair' | 'private';
  /** Host → GPU copies: block the engine's step, or run beside it. */
  activation: 'blocking' | 'overlapped';
  /** Seconds per activation beside the bytes over PCIe. */
  activate: number;
}

export interface Lifecycle {
  /** Family `updates`: when adapters are trained anew. */
  updates: Choice;
  /** Families `durations`: from the wish for a revision to its registration; of its evaluation. */
  training: Choice;
  evaluation: { duration: Choice; pass: number };
  /** Where a revision that passed is loaded, before it is ready, by who holds the one in use. */
  prewarm: 'none' | 'disk' | 'host';
  rollback: { share: number; after: Choice };
  base_upgrade: { at: number; rate: number; order: 'popular' | 'any' } | null;
}

export interface Slo {
  ttft: number;
  tpot: number;
  e2el: number;
}

export interface Threshold {
  metric: string;
  op: '<' | '<=' | '>' | '>=' | '==' | '!=';
  value: number;
  severity: 'fail' | 'warn';
}
