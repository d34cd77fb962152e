import type { EngineEntry } from './entry.ts';

export const dlora: EngineEntry = {
  summary: 'dLoRA on early vLLM: adapters merged into the weights and apart by turns, prefill beside decode, swapping',
  source: 'Wu et al., OSDI 2024; LLMServe/dLoRA-artifact @75f1c43, vllm/core/scheduler.py and engine/engine_manager.py',
  sets: {
    merge: {
      value: { adaptive: {} },
      source: 'scheduler.py, _credit_schedule: merge_right_threshold 1, merge_left_threshold 0.015 / 0.027',
    },
    chunked_prefill: {
      value: true,
      source: '_prepare_scheduleroutputs: prompts join decoding requests within one token budget, whole',
    },
    max_batch: { value: 16, source: 'engine/arg_utils.py, max_num_seqs' },
    max_batch_tokens: { value: 4096, source: 'engine/arg_utils.py, max_num_batched_tokens' },
    slots: { value: 16, source: 'engine/arg_utils.py, gpu_capacity' },
    skip_window: { value: 'none', source: 'a request whose adapter has no room is passed over' },
    'kv.block_tokens': { value: 16, source: 'block_size' },
    'kv.memory_fraction': { value: '90%', source: 'gpu_memory_utilization' },
    'kv.preemption': { value: 'swap', source: '_preempt swaps what is in the ready queue' },
    'kv.pool': { value: 'static', source: 'adapters are placed before the KV cache is sized' },
    scheduling: { value: 'fcfs', source: 'PolicyFactory fcfs' },
    'loader.activation': { value: 'blocking', source: 'worker/lora_engine.py copies before the forward pass' },
    prefetch: { value: 'none', source: 'placement moves adapters, not requests in flight' },
    cost: {
      value: { model: 'roofline', lora_kernel: 'padded' },
      source: 'layers/lora.py: einsum over stacked adapters of one rank',
    },
  },
  leaves:
    'pausing of requests of other adapters while one is merged (they end first here); thresholds that adapt to measured throughput; credits ' +
    'against starvation; dispatch by replica cost and migration between replicas',
  calibrations: ['dlora'],
};
