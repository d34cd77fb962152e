/**
 * The API server's own page of metrics, and what it costs the requests that pass by.
 *
 * vLLM's API server answers clients, hands on tokens and renders its metrics page in one thread. `vllm:lora_requests_info` has one line for each
 * pair of sets, adapters with waiting requests and adapters with running ones, that was ever seen at the end of a step
 * (vllm/v1/metrics/loggers.py, stats.py, v0.8.5): lines are never dropped, so the page grows with the hours and with the adapters that
 * come and go. While it is rendered, requests do not reach the engine and tokens do not reach clients. The engine itself runs on. Then
 * the server takes up one step's tokens after the other: of at most 128 requests at once, and clients are written to in between only
 * where there are more (VLLM_V1_OUTPUT_PROC_CHUNK_SIZE, vllm/v1/engine/async_llm.py). So in small batches the tokens of one request that
 * came meanwhile arrive as one piece, and in large ones as many pieces at the same moment.
 *
 * It stands between the engine and the recorder. One server for all replicas of a cell. A request counts as waiting until its
 * first token: the server hears of its start with that. Not modelled: the client that reads the page takes no time of its own.
 */
import { TICKS_PER_NS } from './cost/step-cost.ts';
import { hash32 } from './random/hash.ts';
import type { Recorder } from './recorder.ts';

export interface MetricsPage {
  /** From the end of one reading to the next, ns. */
  everyNs: number;
  /** Rendering and compressing, ns a line and ns an adapter named in it. */
  lineNs: number;
  nameNs: number;
}

/** Requests whose tokens are handled before clients are written to. */
const HANDLED_AT_ONCE = 128;

/** Two independent 32-bit hashes of a set, by exclusive or of its members. */
class AdapterSet {
  readonly counts = new Map<number, number>();
  high = 0;
  low = 0;

  add(key: number): void {
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    if (count === 0) this.toggle(key);
  }

  remove(key: number): void {
    const count = this.counts.get(key) ?? 0;
    if (count > 1) {
      this.counts.set(key, count - 1);
    } else if (count === 1) {
      this.counts.delete(key);
      this.toggle(key);
    }
  }

  private toggle(key: number): void {
    this.high ^= hash32(0x5be0cd19, key, 1);
    this.low ^= hash32(0x1f83d9ab, key, 2);
  }
}

export class ApiServer implements Recorder {
  readonly tracer: Recorder['tracer'];
  readonly lifecycle: Recorder['lifecycle'];
  /** Lines of the page so far, and adapters named in them. */
  lines = 0;
  names = 0;
  /** When the rendering under way, or the latest one, ends. */
  busyUntilNs = 0;
  private readonly page: MetricsPage;
  private readonly inner: Recorder;
  private readonly waiting = new AdapterSet();
  private readonly started = new AdapterSet();
  private readonly seen = new Set<number>();
  private rendering = false;
  /** Renderings so far: beginning and end, ns. */
  private readonly from: number[] = [];
  private readonly until: number[] = [];
  /** What clients get when the rendering ends, in order. */
  private undelivered: ((nowNs: number) => void)[] = [];
  /** Tokens that came during a rendering and are part of the next piece. */
  private heldTokens = 0;
  /** A step ended, and what it brought has been heard: its line stands with the next change. */
  private pending = false;
  /** Arrivals since `arrivedNs` are in no line yet. */
  private changed = false;
  private arrivedNs = 0;
  private stepNs = 1;

  constructor(page: MetricsPage, inner: Recorder) {
    this.page = page;
    this.inner = inner;
    this.tracer = inner.tracer;
    this.lifecycle = inner.lifecycle;
  }

  /** A rendering begins or ends. Returns when the next one does. */
  process(nowNs: number): number {
    const { page } = this;
    if (this.rendering) {
      this.rendering = false;
      this.deliver(nowNs);
      return nowNs + page.everyNs;
    }
    const takes = Math.round(this.lines * page.lineNs + this.names * page.nameNs);
    if (takes === 0) return nowNs + page.everyNs;
    this.rendering = true;
    this.busyUntilNs = nowNs + takes;
    this.from.push(nowNs);
    this.until.push(this.busyUntilNs);
    return this.busyUntilNs;
  }

  /** Hands on what was held back. */
  deliver(nowNs: number): void {
    const held = this.undelivered;
    this.undelivered = [];
    for (const call of held) call(nowNs);
  }

  /** A request entered a replica's queue. `key`: its adapter, −1 for the base. */
  arrived(key: number, nowNs: number): void {
    if (key < 0) return;
    if (this.pending || (this.changed && this.stepsApart(this.arrivedNs, nowNs))) this.note();
    this.waiting.add(key);
    this.changed = true;
    this.arrivedNs = nowNs;
  }

  /** A request left its replica, answered or not. */
  left(key: number, hadFirstToken: boolean): void {
    if (key >= 0) (hadFirstToken ? this.started : this.waiting).remove(key);
  }

