/**
 * Every eviction policy again, slowly: keys instead of slots, arrays and Maps instead of links, written from the papers'
 * definitions. Order inside an array is always oldest first.
 */
import { FrequencySketch } from '../../../../src/sim/residency/eviction/frequency-sketch.ts';

export interface Reference {
  insert(key: number, size: number, cost: number): void;
  hit(key: number): void;
  remove(key: number): void;
  /** The key to evict, null where all are pinned. */
  evict(incoming: number): number | null;
}

export interface ReferenceContext {
  capacity: number;
  /** Shares of the segmented policies, where a test sets them. */
  params: { window?: number; small?: number };
  pinned(key: number): boolean;
  random32(): number;
  /** Position of the next request for `key` after the current one; Infinity where none follows. */
  nextUse(key: number): number;
}

const without = (list: number[], key: number) => list.filter((other) => other !== key);

/** Index of the oldest unpinned entry; the pinned ones before it are moved to the young end. −1: nothing changes. */
function rotateToUnpinned(list: number[], pinned: (key: number) => boolean): number | null {
  const at = list.findIndex((key) => !pinned(key));
  if (at === -1) return null;
  list.push(...list.splice(0, at));
  return list[0];
}

function lru(context: ReferenceContext, renewOnHit = true): Reference {
  let order: number[] = [];
  return {
    insert: (key) => void order.push(key),
    hit: (key) => {
      if (renewOnHit) order = [...without(order, key), key];
    },
    remove: (key) => void (order = without(order, key)),
    evict: () => {
      const victim = rotateToUnpinned(order, context.pinned);
      if (victim !== null) order.shift();
      return victim;
    },
  };
}

function clock(context: ReferenceContext): Reference {
  let ring: number[] = [];
  const referenced = new Set<number>();
  return {
    insert: (key) => void ring.push(key),
    hit: (key) => void referenced.add(key),
    remove: (key) => {
      ring = without(ring, key);
      referenced.delete(key);
    },
    evict: () => {
      if (ring.every(context.pinned)) {
        return null;
      }
      for (;;) {
        const key = ring.shift()!;
        if (!context.pinned(key) && !referenced.delete(key)) return key;
        ring.push(key);
      }
    },
  };
}

function sieve(context: ReferenceContext): Reference {
  let order: number[] = [];
  const visited = new Set<number>();
  /** The entry under the hand, null: before the oldest. */
  let hand: number | null = null;
  const youngerThan = (key: number): number | null => order[order.indexOf(key) + 1] ?? null;
  const remove = (key: number) => {
    if (hand === key) hand = youngerThan(key);
    order = without(order, key);
    visited.delete(key);
  };
  return {
    insert: (key) => void order.push(key),
    hit: (key) => void visited.add(key),
    remove,
    evict: () => {
      if (order.every(context.pinned)) {
        for (const key of order) if (!context.pinned(key)) visited.delete(key);
        return null;
      }
      for (;;) {
        const key: number = hand ?? order[0];
        hand = youngerThan(key);
        if (context.pinned(key) || visited.delete(key)) continue;
        remove(key);
        return key;
      }
    },
  };
}

function lfu(context: ReferenceContext): Reference {
  /** How often, and when that frequency was reached. */
  const entries = new Map<number, { frequency: number; since: number }>();
  let time = 0;
  const inOrder = () =>
    [...entries.keys()].sort((a, b) => {
      const [x, y] = [entries.get(a)!, entries.get(b)!];
      return x.frequency - y.frequency || x.since - y.since;
    });
  return {
    insert: (key) => void entries.set(key, { frequency: 1, since: time++ }),
    hit: (key) => void entries.set(key, { frequency: entries.get(key)!.frequency + 1, since: time++ }),
    remove: (key) => void entries.delete(key),
    evict: () => {
      const order = inOrder();
      const victim = order.find((key) => !context.pinned(key));
      if (victim === undefined) return null;
      const { frequency } = entries.get(victim)!;
      for (const key of order.slice(0, order.indexOf(victim))) entries.set(key, { frequency, since: time++ });
      entries.delete(victim);
      return victim;
    },
  };
}

