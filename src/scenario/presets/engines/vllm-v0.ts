import type { EngineEntry } from './entry.ts';
import { vllmV1 } from './vllm-v1.ts';

const { 'kv.preemption': _, ...shared } = vllmV1.sets;

export const vllmV0: EngineEntry = {
  summary: 'vLLM V0: prefill before decode and apart from it, adapter slots at the largest rank out of KV memory',
  source: 'vllm-project/vllm, vllm/core/scheduler.py, v0.5.0',
  sets: {
    ...shared,
    chunked_prefill: {
      value: false,
      source: '_schedule_default: prompts first, whole; decoding only where none can start',
    },
    max_batch: { value: 256, source: 'max_num_seqs' },
    max_batch_tokens: { value: 4096, source: 'max_num_batched_tokens is the longest context, here that of Llama-2' },
    skip_window: {
      value: 'none',
      source: '_schedule_prefills puts a request whose adapter has no room back and goes on',
    },
    'kv.preemption': { value: 'recompute', source: 'PreemptionMode.RECOMPUTE for requests of one sequence' },
    cost: { value: { model: 'roofline', lora_kernel: 'padded' }, source: 'Punica kernels on buffers of max_lora_rank' },
  },
  leaves: 'swapping of sequence groups; delay_factor; chunked prefill, which V0 had as an option',
  calibrations: ['vllm-0.5'],
};
