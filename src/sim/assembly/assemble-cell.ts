/**
 * Assembles a cell from a resolved scenario and its population. Only here, in sim/assembly, do base units become ns, ticks and blocks,
 * and the scenario's choices policy objects. Everything random gets a stream of its own, named by purpose and cell.
 */
import { frontendSeconds, metricsPage, type PageCost } from '../../scenario/frontend.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { AloneTime } from '../alone.ts';
import { ApiServer } from '../api-server.ts';
import { auditCell } from '../audit.ts';
import { RequestTable } from '../batching/request-table.ts';
import { Cell, type CellParts } from '../cell.ts';
import { NS_PER_SECOND, toNs } from '../clock.ts';
import { stepCostOf } from '../cost/index.ts';
import { planMemory } from '../cost/memory.ts';
import { MergedCost } from '../cost/merged.ts';
import type { MemoryPlan, StepCost } from '../cost/step-cost.ts';
import { EventHeap } from '../events.ts';
import { Frontend } from '../frontend.ts';
import { createLifecycle } from '../lifecycle/create.ts';
import type { Fate, Lifecycle } from '../lifecycle/lifecycle.ts';
import { DiskPrewarmer, HostPrewarmer } from '../lifecycle/prewarm.ts';
import type { UpdateLaw } from '../lifecycle/updates/law.ts';
import type { AdapterDraw } from '../population/adapter-draw.ts';
import type { AdapterCatalog, ArrivalSource } from '../population/source.ts';
import { KeyedStream } from '../random/keyed.ts';
import { stream, streamKey } from '../random/streams.ts';
import type { Recorder } from '../recorder.ts';
import { adapterCosts } from './adapter-costs.ts';
import type { AssemblyContext } from './context.ts';
import { eventSources } from './event-sources.ts';
import { layoutOf } from './layout.ts';
import { admissionOf, prefetchersOf, routingOf, schedulingOf } from './policies.ts';
import { alwaysMerged, mergeNs, replicaLimits } from './replica-limits.ts';
import { addReplica } from './replicas.ts';
import { applyStartState } from './start-state.ts';
import { nodeStorage, prewarmTicket } from './storage.ts';

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
  /** How adapters are asked for at t = 0; null where no request is expected. Start states that draw from it do without where absent. */
  popularity?: () => AdapterDraw | null;
}

/** Gauges are sampled on a grid of this many points over the arrivals. */
const GAUGE_SAMPLES = 2880;

export function assembleCell(inputs: CellInputs, sends: ArrivalSource, catalog: AdapterCatalog): Cell {
  const { scenario } = inputs;
  const { serving } = scenario;
  const modelled = inputs.cost ?? stepCostOf(scenario);
  const page = metricsPage(scenario);
  const apiServer = page === null ? null : apiServerOf(page, inputs.recorder);
  const context = contextOf(inputs, catalog, {
    page,
    recorder: apiServer ?? inputs.recorder,
    cost: alwaysMerged(scenario) ? new MergedCost(modelled) : modelled,
  });
  const { adapters, memory, layout, events, wiring } = context;

  for (let node = 0; node < layout.nodes; node++) wiring.nodes.push(nodeStorage(context, node));
  const shared = {
    limits: replicaLimits(scenario),
    scheduling: schedulingOf(context),
    adapterBlocks: serving.kv.pool === 'unified' ? Int32Array.from(memory.adapterBlocks) : null,
  };
  for (let number = 0; number < layout.replicas; number++) addReplica(context, number, shared);
  wiring.lifecycle = lifecycleOf(inputs, context);
  const { routing, signal, outstanding } = routingOf(context);
  const prefetchers = prefetchersOf(context);
  applyStartState(context, routing, inputs.popularity ?? (() => null));

  wiring.cell = new Cell({
    ...timesOf(scenario),
    ...arrivalsOf(inputs, sends, catalog.users),
    ...tokenLimits(scenario, memory, shared.adapterBlocks),
    budget: {
      maxEvents: scenario.budget.max_events,
      maxRequests: scenario.budget.max_requests,
      maxQueue: scenario.budget.max_queue,
    },
    catalog,
    lifecycle: wiring.lifecycle,
    hasAdapters: adapters.ranks.some((rank) => rank > 0),
    table: context.table,
    replicas: wiring.replicas,
    nodes: wiring.nodes,
    nodeBandwidth: layout.nodeBandwidth,
    prefetchers,
    prefetchBudget: serving.loader.concurrency,
    events,
    sources: context.sources,
    routing,
    admission: admissionOf(context),
    scheduling: shared.scheduling,
    signal,
    outstanding,
    adapterBytes: adapters.diskBytes,
    alone: new AloneTime(
      serving.merge === undefined ? modelled : new MergedCost(modelled),
      context.cost,
      serving.max_batch_tokens,
      adapters.ranks,
      adapters.copyNs,
      mergeNs(scenario),
    ),
    apiServer,
    recorder: context.recorder,
    audit: inputs.check === true ? auditCell : null,
  });
  return wiring.cell;
}

