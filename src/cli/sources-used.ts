/** What a run took from others: the sources of the policies, laws, models and devices in its resolved scenario, and their works. */
import { FAMILIES } from '../run/families.ts';
import type { Entry } from '../scenario/family.ts';
import { GPUS } from '../scenario/presets/gpus.ts';
import { MODELS } from '../scenario/presets/models.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { FamilyName } from '../scenario/schema.ts';
import { worksCited } from '../scenario/sources/index.ts';

export interface SourceUsed {
  /** "eviction sieve", "model Qwen3-8B" */
  readonly what: string;
  /** As the entry says it. */
  readonly source: string;
  /** Keys of SOURCES. */
  readonly works: readonly string[];
}

/** Family of a choice by where it stands; the rest of a scenario's objects are no choices. */
const FAMILY_OF: readonly (readonly [RegExp, FamilyName])[] = [
  [/\.popularity$/, 'popularity'],
  [/\.drift$/, 'drift'],
  [/\.(prompt_tokens|output_tokens|turns)$/, 'lengths'],
  [/\.think_time$/, 'durations'],
  [/\.burstiness$/, 'burstiness'],
  [/\.arrivals$/, 'arrivals'],
  [/\.eviction$/, 'eviction'],
  [/\.prefetch$/, 'prefetch'],
  [/\.routing$/, 'routing'],
  [/\.scheduling$/, 'scheduling'],
  [/\.admission$/, 'admission'],
  [/\.cost$/, 'cost'],
];

/** The setting itself comes first: millions of adapters on one base. */
const SETTING: SourceUsed = {
  what: 'the setting',
  source: 'MinT (arXiv 2605.13779) and “On the Scaling of PEFT” (arXiv 2606.02437)',
  works: ['mint-2026', 'scaling-peft-2026'],
};

export function sourcesUsed(scenario: Scenario): SourceUsed[] {
  const used = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { name } = value as { name?: unknown };
    const family = FAMILY_OF.find(([place]) => place.test(path))?.[1];
    if (family !== undefined && typeof name === 'string') {
      const entry = (FAMILIES[family] as Readonly<Record<string, Entry>>)[name];
      if (entry !== undefined) used.set(`${family} ${name}`, entry.source);
    }
    for (const [key, child] of Object.entries(value)) walk(child, `${path}.${key}`);
  };
  walk(scenario, '');
  const model = Object.values(MODELS).find(({ name }) => name === scenario.base.name);
  if (model !== undefined) used.set(`model ${model.name}`, model.source);
  const gpu = Object.values(GPUS).find(({ name }) => name === scenario.hardware.gpu.name);
  if (gpu !== undefined) used.set(`GPU ${gpu.name}`, gpu.source);
  return [SETTING, ...[...used].map(([what, source]) => ({ what, source, works: worksCited(source) }))];
}
