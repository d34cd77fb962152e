/**
 * A request trace against one eviction policy: hits, misses and evictions, without clock, links or loads. For comparing
 * policies with each other, with published miss ratios and with the bound that needs the future.
 *
 * A request costs one index look-up and one policy call where it hits; the index and the policy are the ones that a tier
 * runs. Both wait for memory more than they compute, so the index cells of the next requests are touched a block ahead,
 * where nothing depends on the answers and the processor fetches them side by side. V8 specialises a function for the classes it has met in it, and a loop that has met several policies calls them
 * indirectly, at a third of the speed. So each pair of policy and index class gets its own copy of the loop.
 */
import { type Future, nextUses } from './eviction/belady.ts';
import { EVICTION, OFFLINE_EVICTION } from './eviction/index.ts';
import type { EvictionContext, EvictionPolicy } from './eviction/policy.ts';
import { DenseIndex, HashIndex, type IndexMap } from './index-map.ts';

export interface ReplayTrace {
  /** One key a request, 0 … universe − 1. */
  readonly keys: Int32Array | Uint32Array;
  readonly universe: number;
  /** Keys of unequal weight; without it every key weighs and costs 1. */
  readonly weights?: ReplayWeights;
}

/** As in a catalog of adapters, a key has one of a few classes (ranks), and the class has a size. */
export interface ReplayWeights {
  /** Class of each request's key, as long as `keys`: a trace carries sizes by request, and reading them in order is free. */
  readonly classes: Uint8Array;
  /** By class: bytes, and seconds to bring an entry back. */
  readonly sizes: Float64Array;
  readonly costs: Float64Array;
}

export interface ReplayOptions {
  /** What the entries that are held may weigh together: a number of entries, or bytes where the trace has weights. */
  readonly capacity: number;
  /** Parameters of the policy, as a scenario gives them. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** `dense` (default): a table over all keys, smaller than most traces. `hash`: as in a tier of a large catalog. */
  readonly index?: 'dense' | 'hash';
  /** 32 random bits a call, for policies that draw. */
  readonly random32?: () => number;
}

export interface ReplayResult {
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  /** Weight of the requests that hit, and of all requests. */
  readonly hitBytes: number;
  readonly requestBytes: number;
}

/**
 * Replays `trace` against the policy that EVICTION or OFFLINE_EVICTION names.
 * A request larger than the capacity is a miss that is not stored.
 */
export function replay(name: string, trace: ReplayTrace, options: ReplayOptions): ReplayResult {
  const { universe, weights } = trace;
  const { capacity } = options;
  if (!(capacity >= 1)) throw new RangeError(`replay: capacity must be at least 1, got ${capacity}`);
  const keys = new Int32Array(trace.keys.buffer, trace.keys.byteOffset, trace.keys.length);
  const smallest = weights === undefined ? 1 : Math.min(...weights.sizes);
  if (!(smallest > 0)) throw new RangeError(`replay: sizes must be above 0, got ${smallest}`);
  const entries = Math.max(1, Math.min(universe, Math.floor(capacity / smallest)));
  const future: Future = { position: 0, next: name in OFFLINE_EVICTION ? nextUses(keys, universe) : new Int32Array(0) };
  const policy = createPolicy(name, options.params ?? {}, future, {
    capacity: entries,
    pins: new Uint16Array(entries),
    random32: options.random32 ?? noRandom,
  });
  const index = options.index === 'hash' ? new HashIndex(entries) : new DenseIndex(universe);
  const counts = new Float64Array(4);
  const label = `${name}/${index.constructor.name}`;
  if (weights === undefined) {
    ownCopy(serveUnits, label)(policy, index, keys, entries, future, counts);
  } else {
    ownCopy(serveSized, label)(policy, index, keys, entries, future, counts, weights, capacity);
  }
  const [hits, evictions, hitBytes, requestBytes] = counts;
  return { requests: keys.length, hits, misses: keys.length - hits, evictions, hitBytes, requestBytes };
}

