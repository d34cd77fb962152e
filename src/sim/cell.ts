/**
 * One cell: a group of replicas with their own users, nodes and router. Cells do not interact but for the object store's
 * bandwidth, which they divide anew every interval (run/advance-together.ts).
 *
 * The loop takes the earlier of the next arrival (generated in order, outside the heap) and the next event. Co-timed events
 * fall into phases by source number: links, loaders, activations and prefetch timers, then arrivals, then steps. So a load
 * that completes at t, and a request that arrives at t, are in before the batch at t forms.
 */
import type { AdmissionPolicy } from './admission/policy.ts';
import type { AloneTime } from './alone.ts';
import type { ApiServer } from './api-server.ts';
import type { Replica } from './batching/replica.ts';
import type { RequestTable } from './batching/request-table.ts';
import { toNs } from './clock.ts';
import type { EventHeap } from './events.ts';
import type { Frontend } from './frontend.ts';
import { invariant } from './invariants.ts';
import type { Lifecycle } from './lifecycle/lifecycle.ts';
import { arriveOnReplica, sampleStale } from './lifecycle/residents.ts';
import type { AdapterCatalog, ArrivalSource } from './population/source.ts';
import { GAUGES, type Recorder, TRACE_ENDED } from './recorder.ts';
import type { NodeStorage } from './residency/node-storage.ts';
import type { PrefetchPolicy } from './residency/prefetch/policy.ts';
import type { RoutingPolicy } from './routing/policy.ts';
import type { ResidencySignal } from './routing/residency-signal.ts';
import type { SchedulingPolicy } from './scheduling/policy.ts';

/** The run's budget is used up; the run ends with an error that says which limit and where. */
export class BudgetError extends Error {
  constructor(limit: string, value: number, nowNs: number) {
    super(
      `budget.${limit} of ${value} is used up at ${(nowNs / 1e9).toFixed(3)} s of simulated time. ` +
        `Raise it in the scenario (--set budget.${limit}=…), or look for an overload: waiting requests grow without bound.`,
    );
    this.name = 'BudgetError';
  }
}

export interface Budget {
  maxEvents: number;
  maxRequests: number;
  maxQueue: number;
}

/** Sources of events by phase: one range of numbers a kind. */
export interface SourceMap {
  disk: number;
  object: number;
  loader: number;
  activation: number;
  prefetch: number;
  /** One source, or none: the same number as `step`. */
  lifecycle: number;
  /** The page of metrics: one source, or none, too. */
  page: number;
  step: number;
  total: number;
}

export interface CellParts {
  durationNs: number;
  /** From a client's send to the engine's queue; 0 where `way` says it. */
  frontendNs: number;
  /** The source, where the way takes each request a time of its own. */
  way: Frontend | null;
  /** Spacing of gauge samples, ns. */
  gaugeNs: number;
  budget: Budget;
  source: ArrivalSource;
  catalog: AdapterCatalog;
  /** Null: adapters have one revision. */
  lifecycle: Lifecycle | null;
  /** False: requests carry no adapter (the base alone). */
  hasAdapters: boolean;
  table: RequestTable;
  replicas: readonly Replica[];
  nodes: readonly NodeStorage[];
  /** What a node's network carries at most, bytes/s. */
  nodeBandwidth: number;
  prefetchers: readonly PrefetchPolicy[];
  prefetchBudget: number;
  events: EventHeap;
  sources: SourceMap;
  routing: RoutingPolicy;
  admission: AdmissionPolicy;
  scheduling: SchedulingPolicy;
  signal: ResidencySignal | null;
  outstanding: Int32Array;
  /** Bytes by rank class (lookups' byte ratios). */
  adapterBytes: Float64Array;
  /** Most tokens (prompt + output) and KV blocks a request may need, and the longest prompt (unchunked prefill). */
  maxTokens: number;
  maxPrompt: number;
  alone: AloneTime;
  /** Null: an API server that is never busy. Else it is the recorder, too. */
  apiServer: ApiServer | null;
  recorder: Recorder;
  /** Audits the whole cell after every event (--check). */
  audit: ((cell: Cell) => void) | null;
}

/** One more event in the digest: multiplications by odd constants and a shift, so that no bit is lost. */
function mixEvent(digest: number, nowNs: number, source: number): number {
  const h = Math.imul(digest ^ (nowNs | 0), 0x9e3779b1);
  return Math.imul(h ^ (h >>> 15) ^ source, 0x85ebca6b);
}