function s3Fifo(context: ReferenceContext): Reference {
  const share = context.params.small ?? 0.1;
  const size = new Map<number, number>();
  const uses = new Map<number, number>();
  let small: number[] = [];
  let main: number[] = [];
  let ghosts: number[] = [];
  let returning: number | null = null;
  const bytes = (list: number[]) => list.reduce((sum, key) => sum + size.get(key)!, 0);
  const evictSmall = (): number | null => {
    while (small.length > 0) {
      const key = small[0];
      if (!context.pinned(key) && uses.get(key)! < 2) {
        const limit = Math.max(1, Math.floor(0.9 * (small.length + main.length)));
        while (ghosts.length >= limit) ghosts.shift();
        ghosts.push(key);
        small.shift();
        return key;
      }
      small.shift();
      main.push(key);
      uses.set(key, 0);
    }
    return null;
  };
  const evictMain = (): number | null => {
    if (main.every(context.pinned)) return null;
    for (;;) {
      const key = main.shift()!;
      if (!context.pinned(key)) {
        if (uses.get(key) === 0) return key;
        uses.set(key, uses.get(key)! - 1);
      }
      main.push(key);
    }
  };
  return {
    insert: (key, bytesOfKey) => {
      size.set(key, bytesOfKey);
      uses.set(key, 0);
      if (key === returning || ghosts.includes(key)) main.push(key);
      else small.push(key);
      ghosts = without(ghosts, key);
      returning = null;
    },
    hit: (key) => void uses.set(key, Math.min(3, uses.get(key)! + 1)),
    remove: (key) => {
      small = without(small, key);
      main = without(main, key);
    },
    evict: (incoming) => {
      if (ghosts.includes(incoming)) returning = incoming;
      ghosts = without(ghosts, incoming);
      const smallIsLarge = bytes(small) >= share * (bytes(small) + bytes(main));
      return (smallIsLarge ? evictSmall() : null) ?? evictMain() ?? evictSmall();
    },
  };
}

function wTinyLfu(context: ReferenceContext): Reference {
  const share = context.params.window ?? 0.01;
  const sketch = new FrequencySketch(context.capacity, false);
  const size = new Map<number, number>();
  const segments: number[][] = [[], [], []];
  const [window, probation, guarded] = [0, 1, 2];
  let additions = 0;
  const bytes = (...of: number[]) => of.flatMap((i) => segments[i]).reduce((sum, key) => sum + size.get(key)!, 0);
  const remove = (key: number) => {
    for (const i of [window, probation, guarded]) segments[i] = without(segments[i], key);
  };
  const move = (key: number, to: number) => {
    remove(key);
    segments[to].push(key);
  };
  const preferred = (candidate: number, victim: number) =>
    sketch.estimate(candidate) > sketch.estimate(victim) ||
    (sketch.estimate(candidate) >= 6 && (context.random32() & 127) === 0);
  const record = (key: number) => {
    sketch.add(key);
    additions++;
  };
  return {
    insert: (key, bytesOfKey) => {
      record(key);
      size.set(key, bytesOfKey);
      segments[window].push(key);
      const limit = share * bytes(window, probation, guarded);
      while (bytes(window) > limit && segments[window].length > 1) move(segments[window][0], probation);
    },
    hit: (key) => {
      record(key);
      const at = segments.findIndex((list) => list.includes(key));
      move(key, at === probation ? guarded : at);
      const limit = 0.8 * bytes(probation, guarded);
      if (at === probation) while (bytes(guarded) > limit) move(segments[guarded][0], probation);
    },
    remove,
    evict: () => {
      const count = segments.flat().length;
      if (additions >= 10 * count) {
        sketch.age();
        additions = Math.floor(additions / 2);
      }
      const total = bytes(window, probation, guarded);
      let victim =
        rotateToUnpinned(segments[probation], context.pinned) ?? rotateToUnpinned(segments[guarded], context.pinned);
      if (victim === null || bytes(window) + total / count > share * total) {
        const candidate = rotateToUnpinned(segments[window], context.pinned);
        if (victim === null || (candidate !== null && !preferred(candidate, victim))) victim = candidate;
        else if (candidate !== null) move(candidate, probation);
      }
      if (victim !== null) remove(victim);
      return victim;
    },
  };
}

