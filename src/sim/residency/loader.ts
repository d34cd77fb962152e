/**
 * Loads of missing adapters into one replica's host memory.
 *
 * Stages: resolve → queue → fetch → build → register, as MinT times them (arXiv 2605.13779v2, section 5.3 and table 18).
 * `concurrency` loads are in progress at once, at most `queue` wait behind them, and what comes on top is refused.
 * Requests for an adapter that is already on its way join its load. Registration holds the engine's exclusive
 * lock: one load at a time. The time of the index lookup (resolve) and a tier's latency pass before the transfer enters its link.
 */
import type { EventHeap } from '../events.ts';
import { invariant } from '../invariants.ts';
import type { Recorder, Tracer } from '../recorder.ts';
import { createIndex, type IndexMap } from './index-map.ts';
import type { NodeStorage } from './node-storage.ts';
import type { Tier } from './tier.ts';

const QUEUED = 0;
const FETCHING = 1;
const BUILDING = 2;
const REGISTERING = 3;
/** Fetched; the engine builds and registers it between two steps. */
const AWAITING_ENGINE = 4;

/** Outcomes of asking for an adapter. */
export const LOAD_STARTED = 0;
export const LOAD_JOINED = 1;
export const LOAD_REFUSED = 2;

export interface LoaderOptions {
  /** Replica number in the cell and tickets per replica: a link's ticket is replica · ticketsPerReplica + job. */
  replica: number;
  ticketsPerReplica: number;
  concurrency: number;
  queue: number;
  universe: number;
  /** By rank class: bytes to fetch, ns to build. */
  fetchBytes: Float64Array;
  buildNs: Float64Array;
  registerNs: number;
  /** The first registration after every so many takes so much longer; null: none does. */
  pause: { every: number; ns: number } | null;
  /** The engine builds and registers between two of its steps (`takeForEngine`), and is told when there is something to build. */
  onFetched: ((nowNs: number) => void) | null;
  host: Tier;
  node: NodeStorage;
  events: EventHeap;
  source: number;
  recorder: Recorder;
  /**
   * The adapter was loaded into host memory at `entry`; `waiters` is the head of the list of requests that waited (−1: none). The
   * first of them inherits a pin on the entry. Without one the entry may by now be another's, whose load waited for room.
   */
  onReady(adapter: number, waiters: number, entry: number, nowNs: number): void;
  /** `next` column of the request table, for the lists of waiters. */
  next(): Int32Array;
}

export class Loader {
  /** Loads in progress, and loads waiting behind them. */
  active = 0;
  queued = 0;
  /** Loads that the engine has yet to build, in the order in which they were fetched. */
  readonly awaitingEngine: number[] = [];
  /** loading[entry] = 1: the host entry is reserved for a load that has not finished. */
  readonly loading: Uint8Array;
  private readonly o: LoaderOptions;
  private readonly tracer: Tracer | null;
  private readonly jobs: IndexMap;
  private readonly adapter: Int32Array;
  private readonly rankClass: Uint8Array;
  private readonly stage: Uint8Array;
  private readonly fromTier: Uint8Array;
  private readonly entry: Int32Array;
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  private readonly askedNs: Float64Array;
  private readonly startedNs: Float64Array;
  private readonly fetchedNs: Float64Array;
  private readonly builtNs: Float64Array;
  private readonly dueNs: Float64Array;
  private readonly freeJobs: Int32Array;
  private freeCount: number;
  private readonly fifo: Int32Array;
  private fifoHead = 0;
  /** Jobs in progress, unordered. */
  private readonly inProgress: Int32Array;
  private lockFreeNs = 0;
  private registrations = 0;

