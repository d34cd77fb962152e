import { describe, expect, it } from 'vitest';
import { adaptersFit, fitText } from '../../src/cli/adapters-fit.ts';
import { planLines, planOf } from '../../src/cli/plan.ts';
import { FAMILIES } from '../../src/run/families.ts';
import { adapterFootprint } from '../../src/scenario/geometry.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';

const load = (extra: string, hardware = '') =>
  loadScenarioText(
    `version: 1\npopulation: {users: 50000, rate: 1/s}\nbase: llama-3.1-8b\nhardware: {gpu: h100, replicas: 8, ${hardware} node: {host_memory: 256GiB, disk: {capacity: 100GB}}}\n${extra}\n`,
    'a.yaml',
    { families: FAMILIES },
  ).scenario;

describe('how many adapters fit', () => {
  it('is what a replica has of its node, and what a node has', () => {
    const scenario = load('adapter: {rank: 16, modules: all-linear}\nserving: {slots: 24}');
    const { hostBytes, diskBytes } = adapterFootprint(scenario, 16);
    const fit = adaptersFit(scenario);
    // Eight replicas of one GPU share three quarters of the node's memory.
    expect(fit.host_per_replica).toBe(Math.floor((0.75 * 256 * 2 ** 30) / 8 / hostBytes));
    expect(fit.disk_per_node).toBe(Math.floor(100e9 / diskBytes));
    expect(fit.gpu_per_replica).toBe(24);
    const line = Object.fromEntries(planLines(planOf(scenario))).fit;
    expect(line).toMatch(
      /^of 50,000 adapters \(80 MiB in the mean\) each replica has room for 24 on its GPUs and 307 in/,
    );
  });

  it('weighs ranks by their shares', () => {
    const mixed = adaptersFit(load('adapter: {rank: [{rank: 8, share: 0.75}, {rank: 64, share: 0.25}]}'));
    const [small, large] = [8, 64].map((rank) => adaptersFit(load(`adapter: {rank: ${rank}}`)).mean_disk_bytes);
    expect(mixed.mean_disk_bytes).toBeCloseTo(0.75 * small + 0.25 * large, 0);
  });

  it('counts all nodes of a replica that is wider than one', () => {
    const wide = adaptersFit(load('', 'gpus_per_node: 4, parallel: {tensor: 8},'));
    const narrow = adaptersFit(load('', 'gpus_per_node: 4, parallel: {tensor: 4},'));
    expect(wide.nodes_per_replica).toBe(2);
    expect(wide.disk_per_node / narrow.disk_per_node).toBeCloseTo(2, 2);
    expect(wide.host_per_replica / narrow.host_per_replica).toBeCloseTo(2, 2);
  });

  it('says all where all do, and none where there is no disk', () => {
    const scenario = load('serving: {tiers: {disk: {capacity: 0}, host: {entries: 7}}}');
    expect(fitText(5, adaptersFit(scenario))).toMatch(
      /room for all on its GPUs and all in its 24 GiB of host memory, .* for 0$/,
    );
    expect(adaptersFit(scenario).host_per_replica).toBe(7);
  });
});
