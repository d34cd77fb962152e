/** Engine presets by the name that `serving.engine` gives. */
import { dlora } from './dlora.ts';
import type { EngineEntry } from './entry.ts';
import { mint } from './mint.ts';
import { punica } from './punica.ts';
import { sLora } from './s-lora.ts';
import { sLoraMerged } from './s-lora-merged.ts';
import { sglang } from './sglang.ts';
import { vllmV0 } from './vllm-v0.ts';
import { vllmV1 } from './vllm-v1.ts';

export const ENGINES: Readonly<Record<string, EngineEntry>> = {
  'vllm-v1': vllmV1,
  'vllm-v0': vllmV0,
  sglang,
  's-lora': sLora,
  's-lora-merged': sLoraMerged,
  punica,
  mint,
  dlora,
};
