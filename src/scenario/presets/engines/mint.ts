import type { EngineEntry } from './entry.ts';
import { vllmV1 } from './vllm-v1.ts';

export const mint: EngineEntry = {
  summary:
    'MinT on vLLM V1: 64 slots, one load at a time under the engine’s exclusive lock, bounded queue, activation beside traffic',
  source: 'arXiv 2605.13779v2, sections 3.4, 4.3 and 5.3, tables 2, 8, 17 and 18',
  sets: {
    ...vllmV1.sets,
    slots: { value: 64, source: 'table 17: GPU slots 32 or 64; table 2: at most 64 distinct adapters in a batch' },
    'tiers.host.entries': { value: 2048, source: 'table 17: CPU slots 1024 or 2048' },
    'tiers.host.eviction': { value: 'lru', source: 'table 2: LRU under memory pressure' },
    'loader.concurrency': {
      value: 1,
      source: 'section 4.3: different missing policies are serialised by an exclusive writer',
    },
    'loader.queue': { value: 64, source: 'section 4.3: bounded backpressure; a burst of 64 is served, so no less' },
    'loader.build_per_object': { value: '20.2us', source: 'table 8: 0.754 s for 37,248 objects (packed: 672)' },
    'loader.build': { value: '12ms', source: 'table 8: 0.0256 s for 672 objects, less those of the objects' },
    'loader.register': {
      value: '124ms',
      source: 'table 8: packed live load of 0.156 s less build and read; of an unpacked load 0.242 s are left',
    },
    'loader.build_in': {
      value: 'engine',
      source: 'section 5.3: add_lora runs in the executor, beside traffic that waits',
    },
    'loader.builds_per_step': { value: 1, source: 'section 5.3: activation concurrency 1' },
    'loader.discipline': { value: 'serial', source: 'one load at a time' },
  },
  leaves: 'two-phase readiness, which a deployer switches on: readiness: {unready: refuse, gap: 5s}',
  calibrations: ['mint'],
};
