/** Which adapters `kernel loads` brings in: a dense and an expert architecture, packed and not, alone and many at once. */
import { adapterModules } from '../scenario/geometry.ts';
import { MODELS } from '../scenario/presets/models.ts';
import type { LoadSpec } from './loads.ts';

/** Not adapted in MinT's published adapters. */
const LEFT_OUT = ['embed', 'lm_head', 'router'];

export function loadPlan(quick: boolean, seed: string): LoadSpec[] {
  const adapters = quick
    ? [{ key: 'qwen3-0.6b', rank: 16 }]
    : [
        { key: 'qwen3-4b', rank: 32 },
        { key: 'qwen3-30b-a3b', rank: 1 },
      ];
  if (quick) adapters.push({ key: 'qwen3-30b-a3b', rank: 1 });
  return adapters.flatMap(({ key, rank }) => {
    const base = MODELS[key];
    const modules = adapterModules(base).filter((module) => !LEFT_OUT.includes(module));
    // Packing stacks experts; a dense adapter has the same tensors either way.
    return (base.moe === null ? [false] : [false, true]).flatMap((packed) =>
      (quick ? [1, 4] : [1, 4, 16]).map((concurrency) => ({
        adapter: { base, modules, rank, dtype: 'BF16' as const, packed },
        concurrency,
        rounds: quick ? 3 : 10,
        folder: null,
        seed,
      })),
    );
  });
}
