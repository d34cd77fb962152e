import type { EngineEntry } from './entry.ts';
import { sLora } from './s-lora.ts';

export const sLoraMerged: EngineEntry = {
  summary: 'S-LoRA with its PEFT scheduler: one adapter at a time merged into the weights, batches of one adapter',
  source:
    'S-LoRA/S-LoRA @c1ddf48, slora/server/router/peft_req_queue.py; the merged mode of dLoRA (OSDI 2024) is the same',
  sets: {
    ...sLora.sets,
    merge: { value: {}, source: 'merge_adapter and unmerge_adapter around the batches of one adapter' },
    skip_window: {
      value: 30,
      source: 'peft_req_queue.py, max_other_waited_reqs: before the first request of the merged adapter',
    },
  },
  leaves: 'the adapter is taken out only when another one follows, not whenever the batch is empty',
  calibrations: ['s-lora'],
};