function createPolicy(name: string, params: unknown, future: Future, context: EvictionContext): EvictionPolicy {
  if (Object.hasOwn(EVICTION, name)) return EVICTION[name].create(EVICTION[name].params.parse(params), context);
  if (Object.hasOwn(OFFLINE_EVICTION, name)) {
    return OFFLINE_EVICTION[name].create(OFFLINE_EVICTION[name].params.parse(params), context, future);
  }
  const known = [...Object.keys(EVICTION), ...Object.keys(OFFLINE_EVICTION)].join(', ');
  throw new RangeError(`replay: no eviction policy is named "${name}"; there are ${known}`);
}

function noRandom(): number {
  throw new Error('replay: this policy draws random numbers; give options.random32');
}

/**
 * A copy of a function that refers to nothing but its arguments and globals, with type feedback of its own. Copies of one
 * label share it, so a second replay of the same policy starts warm; profiles show the label.
 */
function ownCopy<F extends (...args: never[]) => number>(body: F, label: string): F {
  return new Function(`return ${body.toString()}\n//# sourceURL=replay/${label}/${body.name}`)() as F;
}

/**
 * Every key weighs 1. `counts`: hits, evictions, hit weight, requested weight. The result means nothing; it keeps the look
 * ahead from being optimised away.
 */
function serveUnits(
  policy: EvictionPolicy,
  index: IndexMap,
  keys: Int32Array,
  entries: number,
  future: Future,
  counts: Float64Array,
): number {
  const keyOf = new Int32Array(entries);
  const requests = keys.length;
  let used = 0;
  let misses = 0;
  let touched = 0;
  for (let start = 0; start < requests; start += 128) {
    const end = Math.min(requests, start + 128);
    for (let i = start; i < end; i++) touched ^= index.get(keys[i]);
    for (let i = start; i < end; i++) {
      const key = keys[i];
      future.position = i;
      let slot = index.get(key);
      if (slot !== -1) {
        policy.hit(slot);
        continue;
      }
      misses++;
      if (used < entries) {
        slot = used++;
      } else {
        slot = policy.evict(key);
        index.delete(keyOf[slot]);
      }
      keyOf[slot] = key;
      index.set(key, slot);
      policy.insert(slot, key, 1, 1);
    }
  }
  counts[0] = requests - misses;
  counts[1] = misses - used;
  counts[2] = requests - misses;
  counts[3] = requests;
  return touched;
}

/** Keys weigh what their class weighs; as many entries are evicted as the newcomer needs. */
function serveSized(
  policy: EvictionPolicy,
  index: IndexMap,
  keys: Int32Array,
  entries: number,
  future: Future,
  counts: Float64Array,
  weights: ReplayWeights,
  capacity: number,
): number {
  const { classes, sizes, costs } = weights;
  const keyOf = new Int32Array(entries);
  const classOf = new Uint8Array(entries);
  const free = new Int32Array(entries);
  for (let i = 0; i < entries; i++) free[i] = entries - 1 - i;
  const requests = keys.length;
  let freeCount = entries;
  let room = capacity;
  let misses = 0;
  let missBytes = 0;
  let requestBytes = 0;
  let evictions = 0;
  let touched = 0;
  for (let start = 0; start < requests; start += 128) {
    const end = Math.min(requests, start + 128);
    for (let i = start; i < end; i++) touched ^= index.get(keys[i]);
    for (let i = start; i < end; i++) {
      const key = keys[i];
      const keyClass = classes[i];
      const size = sizes[keyClass];
      requestBytes += size;
      future.position = i;
      const found = index.get(key);
      if (found !== -1) {
        policy.hit(found);
        continue;
      }
      misses++;
      missBytes += size;
      if (size > capacity) continue;
      while (room < size || freeCount === 0) {
        const victim = policy.evict(key);
        evictions++;
        room += sizes[classOf[victim]];
        index.delete(keyOf[victim]);
        free[freeCount++] = victim;
      }
      const slot = free[--freeCount];
      room -= size;
      keyOf[slot] = key;
      classOf[slot] = keyClass;
      index.set(key, slot);
      policy.insert(slot, key, size, costs[keyClass]);
    }
  }
  counts[0] = requests - misses;
  counts[1] = evictions;
  counts[2] = requestBytes - missBytes;
  counts[3] = requestBytes;
  return touched;
}
