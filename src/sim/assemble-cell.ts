/**
 * Assembles a cell from a resolved scenario and its population: the one place where base units become ns, ticks and blocks, and where the
 * scenario's choices become policy objects. Everything random gets a stream of its own, named by purpose and cell.
 */

import type { Choice } from '../scenario/family.ts';
import { frontendSeconds, metricsPage } from '../scenario/frontend.ts';
import { adapterFootprint, rankClasses } from '../scenario/geometry.ts';
import { hasLifecycle } from '../scenario/lifecycle.ts';
import { adapterRoom, placementOf } from '../scenario/placement.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { startupSeconds } from '../scenario/startup.ts';
import { ADMISSION } from './admission/index.ts';
import type { AdmissionPolicy } from './admission/policy.ts';
import { AloneTime } from './alone.ts';
import { ApiServer } from './api-server.ts';
import { auditCell } from './audit.ts';
import { KvCache } from './batching/kv-cache.ts';
import { Replica } from './batching/replica.ts';
import { RequestTable } from './batching/request-table.ts';
import { Cell, type SourceMap } from './cell.ts';
import { stepCostOf } from './cost/index.ts';
import { planMemory } from './cost/memory.ts';
import { MergedCost, mergeSeconds } from './cost/merged.ts';
import type { MemoryPlan, StepCost } from './cost/step-cost.ts';
import { EventHeap } from './events.ts';
import { Frontend } from './frontend.ts';
import { createLifecycle } from './lifecycle/create.ts';
import type { Fate } from './lifecycle/lifecycle.ts';
import { DiskPrewarmer, HostPrewarmer } from './lifecycle/prewarm.ts';
import type { UpdateLaw } from './lifecycle/updates/law.ts';
import type { AdapterCatalog, ArrivalSource } from './population/source.ts';
import { stream } from './random/streams.ts';
import type { Recorder } from './recorder.ts';
import { ActivationLink } from './residency/activation.ts';
import { EVICTION } from './residency/eviction/index.ts';
import { Link } from './residency/link.ts';
import { Loader } from './residency/loader.ts';
import { NodeStorage } from './residency/node-storage.ts';
import { PREFETCH } from './residency/prefetch/index.ts';
import type { PrefetchPolicy } from './residency/prefetch/policy.ts';
import { Tier } from './residency/tier.ts';
import { ROUTING } from './routing/index.ts';
import type { RoutingPolicy } from './routing/policy.ts';
import { ResidencySignal } from './routing/residency-signal.ts';
import { SCHEDULING } from './scheduling/index.ts';
import type { SchedulingPolicy } from './scheduling/policy.ts';
import { applyStartState } from './start-state.ts';

export interface CellInputs {
  scenario: Scenario;
  /** Cell number, 0 … hardware.cells − 1. */
  cell: number;
  recorder: Recorder;
  /** Audit the whole cell after every event. */
  check?: boolean;
  /** In place of what the scenario's cost model and memory plan say. */
  cost?: StepCost;
  memory?: MemoryPlan;
  /** In place of the scenario's law of updates, and of its draws of what becomes of a revision. */
  updates?: UpdateLaw;
  fate?: Fate;
}

const NS = 1e9;
const toNs = (seconds: number): number => Math.round(seconds * NS);

interface Family<C> {
  [name: string]: { create(params: never, context: C): unknown };
}

function create<C, R>(family: Family<C>, choice: Choice, context: C): R {
  return family[choice.name].create(choice.params as never, context) as R;
}