export class Cell {
  nowNs = 0;
  events = 0;
  /** 32 bits over time and source of every event so far, in order: two runs with the same digest went the same way. */
  digest = 0;
  /** Source of the latest event, −1 for an arrival. */
  source = -1;
  arrivals = 0;
  finished = 0;
  refused = 0;
  inFlight = 0;
  readonly parts: CellParts;
  private readonly gauges = new Float64Array(GAUGES.length);
  private nextGaugeNs: number;
  private nextSignalNs: number;
  private nextGridNs: number;
  /** Nothing passes the API server before. */
  private busyUntilNs = 0;
  /** Requests waiting or running by user; only where the scheduling policy has memory of users. */
  private readonly activeRequests: Uint16Array | null;
  private sequence = 0;
  /** This interval's share of the object store has not been told: nothing moves on the way there until it is. */
  private shareUnknown = false;

  constructor(parts: CellParts) {
    this.parts = parts;
    this.nextGaugeNs = parts.gaugeNs;
    const staleness = parts.signal === null ? 0 : parts.signal.stalenessNs;
    this.nextSignalNs = staleness > 0 ? staleness : Number.POSITIVE_INFINITY;
    this.nextGridNs = Math.min(this.nextGaugeNs, this.nextSignalNs);
    this.activeRequests = parts.scheduling.dynamic ? new Uint16Array(parts.catalog.users) : null;
  }

  /** True when nothing is left to simulate: no arrivals, nothing in flight. */
  get done(): boolean {
    return this.nextTimeNs() === Number.POSITIVE_INFINITY;
  }

  /** Time of whatever comes next. */
  nextTimeNs(): number {
    const event = this.parts.events.minTime();
    const arrival = this.nextArrivalNs();
    return event < arrival ? event : arrival;
  }

  /** The adapter that a request's or resident's key is a revision of; −1 of −1. */
  adapterOf(key: number): number {
    const { lifecycle } = this.parts;
    return lifecycle === null || key < 0 ? key : lifecycle.adapterOf(key);
  }

  /**
   * Processes everything before `untilNs`. False where it stopped earlier, before something moves on the way to the object store
   * while the share of it is not known.
   */
  advance(untilNs: number): boolean {
    const { events, sources, budget, audit } = this.parts;
    for (;;) {
      const event = events.minTime();
      const arrival = this.nextArrivalNs();
      const isArrival = arrival < event || (arrival === event && events.minSource() >= sources.step);
      const nowNs = isArrival ? arrival : event;
      if (nowNs >= untilNs || nowNs === Number.POSITIVE_INFINITY) return true;
      if (this.shareUnknown && !isArrival && this.isObjectLink(events.minSource())) return false;
      invariant(nowNs >= this.nowNs, 'INV-2', 'cell', nowNs, this.nowNs);
      if (nowNs >= this.nextGridNs) this.passGrid(nowNs);
      this.nowNs = nowNs;
      this.source = isArrival ? -1 : events.minSource();
      this.digest = mixEvent(this.digest, nowNs, this.source);
      if (isArrival) this.arrive(nowNs);
      else this.dispatch(this.source, nowNs);
      if (++this.events > budget.maxEvents) throw new BudgetError('max_events', budget.maxEvents, nowNs);
      if (audit !== null) audit(this);
    }
  }

  /** Ends the run: samples the rest of the grid and counts what was left unfinished. */
  finish(): void {
    const { recorder, table } = this.parts;
    this.parts.apiServer?.deliver(this.nowNs);
    this.sampleGauges(this.nowNs);
    recorder.trail(this.events, this.digest, this.nowNs);
    for (let request = 0; request < table.state.length; request++) {
      if (table.state[request] === 0) continue;
      recorder.refused(table.cohort[request], table.user[request], table.arrivalNs[request], 4, this.nowNs);
    }
    this.parts.lifecycle?.recorder?.lineage(this.parts.lifecycle.revisions);
    invariant(
      this.arrivals === this.finished + this.refused + this.inFlight,
      'INV-1',
      'cell end',
      this.finished + this.refused + this.inFlight,
      this.arrivals,
    );
  }

  /** Bytes that this cell wanted from the object store since the last call. */
  takeObjectDemand(): number {
    let bytes = 0;
    for (const node of this.parts.nodes) bytes += node.objectLink.takeDemand();
    return bytes;
  }

  /**
   * A new interval begins, and the share of the object store in it is not known yet. True where that cannot wait, for something
   * is on its way.
   */
  beginInterval(): boolean {
    this.shareUnknown = true;
    for (const node of this.parts.nodes) if (node.objectLink.busy) return true;
    return false;
  }