/** Figure 4 of the paper; CASE numbers as there. */
function arc(context: ReferenceContext): Reference {
  const t: number[][] = [[], []];
  const b: number[][] = [[], []];
  let p = 0;
  let c = context.capacity;
  let known: { key: number; list: number } | null = null;
  const recall = (key: number) => {
    if (known?.key === key) return;
    const list = b.findIndex((ghosts) => ghosts.includes(key));
    if (list === 0) p = Math.min(c, p + Math.max(1, b[1].length / b[0].length)); // CASE II
    if (list === 1) p = Math.max(0, p - Math.max(1, b[0].length / b[1].length)); // CASE III
    if (list !== -1) b[list] = without(b[list], key);
    known = { key, list };
  };
  /** The oldest unpinned entry of T1; pinned ones before it count as used again. */
  const takeOnce = () => {
    while (t[0].length > 0) {
      const key = t[0].shift()!;
      if (!context.pinned(key)) return key;
      t[1].push(key);
    }
    return null;
  };
  const takeAgain = () => {
    const victim = rotateToUnpinned(t[1], context.pinned);
    if (victim !== null) t[1].shift();
    return victim;
  };
  const haunt = (list: number, key: number | null) => {
    if (key === null) return null;
    // Several small entries may leave for one large one; the ghosts stay bounded all the same.
    const full = b[0].length + b[1].length === context.capacity + 1;
    if (full && b[list].length === 0) return key;
    if (full) b[list].shift();
    b[list].push(key);
    return key;
  };
  const replace = () => {
    const fromT1 = t[0].length > 0 && (t[0].length > p || (known!.list === 1 && t[0].length === p));
    const first = fromT1 ? null : haunt(1, takeAgain());
    return first ?? haunt(0, takeOnce()) ?? haunt(1, takeAgain());
  };
  return {
    insert: (key) => {
      recall(key);
      t[known!.list === -1 ? 0 : 1].push(key);
      known = null;
    },
    hit: (key) => {
      t[0] = without(t[0], key);
      t[1] = [...without(t[1], key), key]; // CASE I
    },
    remove: (key) => {
      t[0] = without(t[0], key);
      t[1] = without(t[1], key);
    },
    evict: (incoming) => {
      c = t[0].length + t[1].length;
      recall(incoming);
      if (known!.list === -1) {
        // CASE IV
        if (t[0].length + b[0].length >= c) {
          if (b[0].length === 0) {
            return takeOnce() ?? replace();
          }
          while (b[0].length > 0 && t[0].length + b[0].length >= c) b[0].shift();
        } else {
          while (b[1].length > 0 && t[0].length + t[1].length + b[0].length + b[1].length >= 2 * c) b[1].shift();
        }
      }
      return replace();
    },
  };
}

/** Keeps a rank for each entry and evicts the smallest, earliest set first. */
function ranked(
  context: ReferenceContext,
  rank: (key: number, uses: number, size: number, cost: number, floor: number) => number,
  rerankPassed: boolean,
): Reference {
  const entries = new Map<number, { rank: number; since: number; uses: number; size: number; cost: number }>();
  let floor = 0;
  let time = 0;
  return {
    insert: (key, size, cost) =>
      void entries.set(key, { rank: rank(key, 1, size, cost, floor), since: time++, uses: 1, size, cost }),
    hit: (key) => {
      const entry = entries.get(key)!;
      entry.uses++;
      entry.rank = rank(key, entry.uses, entry.size, entry.cost, floor);
      entry.since = time++;
    },
    remove: (key) => void entries.delete(key),
    evict: () => {
      const order = [...entries.keys()].sort((a, b) => {
        const [x, y] = [entries.get(a)!, entries.get(b)!];
        return x.rank - y.rank || x.since - y.since;
      });
      const victim = order.find((key) => !context.pinned(key));
      if (victim === undefined) return null;
      floor = entries.get(victim)!.rank;
      for (const key of order.slice(0, order.indexOf(victim))) {
        const entry = entries.get(key)!;
        if (rerankPassed) entry.rank = rank(key, entry.uses, entry.size, entry.cost, floor);
      }
      entries.delete(victim);
      return victim;
    },
  };
}

function random(context: ReferenceContext): Reference {
  const used: number[] = [];
  const remove = (key: number) => {
    const last = used.pop()!;
    if (last !== key) used[used.indexOf(key)] = last;
  };
  return {
    insert: (key) => void used.push(key),
    hit: () => {},
    remove,
    evict: () => {
      let at = 0;
      for (let draw = 0; draw < 16 && used.length > 0; draw++) {
        at = Math.floor((context.random32() / 2 ** 32) * used.length);
        if (!context.pinned(used[at])) break;
      }
      const inTurn = [...used.slice(at), ...used.slice(0, at)];
      const victim = inTurn.find((key) => !context.pinned(key));
      if (victim === undefined) return null;
      remove(victim);
      return victim;
    },
  };
}

export const REFERENCE: Record<string, (context: ReferenceContext) => Reference> = {
  lru,
  fifo: (context) => lru(context, false),
  clock,
  sieve,
  lfu,
  's3-fifo': s3Fifo,
  'w-tinylfu': wTinyLfu,
  arc,
  gdsf: (context) => ranked(context, (_key, uses, size, cost, floor) => floor + uses * (cost / size), true),
  random,
  belady: (context) => ranked(context, (key) => -context.nextUse(key), false),
};
