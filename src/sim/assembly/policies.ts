/** The policies of a cell: which replica serves, who may enter, who is first, what is fetched before it is asked for. */
import { ADMISSION } from '../admission/index.ts';
import type { AdmissionPolicy } from '../admission/policy.ts';
import { toNs } from '../clock.ts';
import { PREFETCH } from '../residency/prefetch/index.ts';
import type { PrefetchPolicy } from '../residency/prefetch/policy.ts';
import { ROUTING } from '../routing/index.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import { ResidencySignal } from '../routing/residency-signal.ts';
import { SCHEDULING } from '../scheduling/index.ts';
import type { SchedulingPolicy } from '../scheduling/policy.ts';
import type { AssemblyContext } from './context.ts';
import { createPolicy } from './create-policy.ts';

export function schedulingOf({ scenario, catalog }: AssemblyContext): SchedulingPolicy {
  const { cohorts } = scenario.population;
  return createPolicy(SCHEDULING, scenario.serving.scheduling, {
    users: catalog.users,
    weights: Float64Array.from(cohorts, (cohort) => cohort.weight),
    priorities: Int32Array.from(cohorts, (cohort) => cohort.priority),
  });
}

export interface Routing {
  routing: RoutingPolicy;
  /** Null where the policy asks for none. */
  signal: ResidencySignal | null;
  /** Requests at each replica; the cell counts them. */
  outstanding: Int32Array;
}

/** After the replicas and the lifecycle: the signal looks into them. */
export function routingOf({ scenario, catalog, layout, wiring, stream }: AssemblyContext): Routing {
  const { replicas, lifecycle } = wiring;
  const outstanding = new Int32Array(layout.replicas);
  const random = stream('routing');
  let signal: ResidencySignal | null = null;
  const routing = createPolicy<unknown, RoutingPolicy>(ROUTING, scenario.serving.routing, {
    replicas: layout.replicas,
    outstanding,
    random32: () => random.next32(),
    residency: (replica: number, adapter: number) => (adapter < 0 ? 3 : signal!.tier(replica, adapter)),
    freeKvTokens: (replica: number) => replicas[replica].kv.freeBlocks * scenario.serving.kv.block_tokens,
    useResidency: (staleness: number) => {
      signal = new ResidencySignal(replicas, catalog.adapters, toNs(staleness), lifecycle);
    },
  });
  return { routing, signal, outstanding };
}

export function admissionOf({ scenario, wiring }: AssemblyContext): AdmissionPolicy {
  return createPolicy<unknown, AdmissionPolicy>(ADMISSION, scenario.serving.admission, {
    cohorts: scenario.population.cohorts.length,
    inFlight: () => wiring.cell!.inFlight,
  });
}

/** One a replica, each with its first tick scheduled. */
export function prefetchersOf({ scenario, catalog, events, sources, wiring }: AssemblyContext): PrefetchPolicy[] {
  /** Key of the revision that an adapter's users get now; −1: none. */
  const keyOf = (adapter: number) => wiring.lifecycle?.current(adapter) ?? adapter;
  return wiring.replicas.map((replica, number) => {
    const policy = createPolicy<unknown, PrefetchPolicy>(PREFETCH, scenario.serving.prefetch, {
      adapters: catalog.adapters,
      hostCapacity: replica.host.entries,
      wantHost: (adapter: number) => {
        const key = keyOf(adapter);
        return key >= 0 && replica.prefetchHost(key, catalog.rankClass(adapter), wiring.cell!.nowNs);
      },
      wantGpu: (adapter: number) => {
        const key = keyOf(adapter);
        return key >= 0 && replica.prefetchGpu(key, catalog.rankClass(adapter), wiring.cell!.nowNs);
      },
    });
    if (policy.interval < Number.POSITIVE_INFINITY) events.schedule(sources.prefetch + number, toNs(policy.interval));
    return policy;
  });
}