  /** The cell's part of the object store's bandwidth from `sinceNs` on, bytes/s; its nodes divide it evenly. */
  setObjectShare(bandwidth: number, sinceNs: number): void {
    const { nodes, nodeBandwidth } = this.parts;
    const each = Math.min(nodeBandwidth, bandwidth / nodes.length);
    for (const node of nodes) node.setObjectBandwidth(each, sinceNs);
    this.shareUnknown = false;
  }

  /** Called by replicas: a request ended (END_STATES). */
  ended(request: number, endState: number, nowNs: number): void {
    const { table: t, recorder, source, outstanding } = this.parts;
    const user = t.user[request];
    const cohort = t.cohort[request];
    const prompt = t.prompt[request];
    const output = t.output[request];
    if (recorder.tracer) recorder.tracer.phase(request, TRACE_ENDED, nowNs);
    outstanding[t.replica[request]]--;
    this.inFlight--;
    if (this.activeRequests !== null && --this.activeRequests[user] === 0) this.parts.scheduling.left(user, cohort);
    this.parts.apiServer?.left(t.adapter[request], t.firstNs[request] >= 0);
    if (endState === 0) {
      this.finished++;
      const wait = t.adapterWaitNs[request];
      const key = t.adapter[request];
      const rankClass = key < 0 ? -1 : t.rankClass[request];
      const { lifecycle } = this.parts;
      if (lifecycle !== null && key >= 0) lifecycle.finished(key, prompt + output, t.firstNs[request], nowNs);
      recorder.finished(
        cohort,
        user,
        this.adapterOf(key),
        t.replica[request],
        t.arrivalNs[request],
        t.firstNs[request],
        nowNs,
        prompt,
        output,
        t.startNs[request] - t.arrivalNs[request] - wait,
        wait,
        this.parts.alone.ns(prompt, output, rankClass) + t.wayNs[request],
        t.lookupTier[request],
      );
    } else {
      t.keptBlocks[request] = 0;
      this.refused++;
      recorder.refused(cohort, user, t.arrivalNs[request], endState, nowNs);
    }
    const turn = t.turn[request];
    t.release(request);
    source.ended(user, cohort, turn, prompt, output, Math.max(nowNs, this.busyUntilNs));
  }

  private nextArrivalNs(): number {
    const due = this.parts.source.nextNs;
    // What is on its way was sent in time.
    if (due >= this.parts.durationNs && (this.parts.way === null || due === Number.POSITIVE_INFINITY))
      return Number.POSITIVE_INFINITY;
    return Math.max(due + this.parts.frontendNs, this.busyUntilNs);
  }

  private isObjectLink(source: number): boolean {
    return source >= this.parts.sources.object && source < this.parts.sources.loader;
  }

  private dispatch(source: number, nowNs: number): void {
    const { sources, replicas, nodes } = this.parts;
    if (source >= sources.step) replicas[source - sources.step].process(nowNs);
    else if (source >= sources.page) this.renderPage(nowNs);
    else if (source >= sources.lifecycle) this.parts.lifecycle!.process(nowNs);
    else if (source >= sources.prefetch) this.prefetchTick(source - sources.prefetch, nowNs);
    else if (source >= sources.activation) replicas[source - sources.activation].processActivations(nowNs);
    else if (source >= sources.loader) replicas[source - sources.loader].loader.process(nowNs);
    else if (source >= sources.object) nodes[source - sources.object].processObject(nowNs);
    else nodes[source].processDisk(nowNs);
  }