  constructor(options: LoaderOptions) {
    const capacity = options.concurrency + options.queue;
    this.o = options;
    this.tracer = options.recorder.tracer ?? null;
    this.loading = new Uint8Array(options.host.entries);
    this.jobs = createIndex(options.universe, capacity);
    this.adapter = new Int32Array(capacity);
    this.rankClass = new Uint8Array(capacity);
    this.stage = new Uint8Array(capacity);
    this.fromTier = new Uint8Array(capacity);
    this.entry = new Int32Array(capacity);
    this.head = new Int32Array(capacity);
    this.tail = new Int32Array(capacity);
    this.askedNs = new Float64Array(capacity);
    this.startedNs = new Float64Array(capacity);
    this.fetchedNs = new Float64Array(capacity);
    this.builtNs = new Float64Array(capacity);
    this.dueNs = new Float64Array(capacity);
    this.freeJobs = new Int32Array(capacity);
    for (let job = 0; job < capacity; job++) this.freeJobs[job] = capacity - 1 - job;
    this.freeCount = capacity;
    this.fifo = new Int32Array(capacity);
    this.inProgress = new Int32Array(options.concurrency);
  }

  /** Whether a load of this adapter is queued or in progress. */
  isLoading(adapter: number): boolean {
    return this.jobs.get(adapter) >= 0;
  }

  /** Whether a load could start at once. */
  get hasRoom(): boolean {
    return this.active < this.o.concurrency;
  }

  /** Where a load of this adapter would come from: 1 disk, 0 object store. */
  storageTier(adapter: number): number {
    const { disk } = this.o.node;
    return disk !== null && disk.find(adapter) >= 0 ? 1 : 0;
  }

  /** Asks for an adapter on behalf of a request (−1: nobody waits, a prefetch). */
  ask(adapter: number, rankClass: number, request: number, nowNs: number): number {
    const known = this.jobs.get(adapter);
    if (known >= 0) {
      if (request >= 0) this.addWaiter(known, request);
      return LOAD_JOINED;
    }
    if (this.freeCount === 0) return LOAD_REFUSED;
    const job = this.freeJobs[--this.freeCount];
    this.jobs.set(adapter, job);
    this.adapter[job] = adapter;
    this.rankClass[job] = rankClass;
    this.askedNs[job] = nowNs;
    this.head[job] = -1;
    this.tail[job] = -1;
    if (request >= 0) this.addWaiter(job, request);
    this.stage[job] = QUEUED;
    this.fifo[(this.fifoHead + this.queued++) % this.fifo.length] = job;
    this.startQueued(nowNs);
    return LOAD_STARTED;
  }

  /** Starts what may start: called when a load ends and when an entry of host memory is unpinned. */
  startQueued(nowNs: number): void {
    while (this.queued > 0 && this.active < this.o.concurrency) {
      if (!this.start(this.fifo[this.fifoHead], nowNs)) return;
      this.fifoHead = (this.fifoHead + 1) % this.fifo.length;
      this.queued--;
    }
  }

  /** A link delivered a load's bytes. */
  fetched(job: number, nowNs: number): void {
    const rankClass = this.rankClass[job];
    this.fetchedNs[job] = nowNs;
    if (this.fromTier[job] === 0) this.o.node.keep(this.adapter[job], rankClass);
    if (this.o.onFetched !== null) {
      this.stage[job] = AWAITING_ENGINE;
      this.dueNs[job] = Number.POSITIVE_INFINITY;
      this.awaitingEngine.push(job);
      this.reschedule();
      this.o.onFetched(nowNs);
      return;
    }
    const buildNs = this.o.buildNs[rankClass];
    this.stage[job] = BUILDING;
    this.dueNs[job] = nowNs + buildNs;
    if (buildNs === 0) this.built(job, nowNs);
    this.reschedule();
  }

  /** The engine builds and registers up to `most` loads from `nowNs` on, one after the other. Returns when it is free again. */
  takeForEngine(most: number, nowNs: number): number {
    let freeNs = nowNs;
    const jobs = this.awaitingEngine.splice(0, most);
    for (const job of jobs) {
      this.builtNs[job] = freeNs + this.o.buildNs[this.rankClass[job]];
      freeNs = this.builtNs[job] + this.registerNs();
      this.stage[job] = REGISTERING;
      this.dueNs[job] = freeNs;
    }
    this.reschedule();
    return freeNs;
  }

  /** Processes the stages that end at `nowNs`. */
  process(nowNs: number): void {
    for (;;) {
      const job = this.earliest();
      if (job < 0 || this.dueNs[job] > nowNs) break;
      if (this.stage[job] === BUILDING) this.built(job, nowNs);
      else this.done(job, nowNs);
    }
    this.reschedule();
  }

