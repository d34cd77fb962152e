import { expect, test } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import { runTiny } from '../engine/fixture.ts';

/**
 * KV memory for 18 blocks, two slots, host memory for two adapters, and a loader that takes one load and lets none queue. A
 * request is preempted, its adapter leaves the slots and host memory for others, and the loader is busy when it is wanted again.
 */
test('a preempted request whose adapter left every tier waits for a full loader; it is not refused', () => {
  const arrivals = [
    { at: 100, adapter: 0, prompt: 14, output: 15 },
    { at: 300, adapter: 3, prompt: 17, output: 35 },
    { at: 400, adapter: 0, prompt: 4, output: 29 },
    { at: 500, adapter: 2, prompt: 18, output: 6 },
    { at: 600, adapter: 3, prompt: 2, output: 8 },
    { at: 700, adapter: 1, prompt: 10, output: 25 },
    { at: 900, adapter: 0, prompt: 21, output: 23 },
  ].map(({ at, ...rest }, user) => ({ arrivalNs: at * 1000, user, ...rest }));
  const { log } = runTiny({
    arrivals,
    adapters: 4,
    kvBlocks: 18,
    scenario: (s) => {
      Object.assign(s.serving, { slots: 2, max_adapters_per_batch: 2 });
      Object.assign(s.serving.loader, { concurrency: 1, queue: 0 });
      Object.assign(s.hardware.object_store, { bandwidth: 1e8, latency: 5e-6 });
      s.serving.tiers.host.capacity = 2 * adapterFootprint(s, 8).hostBytes;
    },
  });
  expect(log.preemptions).toBeGreaterThan(0);
  expect(log.refusals).toEqual([]);
  expect(log.finishedRequests.length).toBe(7);
});
