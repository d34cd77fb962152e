/**
 * A request trace against one eviction policy: hits, misses and evictions, without clock, links or loads. For comparing
 * policies with each other, with published miss ratios and with the bound that needs the future.
 *
 * A request costs one index look-up and one policy call where it hits; the index and the policy are the ones that a tier
 * runs. V8 specialises a function for the classes it has met in it, and a loop that has met several policies calls them
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
  /** Size by key in bytes, and seconds to bring an entry back by key. Without them every key weighs and costs 1. */
  readonly sizes?: Float64Array;
  readonly costs?: Float64Array;
}

export interface ReplayOptions {
  /** What the entries that are held may weigh together: a number of entries, or bytes where the trace has sizes. */
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
  const { universe, sizes } = trace;
  const { capacity } = options;
  if (!(capacity >= 1)) throw new RangeError(`replay: capacity must be at least 1, got ${capacity}`);
  const keys = new Int32Array(trace.keys.buffer, trace.keys.byteOffset, trace.keys.length);
  const smallest = sizes === undefined ? 1 : smallestOf(sizes);
  const entries = Math.max(1, Math.min(universe, Math.floor(capacity / smallest)));
  const future: Future = { position: 0, next: name in OFFLINE_EVICTION ? nextUses(keys, universe) : new Int32Array(0) };
  const policy = createPolicy(name, options.params ?? {}, future, {
    capacity: entries,
    pins: new Uint16Array(entries),
    random32: options.random32 ?? noRandom,
  });
  const index = options.index === 'hash' ? new HashIndex(entries) : new DenseIndex(universe);
  const counts = new Float64Array(4);
  if (sizes === undefined) {
    ownCopy(serveUnits, `${name}/${index.constructor.name}`)(policy, index, keys, entries, future, counts);
  } else {
    const costs = trace.costs ?? new Float64Array(universe).fill(1);
    const serve = ownCopy(serveSized, `${name}/${index.constructor.name}`);
    serve(policy, index, keys, entries, future, counts, sizes, costs, capacity);
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

function smallestOf(sizes: Float64Array): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const size of sizes) smallest = Math.min(smallest, size);
  if (!(smallest > 0)) throw new RangeError(`replay: sizes must be above 0, got ${smallest}`);
  return smallest;
}

/**
 * A copy of a function that refers to nothing but its arguments and globals, with type feedback of its own. Copies of one
 * label share it, so a second replay of the same policy starts warm; profiles show the label.
 */
function ownCopy<F extends (...args: never[]) => void>(body: F, label: string): F {
  return new Function(`return ${body.toString()}\n//# sourceURL=replay/${label}/${body.name}`)() as F;
}

/** Every key weighs 1. `counts`: hits, evictions, hit weight, requested weight. */
function serveUnits(
  policy: EvictionPolicy,
  index: IndexMap,
  keys: Int32Array,
  entries: number,
  future: Future,
  counts: Float64Array,
): void {
  const keyOf = new Int32Array(entries);
  const requests = keys.length;
  let used = 0;
  let misses = 0;
  for (let i = 0; i < requests; i++) {
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
  counts[0] = requests - misses;
  counts[1] = misses - used;
  counts[2] = requests - misses;
  counts[3] = requests;
}

/** Keys weigh `sizes[key]`; as many entries are evicted as the newcomer needs. */
function serveSized(
  policy: EvictionPolicy,
  index: IndexMap,
  keys: Int32Array,
  entries: number,
  future: Future,
  counts: Float64Array,
  sizes: Float64Array,
  costs: Float64Array,
  capacity: number,
): void {
  const keyOf = new Int32Array(entries);
  const free = new Int32Array(entries);
  for (let i = 0; i < entries; i++) free[i] = entries - 1 - i;
  let freeCount = entries;
  let room = capacity;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const size = sizes[key];
    future.position = i;
    counts[3] += size;
    const found = index.get(key);
    if (found !== -1) {
      policy.hit(found);
      counts[0]++;
      counts[2] += size;
      continue;
    }
    if (size > capacity) continue;
    while (room < size || freeCount === 0) {
      const victim = policy.evict(key);
      counts[1]++;
      room += sizes[keyOf[victim]];
      index.delete(keyOf[victim]);
      free[freeCount++] = victim;
    }
    const slot = free[--freeCount];
    room -= size;
    keyOf[slot] = key;
    index.set(key, slot);
    policy.insert(slot, key, size, costs[key]);
  }
}
