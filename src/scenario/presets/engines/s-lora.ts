import type { EngineEntry } from './entry.ts';

export const sLora: EngineEntry = {
  summary: 'S-LoRA on LightLLM: one pool for KV cache and adapters, admission by peak tokens, prefill and decode apart',
  source: 'Sheng et al., MLSys 2024; S-LoRA/S-LoRA @c1ddf48, slora/server/router',
  sets: {
    chunked_prefill: { value: false, source: 'manager.py: a prefill step holds whole prompts and no decoding request' },
    decode_between_prefills: { value: 10, source: 'manager.py, max_wait_tokens' },
    idle_poll: { value: '10ms', source: 'manager.py, loop_for_fwd sleeps where no batch runs' },
    max_batch: { value: 1000, source: 'api_server.py, running_max_req_size' },
    max_batch_tokens: {
      value: 3072,
      source: 'api_server.py, batch_max_tokens of pools up to 18,432 tokens (else a sixth)',
    },
    slots: { value: 65_536, source: 'no bound but the pool' },
    skip_window: { value: 0, source: 'req_queue.py: the first request that does not fit holds the line' },
    'kv.pool': { value: 'unified', source: 'unified paging: adapters and KV cache share the pool' },
    'kv.block_tokens': { value: 1, source: 'the pool is allotted by the token' },
    'kv.reserve': { value: 'peak', source: 'req_queue.py, _can_add_new_req' },
    scheduling: { value: 'fcfs', source: 'req_queue.py, waiting_req_list' },
    'tiers.gpu.keep': {
      value: 'while-used',
      source: 'manager.py, offload_adapters after each batch with a finished request',
    },
    'loader.activation': { value: 'blocking', source: 'manager.py awaits load_adapters before the prefill' },
    prefetch: { value: 'none', source: '--prefetch is off by default' },
    cost: {
      value: { model: 'roofline', lora_kernel: 'mean' },
      source: 'MBGMM and MBGMV compute each adapter at its own rank',
    },
  },
  leaves:
    'the newest-first order that early abort falls into when requests come faster than batches (early_abort is off here)',
  calibrations: ['s-lora'],
};
