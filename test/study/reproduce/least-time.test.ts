/**
 * Published rows against the data sheet: the least time that the prompts of all clients and the reads of their KV memory take at
 * full FLOP/s and bandwidth, as a share of the time that the rows say a request took. What a caveat says of it is computed here.
 */
import { expect, test } from 'vitest';
import { roofline } from '../../../src/sim/cost/roofline.ts';
import { TICKS_PER_SECOND } from '../../../src/sim/cost/step-cost.ts';
import { publishedFile, readReproduction } from '../../../src/study/reproduce/published.ts';
import { type PublishedRow, rowsOf } from '../../../src/study/reproduce/rows.ts';

const AT_PEAK = {
  ...{ lora: false, memory_efficiency: 1, flops_efficiency: 1, attention_efficiency: 1 },
  ...{ step_overhead: 0, kernel_gap: 0, collective_base: 0, intra_node_hop: 0 },
};

/** In a closed loop each client has one request in the time of a request. */
function leastShare({ scenario, settings, published }: PublishedRow): number {
  const { prompt, output, clients } = settings as { prompt: number; output: number; clients: number };
  const cost = roofline.create(roofline.params.parse(AT_PEAK), scenario);
  const prefill = cost.base[prompt] - cost.collective[prompt] + cost.prefillAttention(prompt, 0);
  const reads = (output - 1) * cost.attendedTicks * (prompt + output / 2);
  const took = published.get('ttft_ms_mean')! + (output - 1) * published.get('tpot_ms_mean')!;
  return (clients * (prefill + reads)) / TICKS_PER_SECOND / (took / 1e3);
}

test('rows that no GPU can have computed are said to be that', () => {
  const reproduction = readReproduction(publishedFile('scenarios/published', 'base-vllm-0.12'));
  const rows = rowsOf(reproduction);
  const name = 'llama-3.1-8b-h200-fp8';
  const own = rows.filter(({ group }) => group.name === name).map(leastShare);
  const others = rows.filter(({ group }) => group.name !== name).map(leastShare);
  const caveat = reproduction.file.groups.find((group) => group.name === name)!.caveat;
  const impossible = own.filter((share) => share > 1).length;
  expect(caveat).toContain(`${impossible} of these ${own.length} rows`);
  expect(caveat).toContain(`${Math.max(...own).toFixed(2)} times as long as published`);
  expect(caveat).toContain(`none less than ${Math.min(...own).toFixed(2)}`);
  expect(caveat).toContain(`no other row of this file needs more than ${Math.max(...others).toFixed(2)}`);
});