export function assembleCell(inputs: CellInputs, sends: ArrivalSource, catalog: AdapterCatalog): Cell {
  const { scenario, cell: cellNumber, check } = inputs;
  const { hardware, serving, population } = scenario;
  const page = metricsPage(scenario);
  const apiServer =
    page === null
      ? null
      : new ApiServer({ everyNs: toNs(page.every), lineNs: page.line * NS, nameNs: page.name * NS }, inputs.recorder);
  const recorder = apiServer ?? inputs.recorder;
  const { loader: loading } = serving;
  const random = (purpose: string, ...names: number[]) => {
    const prng = stream(scenario.seed, purpose, cellNumber, ...names);
    return () => prng.next32();
  };

  const ranks = rankClasses(scenario);
  const footprints = ranks.map((rank) => adapterFootprint(scenario, rank));
  const column = (of: (footprint: (typeof footprints)[number]) => number) => Float64Array.from(footprints, of);
  const diskSizes = column((f) => f.diskBytes);
  const hostSizes = column((f) => f.hostBytes);
  const gpuSizes = column((f) => f.gpuBytes);

  // ── Where replicas stand ──
  const replicasInCell = hardware.replicas / hardware.cells;
  const { gpusPerReplica, replicasPerNode, nodesPerReplica } = placementOf(hardware);
  const room = adapterRoom(scenario);
  const nodeCount = Math.ceil(replicasInCell / replicasPerNode);
  const nodeOf = Int32Array.from({ length: replicasInCell }, (_, number) => Math.floor(number / replicasPerNode));

  const revised = hasLifecycle(scenario);
  /** Keys of tiers and loaders are below it: adapters, or their revisions, of which there is no telling how many. */
  const universe = revised ? 2 ** 31 - 1 : catalog.adapters;
  const mostEntries = revised ? ENTRIES_PER_ADAPTER * catalog.adapters + SPARE_ENTRIES : catalog.adapters;

  const sources: SourceMap = {
    disk: 0,
    object: nodeCount,
    loader: 2 * nodeCount,
    activation: 2 * nodeCount + replicasInCell,
    prefetch: 2 * nodeCount + 2 * replicasInCell,
    lifecycle: 2 * nodeCount + 3 * replicasInCell,
    page: 2 * nodeCount + 3 * replicasInCell + (revised ? 1 : 0),
    step: 2 * nodeCount + 3 * replicasInCell + (revised ? 1 : 0) + (page === null ? 0 : 1),
    total: 2 * nodeCount + 4 * replicasInCell + (revised ? 1 : 0) + (page === null ? 0 : 1),
  };
  const events = new EventHeap(sources.total);
  if (page !== null) events.schedule(sources.page, toNs(page.every));
  const table = new RequestTable();

  // ── Costs and memory ──
  const modelled = inputs.cost ?? stepCostOf(scenario);
  const alwaysMerged = serving.merge !== undefined && serving.merge.adaptive === undefined;
  const merges = serving.merge !== undefined;
  const mergeNs = merges ? toNs(mergeSeconds(scenario)) : 0;
  const cost = alwaysMerged ? new MergedCost(modelled) : modelled;
  const memory = inputs.memory ?? planMemory(scenario);
  const pcie = hardware.gpu.pcie_bandwidth * gpusPerReplica;
  const copyNs = column((f) => toNs(loading.activate + f.gpuBytes / pcie));
  const swapNsPerBlock = toNs(memory.blockBytes / pcie);
  const buildNs = column((f) => toNs(loading.build + loading.build_per_object * f.objects));
  const { disk: diskSpec, network } = hardware.node;
  const nodeBandwidth = network.bandwidth * nodesPerReplica;
  const objectBandwidth = Math.min(nodeBandwidth, hardware.object_store.bandwidth / hardware.cells / nodeCount);
  const objectSeconds = column(
    (f) =>
      loading.resolve +
      hardware.object_store.latency +
      f.diskBytes / objectBandwidth +
      loading.build +
      loading.register,
  );
  const diskSeconds = column((f) => loading.resolve + diskSpec.latency + f.diskBytes / diskSpec.bandwidth);
  const copySeconds = copyNs.map((ns) => ns / NS);

  // ── Tiers, links, loaders, replicas ──
  const tier = (
    id: number,
    entries: number,
    bytes: number,
    sizes: Float64Array,
    costs: Float64Array,
    eviction: Choice,
    names: number[],
    onEvict: (id: number, rankClass: number, bytes: number) => void,
  ) =>
    new Tier({
      id,
      entries,
      bytes,
      sizes,
      costs,
      onEvict,
      universe,
      random32: random('eviction', id, ...names),
      createPolicy: (context) => create(EVICTION, eviction, context),
    });
  const report = (id: number, _rankClass: number, bytes: number) => recorder.evicted(id, bytes);
  const entriesIn = (bytes: number, sizes: Float64Array) =>
    Math.min(mostEntries, Math.floor(bytes / Math.min(...sizes, Number.POSITIVE_INFINITY)));

  const ticketsPerReplica = loading.concurrency + loading.queue;
  const loaders: Loader[] = [];
  const deliver = (ticket: number, nowNs: number) => {
    const number = Math.floor(ticket / ticketsPerReplica);
    loaders[number].fetched(ticket - number * ticketsPerReplica, nowNs);
  };
  const mostTickets = replicasInCell * ticketsPerReplica;
  /** Tickets beyond those of loaders are keys that are prewarmed to disk. */
  const deliverTo = (node: number, ticket: number, nowNs: number) => {
    if (ticket < mostTickets) return deliver(ticket, nowNs);
    const key = ticket - mostTickets;
    nodes[node].keep(key, catalog.rankClass(lifecycle!.adapterOf(key)));
    lifecycle!.prewarmed(key, nowNs);
  };
  const nodes: NodeStorage[] = Array.from({ length: nodeCount }, (_, number) => {
    const entries = entriesIn(room.disk, diskSizes);
    return new NodeStorage({
      disk:
        entries < 1
          ? null
          : tier(1, entries, room.disk, diskSizes, objectSeconds, serving.tiers.disk.eviction, [number], report),
      diskLink: new Link({
        bandwidth: diskSpec.bandwidth * nodesPerReplica,
        discipline: loading.discipline,
        concurrency: Number.POSITIVE_INFINITY,
        onDone: deliver,
      }),
      objectLink: new Link({
        bandwidth: objectBandwidth,
        discipline: loading.discipline,
        concurrency: hardware.object_store.concurrency,
        onDone: revised ? (ticket, nowNs) => deliverTo(number, ticket, nowNs) : deliver,
      }),
      diskDelayNs: toNs(loading.resolve + diskSpec.latency),
      objectDelayNs: toNs(loading.resolve + hardware.object_store.latency + network.latency),
      events,
      diskSource: sources.disk + number,
      objectSource: sources.object + number,
    });
  });

  const cohorts = population.cohorts;
  const scheduling = create<unknown, SchedulingPolicy>(SCHEDULING, serving.scheduling, {
    users: catalog.users,
    weights: Float64Array.from(cohorts, (cohort) => cohort.weight),
    priorities: Int32Array.from(cohorts, (cohort) => cohort.priority),
  });
  const adapterBlocks = serving.kv.pool === 'unified' ? Int32Array.from(memory.adapterBlocks) : null;
  const replicas: Replica[] = [];
  let cell: Cell;
  for (let number = 0; number < replicasInCell; number++) {
    const host = tier(
      2,
      Math.min(entriesIn(room.host, hostSizes), serving.tiers.host.entries ?? Number.POSITIVE_INFINITY),
      room.host,
      hostSizes,
      diskSeconds,
      serving.tiers.host.eviction,
      [number],
      report,
    );
    const gpu = tier(
      3,
      serving.slots,
      Number.POSITIVE_INFINITY,
      gpuSizes,
      copySeconds,
      serving.tiers.gpu.eviction,
      [number],
      (id, rankClass, bytes) => {
        recorder.evicted(id, bytes);
        replicas[number].adapterEvicted(rankClass);
      },
    );
    const loader = new Loader({
      replica: number,
      ticketsPerReplica,
      concurrency: loading.concurrency,
      queue: loading.queue,
      universe,
      fetchBytes: diskSizes,
      buildNs,
      registerNs: toNs(loading.register),
      pause: loading.pause === undefined ? null : { every: loading.pause.every, ns: toNs(loading.pause.time) },
      onFetched: loading.build_in === 'engine' ? (nowNs) => replicas[number].adapterFetched(nowNs) : null,
      host,
      node: nodes[nodeOf[number]],
      events,
      source: sources.loader + number,
      recorder,
      onReady: (adapter, waiters, entry, nowNs) => {
        replicas[number].adapterReady(waiters, entry, nowNs);
        if (lifecycle !== null && waiters < 0) lifecycle.prewarmed(adapter, nowNs);
      },
      next: () => table.next,
    });
    loaders.push(loader);
    replicas.push(
      new Replica({
        number,
        table,
        cost,
        kv: new KvCache(memory.kvBlocks, serving.kv.block_tokens),
        gpu,
        host,
        loader,
        activation: new ActivationLink(copyNs, gpu.entries, events, sources.activation + number),
        scheduling,
        ranks,
        adapterBlocks,
        copyNs,
        gpuBytes: gpuSizes,
        swapNsPerBlock,
        recorder,
        limits: {
          maxBatch: serving.max_batch,
          maxBatchTokens: serving.max_batch_tokens,
          // Merged weights serve one adapter.
          maxAdaptersPerBatch: alwaysMerged ? 1 : Math.min(serving.max_adapters_per_batch, serving.slots),
          chunkedPrefill: serving.chunked_prefill,
          mixedSteps: serving.chunked_prefill || serving.mixed_steps === true,
          skipWindow: serving.skip_window,
          swap: serving.kv.preemption === 'swap',
          blockingActivation: loading.activation === 'blocking',
          decodeBetweenPrefills: serving.decode_between_prefills ?? 0,
          maxPrefills: serving.max_prefills ?? Number.POSITIVE_INFINITY,
          reservePeak: serving.kv.reserve === 'peak',
          dropUnused: serving.tiers.gpu.keep === 'while-used',
          abortAfterNs: abortAfterNs(serving),
          idlePollNs: toNs(serving.idle_poll ?? 0),
          buildsPerStep: loading.builds_per_step ?? Number.POSITIVE_INFINITY,
          readyNs: toNs(startupSeconds(scenario)),
          mergeNs,
          adaptiveMerge: serving.merge?.adaptive ?? null,
          drain:
            serving.drain === undefined
              ? null
              : { afterNs: toNs(serving.drain.after), tolerance: serving.drain.tolerance },
          prefixOfPreempted: serving.kv.preempted_prefix === 'cached',
          refuseUnready: serving.readiness?.unready === 'refuse',
          buildGapNs: toNs(serving.readiness?.gap ?? 0),
        },
        schedule: (ns) => events.schedule(sources.step + number, ns),
        ended: (request, endState, nowNs) => cell.ended(request, endState, nowNs),
      }),
    );
  }

  // ── Revisions of adapters ──
  const lifecycleRecorder = recorder.lifecycle ?? null;
  const lifecycle = createLifecycle({
    scenario,
    cell: cellNumber,
    catalog,
    events,
    source: sources.lifecycle,
    recorder: lifecycleRecorder,
    law: inputs.updates,
    fate: inputs.fate,
    createPrewarmer: (target) => {
      const rankClass = (key: number) => catalog.rankClass(lifecycle!.adapterOf(key));
      const parts = { rankClass, bytes: diskSizes, recorder: lifecycleRecorder };
      return target === 'host'
        ? new HostPrewarmer(replicas, parts)
        : new DiskPrewarmer(nodes, (key) => mostTickets + key, parts);
    },
  });
  /** Key of the revision that an adapter's users get now; −1: none. */
  const keyOf = (adapter: number) => (lifecycle === null ? adapter : lifecycle.current(adapter));

  // ── Policies of the cell ──
  const outstanding = new Int32Array(replicasInCell);
  let signal: ResidencySignal | null = null;
  const routing = create<unknown, RoutingPolicy>(ROUTING, serving.routing, {
    replicas: replicasInCell,
    outstanding,
    random32: random('routing'),
    residency: (replica: number, adapter: number) => (adapter < 0 ? 3 : signal!.tier(replica, adapter)),
    freeKvTokens: (replica: number) => replicas[replica].kv.freeBlocks * serving.kv.block_tokens,
    useResidency: (staleness: number) => {
      signal = new ResidencySignal(replicas, catalog.adapters, toNs(staleness), lifecycle);
    },
  });
  const admission = create<unknown, AdmissionPolicy>(ADMISSION, serving.admission, {
    cohorts: cohorts.length,
    inFlight: () => cell.inFlight,
  });
  const prefetchers = replicas.map((replica) =>
    create<unknown, PrefetchPolicy>(PREFETCH, serving.prefetch, {
      adapters: catalog.adapters,
      hostCapacity: replica.host.entries,
      wantHost: (adapter: number) => {
        const key = keyOf(adapter);
        return key >= 0 && replica.prefetchHost(key, catalog.rankClass(adapter), cell.nowNs);
      },
      wantGpu: (adapter: number) => {
        const key = keyOf(adapter);
        return key >= 0 && replica.prefetchGpu(key, catalog.rankClass(adapter), cell.nowNs);
      },
    }),
  );
  prefetchers.forEach((policy, number) => {
    if (policy.interval < Number.POSITIVE_INFINITY) events.schedule(sources.prefetch + number, toNs(policy.interval));
  });
  applyStartState(population.start, serving.pin, {
    catalog,
    replicas,
    nodes,
    nodeOf,
    routing,
    hostSizes,
    diskSizes,
  });

  const largestAdapterBlocks = adapterBlocks === null ? 0 : Math.max(0, ...adapterBlocks);
  // An estimate of the peak must stay below what there is (batching/peak-memory.ts).
  const spared = serving.kv.reserve === 'peak' ? 1 : 0;
  const kvTokens = (memory.kvBlocks - largestAdapterBlocks) * serving.kv.block_tokens - spared;
  const maxTokens = Math.min(scenario.base.max_context, kvTokens);
  const durationNs = toNs(scenario.duration);
  const frontendNs = toNs(frontendSeconds(scenario));
  const spread = frontendNs > 0 ? (serving.frontend_cv ?? 0) : 0;
  const way =
    spread > 0
      ? new Frontend(sends, frontendNs, spread, durationNs, stream(scenario.seed, 'frontend', cellNumber))
      : null;
  cell = new Cell({
    durationNs,
    frontendNs: way === null ? frontendNs : 0,
    way,
    gaugeNs: Math.max(1, Math.floor(durationNs / GAUGE_SAMPLES)),
    budget: {
      maxEvents: scenario.budget.max_events,
      maxRequests: scenario.budget.max_requests,
      maxQueue: scenario.budget.max_queue,
    },
    source: way ?? sends,
    catalog,
    lifecycle,
    hasAdapters: ranks.length > 0 && ranks[ranks.length - 1] > 0,
    table,
    replicas,
    nodes,
    nodeBandwidth,
    prefetchers,
    prefetchBudget: loading.concurrency,
    events,
    sources,
    routing,
    admission,
    scheduling,
    signal,
    outstanding,
    adapterBytes: diskSizes,
    maxTokens: serving.chunked_prefill ? maxTokens : Math.min(maxTokens, serving.max_batch_tokens),
    maxPrompt: serving.chunked_prefill ? maxTokens : serving.max_batch_tokens,
    alone: new AloneTime(
      merges ? new MergedCost(modelled) : modelled,
      cost,
      serving.max_batch_tokens,
      ranks,
      copyNs,
      mergeNs,
    ),
    apiServer,
    recorder,
    audit: check === true ? auditCell : null,
  });
  return cell;
}

function abortAfterNs({ early_abort }: Scenario['serving']): number {
  return early_abort === undefined ? Number.POSITIVE_INFINITY : toNs(early_abort.deadline - early_abort.margin);
}

/**
 * A tier with revisions holds at most so many entries, whatever its bytes. Its arrays are sized for the most entries, and revisions
 * have no number known beforehand as adapters have: where bytes would hold far more than there are adapters, this bounds the
 * arrays. Four an adapter: the revision in use, the one being prewarmed, and two that age out; where bytes have room for more, the
 * oldest leave sooner than bytes would make them. The spare is for few adapters with many revisions each.
 */
const ENTRIES_PER_ADAPTER = 4;
const SPARE_ENTRIES = 65_536;

/** Gauges are sampled on a grid of this many points over the arrivals. */
const GAUGE_SAMPLES = 2880;
