/** Resolved scenarios for the cost models' tests: a base, a GPU, and what a test changes. */
import { GPUS } from '../../../src/scenario/presets/gpus.ts';
import { MODELS } from '../../../src/scenario/presets/models.ts';
import type { AdapterModule, BaseModel, Gpu, Scenario } from '../../../src/scenario/scenario.ts';

export const ALL_LINEAR: AdapterModule[] = [
  'q',
  'k',
  'v',
  'q_a',
  'q_b',
  'kv_a',
  'kv_b',
  'o',
  'gate',
  'up',
  'down',
  'shared_experts',
  'experts',
];

export interface Options {
  base?: string | BaseModel;
  gpu?: string | Gpu;
  tensor?: number;
  pipeline?: number;
  expert?: number;
  gpus_per_node?: number;
  ranks?: number[];
  modules?: AdapterModule[];
  adapter?: Partial<Scenario['adapter']>;
  serving?: Partial<Scenario['serving']>;
  kv?: Partial<Scenario['serving']['kv']>;
}

export function scenario(options: Options = {}): Scenario {
  const { base = 'llama-3.1-8b', gpu = 'h100', ranks = [16] } = options;
  return {
    base: typeof base === 'string' ? MODELS[base] : base,
    population: { cohorts: [{ share: 1, rank: null }] },
    adapter: {
      rank: { ranks: ranks.map((rank) => ({ rank, share: 1 / ranks.length })), assign: 'hash' },
      modules: options.modules ?? ALL_LINEAR,
      dtype: 'bf16',
      layout: 'padded-slots',
      packed: false,
      host_expansion: 1,
      slot_overhead: 0,
      ...options.adapter,
    },
    hardware: {
      gpu: typeof gpu === 'string' ? GPUS[gpu] : gpu,
      gpus_per_node: options.gpus_per_node ?? 8,
      parallel: { tensor: options.tensor ?? 1, pipeline: options.pipeline ?? 1, expert: options.expert ?? 1 },
    },
    serving: {
      slots: 8,
      max_batch: 256,
      max_batch_tokens: 2048,
      kv: { block_tokens: 16, memory_fraction: 0.9, preemption: 'recompute', pool: 'static', ...options.kv },
      ...options.serving,
    },
  } as unknown as Scenario;
}
