/** Start rules of the plain simulator, on lists of requests: SGLang's drainer and dLoRA's choice of what is merged. */
interface Request {
  adapter: number;
  arrivalNs: number;
  output: number;
  generated: number;
}

/** Marks and clears draining adapters (draining → starving). Returns adapters in the batch → tokens until their last request ends. */
export function updateDraining(
  drainsFor: Map<number, number>,
  seen: { waiting: readonly Request[]; running: readonly Request[]; slotsTaken: boolean; kept: number },
  afterNs: number,
  nowNs: number,
): Map<number, number> {
  const left = new Map<number, number>();
  for (const r of seen.running) left.set(r.adapter, Math.max(left.get(r.adapter) ?? 0, r.output - r.generated));
  if (seen.slotsTaken) {
    const waits = new Map<number, number>();
    for (const r of seen.waiting) waits.set(r.adapter, Math.max(waits.get(r.adapter) ?? 0, nowNs - r.arrivalNs));
    const starving = [...waits.keys()]
      .filter((adapter) => waits.get(adapter)! > afterNs && ![...drainsFor.values()].includes(adapter))
      .sort((a, b) => waits.get(b)! - waits.get(a)! || a - b);
    for (const adapter of starving) {
      const free = [...left.keys()].filter((one) => !drainsFor.has(one) && one >= seen.kept);
      if (free.length === 0) break;
      free.sort((a, b) => left.get(a)! - left.get(b)! || a - b);
      drainsFor.set(free[0], adapter);
    }
  }
  for (const adapter of [...drainsFor.keys()]) if (!left.has(adapter)) drainsFor.delete(adapter);
  return left;
}

/** The only adapter whose requests start from now on; −1: all do. */
export function chooseOnly(
  only: number,
  all: readonly Request[],
  maxBatch: number,
  { above, below }: { above: number; below: number },
): number {
  const count = (adapter: number) => all.filter((r) => r.adapter === adapter).length;
  const together = Math.min(maxBatch, all.length);
  if (all.length === 0 || (only >= 0 && count(only) > 0 && count(only) >= below * together)) return only;
  const [most] = [...new Set(all.map((r) => r.adapter))].sort((a, b) => count(b) - count(a) || a - b);
  return count(most) >= above * together ? most : -1;
}
