import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import { tinyScenario } from '../engine/fixture.ts';
import { arrivalsOf, runSystem, systems } from './random-systems.ts';

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
          expect(f.endNs - f.arrivalNs).toBeGreaterThanOrEqual(f.aloneNs - copyNs[f.adapter % 2] - 1);
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
          expect(replica.host.pinned).toBe(Math.min(s.pinned, s.adapters));
          expect(replica.kv.freeBlocks + replica.blocksOfAdapters()).toBe(replica.kv.totalBlocks);
        }
      }),
      { numRuns: 300, seed: 8 },
    );
  });
});