  private addWaiter(job: number, request: number): void {
    const next = this.o.next();
    next[request] = -1;
    if (this.head[job] < 0) this.head[job] = request;
    else next[this.tail[job]] = request;
    this.tail[job] = request;
  }

  /** False where pins leave no room in host memory: the load stays at the head of the queue. */
  private start(job: number, nowNs: number): boolean {
    const { host, node } = this.o;
    const adapter = this.adapter[job];
    const rankClass = this.rankClass[job];
    invariant(host.find(adapter) < 0, 'INV-10', 'loader start', host.find(adapter), -1);
    const entry = host.insert(adapter, rankClass);
    if (entry < 0) return false;
    host.pin(entry);
    this.loading[entry] = 1;
    this.entry[job] = entry;
    this.stage[job] = FETCHING;
    this.startedNs[job] = nowNs;
    this.dueNs[job] = Number.POSITIVE_INFINITY;
    this.inProgress[this.active++] = job;
    const ticket = this.o.replica * this.o.ticketsPerReplica + job;
    this.fromTier[job] = node.fetch(ticket, adapter, this.o.fetchBytes[rankClass], nowNs);
    return true;
  }

  private built(job: number, nowNs: number): void {
    this.builtNs[job] = nowNs;
    this.stage[job] = REGISTERING;
    const begin = this.lockFreeNs > nowNs ? this.lockFreeNs : nowNs;
    this.lockFreeNs = begin + this.registerNs();
    this.dueNs[job] = this.lockFreeNs;
  }

  /** Of the registration that begins next. */
  private registerNs(): number {
    const { registerNs, pause } = this.o;
    const before = this.registrations++;
    return pause !== null && before > 0 && before % pause.every === 0 ? registerNs + pause.ns : registerNs;
  }

  private done(job: number, nowNs: number): void {
    const { host, recorder } = this.o;
    const entry = this.entry[job];
    const adapter = this.adapter[job];
    const waiters = this.head[job];
    this.loading[entry] = 0;
    // The first request that waited takes over the pin, so that what it waited for cannot leave before it gets a slot.
    if (waiters < 0) host.unpin(entry);
    if (host.onChange !== null) host.onChange(adapter);
    this.jobs.delete(adapter);
    recorder.loaded(
      this.fromTier[job],
      this.o.fetchBytes[this.rankClass[job]],
      this.startedNs[job] - this.askedNs[job],
      this.fetchedNs[job] - this.startedNs[job],
      this.builtNs[job] - this.fetchedNs[job],
      nowNs - this.builtNs[job],
      nowNs,
    );
    if (this.tracer !== null) this.trace(job, nowNs, this.tracer);
    for (let i = 0; i < this.active; i++) {
      if (this.inProgress[i] === job) {
        this.inProgress[i] = this.inProgress[--this.active];
        break;
      }
    }
    this.freeJobs[this.freeCount++] = job;
    this.startQueued(nowNs);
    this.o.onReady(adapter, waiters, entry, nowNs);
  }

  private trace(job: number, nowNs: number, tracer: Tracer): void {
    const { replica, node } = this.o;
    tracer.load(
      replica,
      this.adapter[job],
      this.rankClass[job],
      this.fromTier[job],
      this.askedNs[job],
      this.startedNs[job],
      this.fromTier[job] === 1 ? node.diskDelayNs : node.objectDelayNs,
      this.fetchedNs[job],
      this.builtNs[job],
      nowNs,
    );
  }

  /** The job whose stage ends first (lowest job number among equals), −1 where none is timed. */
  private earliest(): number {
    let best = -1;
    for (let i = 0; i < this.active; i++) {
      const job = this.inProgress[i];
      if (best < 0 || this.dueNs[job] < this.dueNs[best] || (this.dueNs[job] === this.dueNs[best] && job < best))
        best = job;
    }
    return best;
  }

  private reschedule(): void {
    const job = this.earliest();
    this.o.events.schedule(this.o.source, job < 0 ? Number.POSITIVE_INFINITY : this.dueNs[job]);
  }
}
