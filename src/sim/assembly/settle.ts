/**
 * What the policies of host memory and disks would hold after a long time: lookups drawn from the popularity at t = 0 pass through
 * the tiers without clock, links or loads, until each tier has taken in several times what it holds. Lookups are independent of
 * each other, which real ones are not quite: sessions and bursts make LRU look better than this.
 *
 * A few hundred nanoseconds a lookup; nothing of it is recorded.
 */
import type { AdapterDraw } from '../population/adapter-draw.ts';
import type { Tier } from '../residency/tier.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { AssemblyContext } from './context.ts';

/** Times that a tier is renewed. LRU forgets how it was filled in one; policies that hold on to what came back learn over many. */
const RENEWALS = 16;
/** Lookups for each entry where misses are too rare for that. */
const LOOKUPS_PER_ENTRY = 100;

export function settle(context: AssemblyContext, routing: RoutingPolicy, popularity: AdapterDraw): void {
  const { catalog, layout, wiring } = context;
  const { nodes, replicas } = wiring;
  const random = context.stream('settling');
  const hasHomes = replicas.length > 1 && routing.home !== undefined;
  const progress = new Progress(replacing(context, hasHomes));
  for (let lookup = 0; lookup < progress.most && progress.open > 0; lookup++) {
    const adapter = popularity.draw(random);
    const number = hasHomes ? routing.home!(adapter) : replicas.length === 1 ? 0 : random.integer(replicas.length);
    const { host } = replicas[number];
    if (use(host, adapter)) continue;
    const rankClass = catalog.rankClass(adapter);
    const { disk } = nodes[layout.nodeOf[number]];
    if (disk !== null && !use(disk, adapter)) {
      disk.insert(adapter, rankClass);
      progress.took(disk);
    }
    host.insert(adapter, rankClass);
    progress.took(host);
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

class Progress {
  /** Tiers that are not settled yet. */
  open: number;
  /** Lookups after which they are taken as settled anyway. */
  readonly most: number;
  private readonly left: Map<Tier, number>;

  constructor(tiers: readonly Tier[]) {
    this.open = tiers.length;
    this.most = LOOKUPS_PER_ENTRY * tiers.reduce((most, tier) => Math.max(most, tier.used), 0) * tiers.length;
    this.left = new Map(tiers.map((tier) => [tier, RENEWALS * tier.used]));
  }

  took(tier: Tier): void {
    const left = this.left.get(tier);
    if (left === undefined) return;
    if (left === 1) this.open--;
    this.left.set(tier, left - 1);
  }
}