function apiServerOf(page: PageCost, recorder: Recorder): ApiServer {
  const times = { everyNs: toNs(page.every), lineNs: page.line * NS_PER_SECOND, nameNs: page.name * NS_PER_SECOND };
  return new ApiServer(times, recorder);
}

function contextOf(
  inputs: CellInputs,
  catalog: AdapterCatalog,
  { page, recorder, cost }: { page: PageCost | null; recorder: Recorder; cost: StepCost },
): AssemblyContext {
  const { scenario } = inputs;
  const layout = layoutOf(scenario, catalog.adapters);
  const sources = eventSources({
    nodes: layout.nodes,
    replicas: layout.replicas,
    lifecycle: layout.revised,
    page: page !== null,
  });
  const events = new EventHeap(sources.total);
  if (page !== null) events.schedule(sources.page, toNs(page.every));
  return {
    scenario,
    catalog,
    recorder,
    layout,
    events,
    sources,
    table: new RequestTable(),
    adapters: adapterCosts(scenario, layout.objectBandwidth),
    cost,
    memory: inputs.memory ?? planMemory(scenario),
    wiring: { nodes: [], loaders: [], replicas: [], lifecycle: null, cell: null },
    stream: (purpose, ...names) => stream(scenario.seed, purpose, inputs.cell, ...names),
  };
}

function lifecycleOf(inputs: CellInputs, context: AssemblyContext): Lifecycle | null {
  const { catalog, events, sources, wiring, adapters } = context;
  const recorder = context.recorder.lifecycle ?? null;
  return createLifecycle({
    scenario: inputs.scenario,
    cell: inputs.cell,
    catalog,
    events,
    source: sources.lifecycle,
    recorder,
    law: inputs.updates,
    fate: inputs.fate,
    createPrewarmer: (target) => {
      const rankClass = (key: number) => catalog.rankClass(wiring.lifecycle!.adapterOf(key));
      const parts = { rankClass, bytes: adapters.diskBytes, recorder };
      return target === 'host'
        ? new HostPrewarmer(wiring.replicas, parts)
        : new DiskPrewarmer(wiring.nodes, (key) => prewarmTicket(context, key), parts);
    },
  });
}

function timesOf(scenario: Scenario): Pick<CellParts, 'durationNs' | 'gaugeNs'> {
  const durationNs = toNs(scenario.duration);
  return { durationNs, gaugeNs: Math.max(1, Math.floor(durationNs / GAUGE_SAMPLES)) };
}

/** Requests as they are sent, or, where the way through the API server differs from one to the next, as they come out of it. */
function arrivalsOf(
  inputs: CellInputs,
  sends: ArrivalSource,
  users: number,
): Pick<CellParts, 'source' | 'way' | 'frontendNs'> {
  const { scenario, cell } = inputs;
  const frontendNs = toNs(frontendSeconds(scenario));
  const spread = frontendNs > 0 ? (scenario.serving.frontend_cv ?? 0) : 0;
  if (spread === 0) return { source: sends, way: null, frontendNs };
  const draws = new KeyedStream((word) => streamKey(scenario.seed, 'frontend', word, cell));
  const way = new Frontend(sends, frontendNs, spread, toNs(scenario.duration), users, draws);
  return { source: way, way, frontendNs: 0 };
}

/** Longest request, and longest prompt, that a replica can serve at all, tokens. */
function tokenLimits(
  { base, serving }: Scenario,
  memory: MemoryPlan,
  adapterBlocks: Int32Array | null,
): Pick<CellParts, 'maxTokens' | 'maxPrompt'> {
  const largestAdapter = adapterBlocks === null ? 0 : Math.max(0, ...adapterBlocks);
  // An estimate of the peak must stay below what there is (batching/peak-memory.ts).
  const spared = serving.kv.reserve === 'peak' ? 1 : 0;
  const kvTokens = (memory.kvBlocks - largestAdapter) * serving.kv.block_tokens - spared;
  const maxTokens = Math.min(base.max_context, kvTokens);
  return serving.chunked_prefill
    ? { maxTokens, maxPrompt: maxTokens }
    : { maxTokens: Math.min(maxTokens, serving.max_batch_tokens), maxPrompt: serving.max_batch_tokens };
}
