/**
 * The whole-cell audit of `--check`: recomputes every running sum from the requests and residents themselves after every
 * event. O(requests in flight + residents), so for tests and bug hunts, not for long runs.
 */
import type { Replica } from './batching/replica.ts';
import { ACTIVATING, DECODING, PREFILLING, QUEUED } from './batching/request-table.ts';
import type { Cell } from './cell.ts';
import { invariant } from './invariants.ts';
import { auditLifecycle } from './lifecycle/audit.ts';
import type { Tier } from './residency/tier.ts';

export function auditCell(cell: Cell): void {
  const { table, replicas } = cell.parts;
  invariant(
    cell.arrivals === cell.finished + cell.refused + table.used,
    'INV-1',
    'cell',
    cell.finished + cell.refused + table.used,
    cell.arrivals,
  );
  invariant(cell.inFlight === table.used, 'INV-1', 'in flight', cell.inFlight, table.used);
  for (const [number, replica] of replicas.entries()) auditReplica(cell, replica, number);
  if (cell.parts.lifecycle !== null) auditLifecycle(cell, cell.parts.lifecycle);
}

function auditReplica(cell: Cell, replica: Replica, number: number): void {
  const { table: t, catalog } = cell.parts;
  const where = `replica ${number}`;
  const pins = new Uint16Array(replica.gpu.entries);
  let held = 0;
  let attended = 0;
  let outstanding = 0;
  let decoding = 0;
  for (let request = 0; request < t.state.length; request++) {
    if (t.state[request] === 0 || t.replica[request] !== number) continue;
    outstanding++;
    const slot = t.slot[request];
    if (slot >= 0) {
      pins[slot]++;
      invariant(
        replica.gpu.adapterAt(slot) === t.adapter[request],
        'INV-5',
        where,
        replica.gpu.adapterAt(slot),
        t.adapter[request],
      );
      const rankClass = catalog.rankClass(cell.adapterOf(t.adapter[request]));
      invariant(t.rankClass[request] === rankClass, 'INV-5', `${where} rank class`, t.rankClass[request], rankClass);
    }
    const state = t.state[request];
    if (state === PREFILLING) {
      held += t.blocks[request];
      checkRunnable(replica, slot, t.adapter[request], where);
    } else if (state === DECODING) {
      decoding++;
      const tokens = t.joinTokens[request] + (replica.steps - t.joinStep[request]);
      held += replica.kv.blocksFor(tokens);
      attended += tokens + 1;
      checkRunnable(replica, slot, t.adapter[request], where);
    } else if (state === ACTIVATING) {
      invariant(slot >= 0 && replica.slotActive[slot] === 0, 'INV-5', `${where} activating`, slot, 1);
    } else if (state === QUEUED) {
      invariant(
        t.prefillLeft[request] === 0 || t.prefillLeft[request] === t.prefillTotal[request],
        'INV-1',
        `${where} queued prefill`,
        t.prefillLeft[request],
        t.prefillTotal[request],
      );
    }
  }
  invariant(
    outstanding === cell.parts.outstanding[number],
    'INV-1',
    `${where} outstanding`,
    cell.parts.outstanding[number],
    outstanding,
  );
  invariant(decoding === replica.decoding, 'INV-8', `${where} decoding`, replica.decoding, decoding);
  invariant(attended === replica.attended, 'INV-8', where, replica.attended, attended);
  const adapters = replica.blocksOfAdapters();
  const total = replica.kv.freeBlocks + held + adapters;
  invariant(
    replica.kv.freeBlocks >= 0 && total === replica.kv.totalBlocks,
    'INV-3',
    where,
    total,
    replica.kv.totalBlocks,
  );
  for (let slot = 0; slot < pins.length; slot++) {
    const expected = pins[slot] + replica.ownPins(slot);
    invariant(replica.gpu.pins[slot] === expected, 'INV-9', `${where} slot ${slot}`, replica.gpu.pins[slot], expected);
  }
  auditTier(cell, replica.gpu, `${where} gpu`);
  auditTier(cell, replica.host, `${where} host`);
}

function checkRunnable(replica: Replica, slot: number, adapter: number, where: string): void {
  invariant(adapter < 0 || (slot >= 0 && replica.slotActive[slot] === 1), 'INV-5', where, slot, adapter);
}

function auditTier(cell: Cell, tier: Tier, where: string): void {
  let used = 0;
  let bytes = 0;
  let pinned = 0;
  for (let entry = 0; entry < tier.entries; entry++) {
    const adapter = tier.adapterAt(entry);
    if (adapter < 0) continue;
    used++;
    bytes += tier.sizeAt(entry);
    if (tier.pins[entry] > 0) pinned++;
    invariant(tier.find(adapter) === entry, 'INV-4', `${where} index`, tier.find(adapter), entry);
    invariant(
      tier.classAt(entry) === cell.parts.catalog.rankClass(cell.adapterOf(adapter)),
      'INV-4',
      `${where} class`,
      tier.classAt(entry),
      cell.parts.catalog.rankClass(cell.adapterOf(adapter)),
    );
  }
  invariant(used === tier.used, 'INV-4', `${where} entries`, tier.used, used);
  invariant(bytes === tier.usedBytes && bytes <= tier.capacityBytes, 'INV-4', `${where} bytes`, tier.usedBytes, bytes);
  invariant(pinned === tier.pinned, 'INV-9', where, tier.pinned, pinned);
}
