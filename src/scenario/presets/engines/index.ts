/** Engine presets by the name that `serving.engine` gives. */
import type { EngineEntry } from './entry.ts';
import { vllmV1 } from './vllm-v1.ts';

export const ENGINES: Readonly<Record<string, EngineEntry>> = {
  'vllm-v1': vllmV1,
};
