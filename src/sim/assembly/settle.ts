/**
 * What the policies of host memory and disks would hold after a long time: lookups drawn from the popularity at t = 0 pass through
 * the tiers without clock, links or loads, until each tier that replaces has taken in 16 times what it holds, or was asked 50 times as
 * often; 20 million lookups at most. They are independent of each other, which real ones are not quite: sessions and bursts make LRU
 * look better than this.
 *
 * A few hundred nanoseconds a lookup; nothing of it is recorded.
 */
import type { AdapterDraw } from '../population/adapter-draw.ts';
import type { Tier } from '../residency/tier.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { AssemblyContext } from './context.ts';

/** Times that a tier is renewed. LRU forgets how it was filled in one; policies that hold on to what came back learn over many. */
const RENEWALS = 16;
/** Lookups of a tier, for each entry, that are enough where misses are too rare for that. */
const LOOKUPS_PER_ENTRY = 50;
/** Of a cell, some seconds: a disk of millions of adapters behind a good host memory hardly changes in more. */
const MOST_LOOKUPS = 2e7;

export function settle(context: AssemblyContext, routing: RoutingPolicy, popularity: AdapterDraw): void {
  const { catalog, layout, wiring } = context;
  const { nodes, replicas } = wiring;
  const random = context.stream('settling');
  const hasHomes = replicas.length > 1 && routing.home !== undefined;
  const progress = new Progress(replacing(context, hasHomes));
  for (let lookup = 0; lookup < MOST_LOOKUPS && progress.open > 0; lookup++) {
    const adapter = popularity.draw(random);
    const number = hasHomes ? routing.home!(adapter) : replicas.length === 1 ? 0 : random.integer(replicas.length);
    const { host } = replicas[number];
    const inHost = use(host, adapter);
    progress.asked(host, !inHost);
    if (inHost) continue;
    const rankClass = catalog.rankClass(adapter);
    const { disk } = nodes[layout.nodeOf[number]];
    if (disk !== null) {
      const onDisk = use(disk, adapter);
      progress.asked(disk, !onDisk);
      if (!onDisk) disk.insert(adapter, rankClass);
    }
    host.insert(adapter, rankClass);
  }
}

function use(tier: Tier, adapter: number): boolean {
  const entry = tier.find(adapter);
  if (entry < 0) return false;
  tier.touch(entry);
  return true;
}

/** Tiers that cannot hold whatever they are asked for: the others never evict. */
function replacing({ catalog, wiring }: AssemblyContext, hasHomes: boolean): Tier[] {
  const hosts = wiring.replicas.map(({ host }) => host);
  const disks = wiring.nodes.flatMap(({ disk }) => (disk === null ? [] : [disk]));
  // Each adapter has one home: together they hold everything, or some of them replace.
  const complete = hasHomes && hosts.reduce((sum, host) => sum + host.used, 0) >= catalog.adapters;
  return [...(complete ? [] : hosts), ...disks].filter((tier) => tier.used < catalog.adapters);
}

/** How far tiers are from settled. */
class Progress {
  /** Tiers that are not. */
  open: number;
  private readonly left: Map<Tier, { takes: number; lookups: number }>;

  constructor(tiers: readonly Tier[]) {
    this.open = tiers.length;
    this.left = new Map(
      tiers.map((tier) => [tier, { takes: RENEWALS * tier.used, lookups: LOOKUPS_PER_ENTRY * tier.used }]),
    );
  }

  asked(tier: Tier, took: boolean): void {
    const left = this.left.get(tier);
    if (left === undefined) return;
    if (took) left.takes--;
    if (--left.lookups > 0 && left.takes > 0) return;
    this.left.delete(tier);
    this.open--;
  }
}
