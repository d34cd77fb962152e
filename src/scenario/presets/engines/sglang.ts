import type { EngineEntry } from './entry.ts';

export const sglang: EngineEntry = {
  summary: 'SGLang: eight adapter slots, prefill before decode and apart from it, KV memory by the token',
  source: 'sgl-project/sglang, python/sglang/srt (server_args.py, lora/, managers/scheduler.py), 2025',
  sets: {
    chunked_prefill: {
      value: false,
      source: 'scheduler.py: prefill batches come first and alone (mixed chunks are an option)',
    },
    max_batch: { value: 256, source: 'max_running_requests follows from memory; a round bound' },
    max_batch_tokens: { value: 16_384, source: 'server_args.py, max_prefill_tokens' },
    slots: { value: 8, source: 'server_args.py, max_loras_per_batch' },
    skip_window: {
      value: 'none',
      source: 'scheduler.py: a request whose adapter cannot join the batch is passed over',
    },
    slot_modules: { value: 'adapter', source: 'mem_pool.py: buffers of the target modules (lora_target_modules)' },
    'kv.block_tokens': { value: 1, source: 'server_args.py, page_size' },
    'kv.memory_fraction': { value: '88%', source: 'server_args.py, mem_fraction_static of one GPU' },
    'kv.preemption': { value: 'recompute', source: 'schedule_batch.py, retract_decode' },
    'kv.pool': { value: 'static', source: 'mem_pool.py: buffers beside the KV cache' },
    scheduling: { value: 'fcfs', source: 'schedule_policy.py, fcfs' },
    'tiers.gpu.eviction': { value: 'lru', source: 'server_args.py, lora_eviction_policy' },
    'tiers.host.eviction': { value: 'lru', source: 'lora_registry.py, max_loaded_loras' },
    'loader.activation': {
      value: 'blocking',
      source: 'lora_manager.py, prepare_lora_batch (overlapped: lora_overlap_loader.py)',
    },
    prefetch: { value: 'none', source: 'adapters are loaded for requests that are scheduled' },
    cost: { value: { model: 'roofline', lora_kernel: 'padded' }, source: 'csgmv computes the padded rank' },
  },
  leaves:
    'prefix caching; chunks of prompts beyond chunked_prefill_size; what a deployer switches on: drain: {after: 3s} (lora_drain_wait_threshold), ' +
    'pin.gpu (pinned adapters)',
};
