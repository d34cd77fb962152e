/** The requests of S-LoRA's published runs, as its generator's own code draws them with NumPy: sums and ends of whole traces. */

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPopulation } from '../../src/sim/population/population.ts';
import { readReproduction } from '../../src/study/reproduce/published.ts';
import { rowsOf } from '../../src/study/reproduce/rows.ts';
import { simulate } from '../run/small.ts';

const reproduction = readReproduction(
  join(import.meta.dirname, '../../scenarios/published/s-lora-a10g.published.yaml'),
);
const rows = rowsOf(reproduction);
const find = (group: string, settings: Record<string, unknown>) =>
  rows.find(
    (row) => row.group.name === group && Object.entries(settings).every(([key, value]) => row.settings[key] === value),
  )!;

test.each([
  { group: 'rate-S1', settings: { rate: 2 }, lastS: 301.00485344611263, distinct: 187, first: 0 },
  { group: 'burstiness-S1', settings: { cv: 4 }, lastS: 353.7552165951454, distinct: 187, first: 0 },
  { group: 'skew-S1', settings: { alpha: 0.1 }, lastS: 301.00485344611263, distinct: 107, first: 342 },
])('$group $settings', ({ group, settings, lastS, distinct, first }) => {
  const { source } = createPopulation(find(group, settings).scenario, 0, null);
  const adapters: number[] = [];
  let prompts = 0;
  let outputs = 0;
  let lastNs = 0;
  while (source.nextNs !== Number.POSITIVE_INFINITY) {
    lastNs = source.nextNs;
    adapters.push(source.adapter);
    prompts += source.promptTokens;
    outputs += source.outputTokens;
    source.advance();
  }
  expect(adapters.length).toBe(600);
  expect([prompts, outputs]).toEqual([153447, 155474]);
  expect(new Set(adapters).size).toBe(distinct);
  expect(lastNs / 1e9).toBeCloseTo(lastS, 6);
  if (first > 0) expect(adapters.filter((adapter) => adapter === 0).length).toBe(first);
});

test('below the knee every first token comes within the six seconds', () => {
  const result = simulate(find('rate-S1-fit', { rate: 1 }).scenario);
  expect(result.lastFinishNs).toBeGreaterThan(299e9);
});