  /** When a client got what the engine had at `ns`. */
  delivered(ns: number): number {
    let low = 0;
    let high = this.from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.from[middle] <= ns) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? ns : Math.max(ns, this.until[low - 1]);
  }

  arrival(cohort: number, user: number, nowNs: number): void {
    this.inner.arrival(cohort, user, nowNs);
  }

  refused(...call: Parameters<Recorder['refused']>): void {
    this.inner.refused(...call);
  }

  lookup(cohort: number, tier: number, bytes: number, nowNs: number): void {
    this.inner.lookup(cohort, tier, bytes, nowNs);
  }

  dedupJoin(cohort: number): void {
    this.inner.dedupJoin(cohort);
  }

  loaded(...call: Parameters<Recorder['loaded']>): void {
    this.inner.loaded(...call);
  }

  activated(bytes: number, waitNs: number, copyNs: number): void {
    this.inner.activated(bytes, waitNs, copyNs);
  }

  evicted(tier: number, bytes: number): void {
    this.inner.evicted(tier, bytes);
  }

  preempted(cohort: number): void {
    this.inner.preempted(cohort);
  }

  firstToken(
    cohort: number,
    user: number,
    arrivalNs: number,
    queueNs: number,
    adapterWaitNs: number,
    nowNs: number,
    key: number,
  ): void {
    if (key >= 0) {
      this.waiting.remove(key);
      this.started.add(key);
    }
    this.hand((ns) => this.inner.firstToken(cohort, user, arrivalNs, queueNs, adapterWaitNs, ns, key), nowNs);
  }

  finished(
    cohort: number,
    user: number,
    adapter: number,
    replica: number,
    arrivalNs: number,
    firstTokenNs: number,
    nowNs: number,
    promptTokens: number,
    outputTokens: number,
    queueNs: number,
    adapterWaitNs: number,
    aloneNs: number,
    lookupTier: number,
  ): void {
    const firstNs = this.delivered(firstTokenNs);
    const call = (ns: number) =>
      this.inner.finished(
        cohort,
        user,
        adapter,
        replica,
        arrivalNs,
        firstNs,
        Math.max(ns, firstNs),
        promptTokens,
        outputTokens,
        queueNs,
        adapterWaitNs,
        aloneNs,
        lookupTier,
      );
    this.hand(call, nowNs);
  }

  run(
    replica: number,
    steps: number,
    requests: number,
    firstTicks: number,
    growthTicks: number,
    partTicks: Float64Array,
    endNs: number,
  ): void {
    this.stepNs = Math.max(1, firstTicks / TICKS_PER_NS);
    if (this.changed && endNs - this.arrivedNs > this.stepNs) this.note();
    this.pending = true;
    const startNs = endNs - (steps * firstTicks + (growthTicks * steps * (steps - 1)) / 2) / TICKS_PER_NS;
    if (requests === 0 || this.busyUntilNs <= startNs) {
      this.inner.run(replica, steps, requests, firstTicks, growthTicks, partTicks, endNs);
      return;
    }
    // Costs as they are; gaps as clients saw them.
    this.inner.run(replica, steps, 0, firstTicks, growthTicks, partTicks, endNs);
    let boundaryNs = startNs;
    let lastNs = this.delivered(startNs);
    for (let step = 0; step < steps; step++) {
      boundaryNs += (firstTicks + step * growthTicks) / TICKS_PER_NS;
      const nowNs = this.delivered(boundaryNs);
      if (nowNs > lastNs) {
        this.inner.gap(Math.round((nowNs - lastNs) * TICKS_PER_NS), requests, requests + this.heldTokens);
        this.heldTokens = 0;
      } else if (requests > HANDLED_AT_ONCE) {
        this.inner.gap(0, requests);
      } else {
        this.heldTokens += requests;
      }
      lastNs = nowNs;
    }
  }

  gap(ticks: number, requests: number): void {
    this.inner.gap(ticks, requests);
  }

  gauges(values: Float64Array, nowNs: number): void {
    this.inner.gauges(values, nowNs);
  }

  trail(events: number, digest: number, nowNs: number): void {
    this.inner.trail(events, digest, nowNs);
  }

  private hand(call: (nowNs: number) => void, nowNs: number): void {
    if (this.rendering) this.undelivered.push(call);
    else call(nowNs);
  }

  /** Whether a step ends between two moments, as steps take now. */
  private stepsApart(fromNs: number, toNs: number): boolean {
    return Math.floor(fromNs / this.stepNs) !== Math.floor(toNs / this.stepNs);
  }

  /** The sets as they are now are a line of the page. */
  private note(): void {
    this.pending = false;
    this.changed = false;
    const { waiting, started, seen } = this;
    const key = ((waiting.high ^ Math.imul(started.low, 0x9e3779b1)) >>> 0) * 2 ** 21;
    const line = key + ((waiting.low ^ Math.imul(started.high, 0x85ebca6b)) >>> 11);
    if (seen.has(line)) return;
    seen.add(line);
    this.lines++;
    this.names += waiting.counts.size + started.counts.size;
  }
}
