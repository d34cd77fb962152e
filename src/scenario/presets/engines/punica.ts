import type { EngineEntry } from './entry.ts';

export const punica: EngineEntry = {
  summary: 'Punica: first come, first served, batches of 32, one prompt a step beside the decoding requests',
  source: 'Chen et al., MLSys 2024 (arXiv 2310.18547); punica-ai/punica @591b598',
  sets: {
    chunked_prefill: { value: true, source: 'section 5: prefill and decode share a step' },
    max_prefills: { value: 1, source: 'section 5: the prefill batch is limited to one request' },
    max_batch: { value: 32, source: 'section 7: the largest batch' },
    max_batch_tokens: { value: 8192, source: 'a prompt is prefilled whole: no bound in reach of its lengths' },
    slots: { value: 32, source: 'a batch of 32 has no more adapters' },
    skip_window: { value: 0, source: 'section 5: first come, first served' },
    'kv.block_tokens': { value: 16, source: 'KvCache pages of the repository' },
    'kv.preemption': { value: 'recompute', source: 'section 5: the newest request is evicted and prefilled again' },
    'kv.pool': { value: 'static', source: 'adapters are loaded beside the KV cache' },
    scheduling: { value: 'fcfs', source: 'section 5' },
    'loader.activation': {
      value: 'overlapped',
      source: 'section 5.2: an asynchronous copy; the request joins the next step',
    },
    prefetch: { value: 'none', source: 'section 5.2: loaded on demand' },
    routing: { value: 'largest-batch', source: 'section 5.1: the GPU with the largest batch that has room' },
    cost: { value: { model: 'roofline', lora_kernel: 'max' }, source: 'SGMV and BGMV take one rank a launch' },
  },
  leaves: 'one queue for all GPUs; migration of an evicted request to another GPU, and to consolidate',
  calibrations: ['punica'],
};
