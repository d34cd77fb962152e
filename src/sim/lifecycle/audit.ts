/** The lifecycle's part of the audit of `--check`. O(revisions + requests in flight). */
import type { Cell } from '../cell.ts';
import { invariant } from '../invariants.ts';
import type { Lifecycle } from './lifecycle.ts';
import { PREWARMING, READY, ROLLED_BACK, SUPERSEDED } from './revisions.ts';

export function auditLifecycle(cell: Cell, { revisions: r }: Lifecycle): void {
  const { table: t } = cell.parts;
  const underWay = new Set<number>();
  const inUse = new Set<number>();
  for (let n = 0; n < r.count; n++) {
    const adapter = r.adapter[n];
    const where = `revision ${n} of adapter ${adapter}`;
    const state = r.state[n];
    if (state <= PREWARMING) {
      invariant(!underWay.has(adapter) && r.latest(adapter) === n, 'INV-12', where, r.latest(adapter), n);
      underWay.add(adapter);
    }
    if (state !== READY) continue;
    invariant(!inUse.has(adapter), 'INV-13', where, 2, 1);
    invariant(r.current(adapter) === r.adapters + n, 'INV-13', where, r.current(adapter), r.adapters + n);
    invariant(r.readyNs[n] >= r.evaluatedNs[n], 'INV-13', where, r.readyNs[n], r.evaluatedNs[n]);
    inUse.add(adapter);
  }
  for (let request = 0; request < t.state.length; request++) {
    const n = t.state[request] === 0 ? -1 : t.adapter[request] - r.adapters;
    if (n < 0) continue;
    const state = r.state[n];
    const was = state === READY || state === SUPERSEDED || state === ROLLED_BACK;
    const arrivedNs = t.arrivalNs[request] + t.wayNs[request];
    invariant(was && r.readyNs[n] <= arrivedNs, 'INV-11', `request ${request}`, r.readyNs[n], arrivedNs);
  }
}