  private arrive(nowNs: number): void {
    const { source, table: t, recorder, routing, admission, outstanding, replicas, catalog, budget } = this.parts;
    const user = source.user;
    const cohort = source.cohort;
    const turn = source.turn;
    const prompt = source.promptTokens;
    const output = source.outputTokens;
    const own = this.parts.hasAdapters ? source.adapter : -1;
    const { way } = this.parts;
    const sentNs = way === null ? source.nextNs : way.sentNs;
    const wayNs = way === null ? this.parts.frontendNs : way.nextNs - way.sentNs;
    source.advance();
    this.arrivals++;
    recorder.arrival(cohort, user, sentNs);
    const tooLong = prompt + output > this.parts.maxTokens || prompt > this.parts.maxPrompt;
    if (tooLong || !admission.admit(user, cohort, prompt, nowNs)) {
      this.refused++;
      recorder.refused(cohort, user, sentNs, tooLong ? 3 : 1, nowNs);
      source.ended(user, cohort, turn, prompt, output, nowNs);
      return;
    }
    if (this.arrivals > budget.maxRequests) throw new BudgetError('max_requests', budget.maxRequests, nowNs);
    if (++this.inFlight > budget.maxQueue) throw new BudgetError('max_queue', budget.maxQueue, nowNs);
    const { lifecycle } = this.parts;
    const key = lifecycle === null || own < 0 ? own : lifecycle.pin(own, nowNs);
    const adapter = key < 0 ? -1 : own;
    const number = replicas.length === 1 ? 0 : routing.route(adapter, cohort, nowNs, prompt);
    const rankClass = adapter < 0 ? 0 : catalog.rankClass(adapter);
    const request = t.acquire();
    t.user[request] = user;
    t.adapter[request] = key;
    t.cohort[request] = cohort;
    t.turn[request] = turn;
    t.prompt[request] = prompt;
    t.output[request] = output;
    t.sequence[request] = this.sequence++;
    t.arrivalNs[request] = sentNs;
    t.wayNs[request] = wayNs;
    t.firstNs[request] = -1;
    t.lastTokenNs[request] = -1;
    t.startNs[request] = -1;
    t.adapterWaitNs[request] = 0;
    t.waitingSinceNs[request] = -1;
    t.rankClass[request] = rankClass;
    t.slot[request] = -1;
    t.parked[request] = 0;
    t.hostEntry[request] = -1;
    t.usedHost[request] = 0;
    t.generated[request] = 0;
    t.replica[request] = number;
    outstanding[number]++;
    this.parts.apiServer?.arrived(key, nowNs);
    if (this.activeRequests !== null && this.activeRequests[user]++ === 0) this.parts.scheduling.joined(user, cohort);
    if (adapter >= 0) this.parts.prefetchers[number].arrived(adapter, nowNs);
    const tier =
      lifecycle === null
        ? replicas[number].arrive(request, nowNs)
        : arriveOnReplica(lifecycle, replicas[number], request, this.parts.adapterBytes[rankClass], nowNs);
    if (adapter >= 0) recorder.lookup(cohort, tier, this.parts.adapterBytes[rankClass], nowNs);
  }

  private renderPage(nowNs: number): void {
    const { apiServer, events, sources, durationNs } = this.parts;
    const next = apiServer!.process(nowNs);
    this.busyUntilNs = apiServer!.busyUntilNs;
    const goesOn = next < durationNs || this.inFlight > 0 || this.busyUntilNs > nowNs;
    events.schedule(sources.page, goesOn ? next : Number.POSITIVE_INFINITY);
  }

  private prefetchTick(number: number, nowNs: number): void {
    const { prefetchers, prefetchBudget, events, sources, durationNs } = this.parts;
    const policy = prefetchers[number];
    policy.tick(nowNs, prefetchBudget);
    const next = nowNs + toNs(policy.interval);
    events.schedule(sources.prefetch + number, next < durationNs ? next : Number.POSITIVE_INFINITY);
  }

  /**
   * State is constant between events (but for KV memory, whose use within a run of steps is computed), so what a grid point
   * between the last event and this one sees is the state now.
   */
  private passGrid(nowNs: number): void {
    if (nowNs >= this.nextSignalNs) {
      this.parts.signal!.refresh();
      const step = this.parts.signal!.stalenessNs;
      this.nextSignalNs += step * Math.ceil((nowNs - this.nextSignalNs + 1) / step);
    }
    while (nowNs >= this.nextGaugeNs) {
      this.sampleGauges(this.nextGaugeNs);
      this.parts.recorder.trail(this.events, this.digest, this.nextGaugeNs);
      this.nextGaugeNs += this.parts.gaugeNs;
    }
    this.nextGridNs = Math.min(this.nextGaugeNs, this.nextSignalNs);
  }

  private sampleGauges(nowNs: number): void {
    const { replicas, nodes, recorder } = this.parts;
    const g = this.gauges.fill(0);
    for (const replica of replicas) {
      g[0] += replica.running;
      g[1] += replica.waiting.size + replica.activating;
      g[2] += replica.usedBlocks(nowNs);
      g[3] += replica.gpu.pinned - replica.idlePins;
      g[4] += replica.gpu.used;
      g[5] += replica.host.used;
      g[7] += replica.loader.active;
      g[8] += replica.host.usedBytes;
      g[9] += replica.busy ? 1 : 0;
    }
    for (const node of nodes) g[6] += node.disk === null ? 0 : node.disk.used;
    recorder.gauges(g, nowNs);
    if (this.parts.lifecycle !== null) sampleStale(this.parts.lifecycle, replicas, nowNs);
  }
}
