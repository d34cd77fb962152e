import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import { tinyScenario } from '../engine/fixture.ts';
import { arrivalsOf, runSystem, type System, systems } from './random-systems.ts';

/** Two adapters that together fill a unified pool once kept taking each other's blocks, and nobody ever ran. */
const TURNS: System = {
  maxBatch: 4,
  budget: 44,
  blockTokens: 16,
  spareTokens: 0,
  unified: true,
  adapterBlocks: [8, 10],
  slots: 3,
  adaptersPerBatch: 6,
  hostEntries: 2,
  diskEntries: 7,
  lifecycle: null,
  pinned: 2,
  skipWindow: 1,
  chunked: false,
  swap: true,
  blocking: false,
  serial: false,
  concurrency: 3,
  queue: 1,
  build: 0.0005,
  register: 0.0007,
  activate: 0.0002,
  windowed: false,
  adapters: 4,
  replicas: 1,
  replicasPerNode: 2,
  start: 'host-warm',
  scheduling: { name: 'vtc', params: { input_weight: 1, output_weight: 2 } },
  routing: { name: 'power-of-two', params: {} },
  admission: { name: 'unlimited', params: {} },
  prefetch: { name: 'history', params: { interval: 0.002, lead: 0.004, smoothing: 0.25, tracked: 4 } },
  gpuEviction: { name: 'sieve', params: {} },
  hostEviction: { name: 'random', params: {} },
  diskEviction: { name: 'random', params: {} },
  spread: 1000000,
  requests: [
    { at: 34, adapter: 546047, user: 3, cohort: 0, prompt: 2, output: 33 },
    { at: 28, adapter: 717345, user: 3, cohort: 1, prompt: 57, output: 1 },
    { at: 26, adapter: 830828, user: 3, cohort: 0, prompt: 62, output: 55 },
    { at: 59, adapter: 384339, user: 3, cohort: 1, prompt: 44, output: 2 },
    { at: 63, adapter: 420361, user: 3, cohort: 0, prompt: 58, output: 6 },
    { at: 43, adapter: 8, user: 0, cohort: 1, prompt: 41, output: 1 },
    { at: 39, adapter: 19151, user: 0, cohort: 0, prompt: 2, output: 48 },
    { at: 4, adapter: 9542, user: 5, cohort: 0, prompt: 6, output: 5 },
    { at: 14, adapter: 601881, user: 1, cohort: 0, prompt: 27, output: 37 },
  ],
};

describe('every policy under every limit, audited after each event', () => {
  it('serves or refuses every request, in possible times, and leaves nothing behind', () => {
    fc.assert(
      fc.property(systems, (s) => {
        const arrivals = arrivalsOf(s);
        const { cell, log } = runSystem(s, arrivals);
        expect(cell.inFlight).toBe(0);
        expect(cell.arrivals).toBe(arrivals.length);
        if (s.queue === 1000 && s.admission.name === 'unlimited') expect(cell.refused).toBe(0);
        const copyNs = [8, 64].map((rank) =>
          Math.round((s.activate + adapterFootprint(tinyScenario(), rank).gpuBytes / 1e10) * 1e9),
        );
        for (const f of log.finishedRequests) {
          expect(f.queueNs).toBeGreaterThanOrEqual(0);
          expect(f.adapterWaitNs).toBeGreaterThanOrEqual(0);
          expect(f.queueNs + f.adapterWaitNs).toBeLessThanOrEqual(f.firstNs - f.arrivalNs);
          // Every cost grows with the batch, so nobody is faster than alone; the copy may have been made for somebody else.
          expect(f.endNs - f.arrivalNs).toBeGreaterThanOrEqual(
            f.aloneNs - (f.adapter < 0 ? 0 : copyNs[f.adapter % 2]) - 1,
          );
        }
        for (const replica of cell.parts.replicas) {
          expect([
            replica.running,
            replica.waiting.size,
            replica.activating,
            replica.loader.active,
            replica.loader.queued,
          ]).toEqual([0, 0, 0, 0, 0]);
          expect([replica.busy, replica.gpu.pinned]).toEqual([false, 0]);
          expect(replica.host.pinned).toBe(s.lifecycle === null ? Math.min(s.pinned, s.adapters) : 0);
          expect(replica.kv.freeBlocks + replica.blocksOfAdapters()).toBe(replica.kv.totalBlocks);
        }
      }),
      { numRuns: 150, seed: 8, examples: [[TURNS]] },
    );
  });
});
