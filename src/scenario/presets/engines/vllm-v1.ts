import type { EngineEntry } from './entry.ts';

export const vllmV1: EngineEntry = {
  summary:
    'vLLM V1: one token budget for decode and chunked prefill, adapter slots at the largest rank out of KV memory',
  source: 'vllm-project/vllm, vllm/v1/core/sched/scheduler.py, v0.8.5 and later',
  sets: {
    chunked_prefill: { value: true, source: 'scheduler.py: running requests first, then prompts, within one budget' },
    max_batch: { value: 256, source: 'max_num_seqs on GPUs below 70 GiB, v0.8.5' },
    max_batch_tokens: {
      value: 2048,
      source: 'max_num_batched_tokens of the API server on GPUs below 70 GiB, v0.8.5 (8192 on larger ones)',
    },
    skip_window: { value: 'none', source: 'PR #15422: a request whose adapter can have no slot is skipped' },
    slot_modules: {
      value: 'linear',
      source: 'lora/models.py: buffers for every supported module (Llama has embedding and LM head among them: all)',
    },
    'kv.block_tokens': { value: 16, source: 'block_size' },
    'kv.memory_fraction': { value: '90%', source: 'gpu_memory_utilization' },
    'kv.preemption': { value: 'recompute', source: 'V1 has no swapping' },
    'kv.pool': { value: 'static', source: 'slots are allocated before KV memory is profiled' },
    scheduling: { value: 'fcfs', source: 'scheduling policy fcfs' },
    'tiers.gpu.eviction': { value: 'lru', source: 'lora/models.py, LRUCacheLoRAModelManager' },
    'tiers.host.eviction': { value: 'lru', source: 'lora/models.py, max_cpu_loras' },
    'loader.concurrency': { value: 1, source: 'a worker loads one adapter at a time' },
    'loader.activation': { value: 'blocking', source: 'set_active_adapters copies before the forward pass' },
    prefetch: { value: 'none', source: 'adapters are loaded for requests that are scheduled' },
    cost: {
      value: { model: 'roofline', lora_kernel: 'padded' },
      source: 'PR #22782: padding to max_lora_rank is computed',
    },
  },
  leaves:
    'prefix caching but of preempted requests (kv: {preempted_prefix: cached}); speculative decoding; somebody who reads the metrics page ' +
    '(metrics_page: {every: 2s}); start-up (startup: {base: 36s, per_slot: 3.8s} is v0.8.5 on an H100 at rank 16); ' +
    'loads into host memory inside a step (loader: {build_in: engine})',
  larger: {
    memory: 70 * 2 ** 30,
    except: /A100/,
    values: { max_batch: 1024, max_batch_tokens: 8192 },
    source: 'vllm/engine/arg_utils.py, OPENAI_API_SERVER; tests: test_defaults_with_usage_context',
  },
  calibrations: ['vllm-0.8', 'vllm-2025', 'vllm-0.12', 'vllm-0.19'],
};
