/** Pinned entries: never victims, and not the reason why eviction becomes slow. */
import { describe, expect, it } from 'vitest';
import { EVICTION } from '../../../../src/sim/residency/eviction/index.ts';
import { bits32, draws, zipf } from '../traces.ts';

/** An array that counts how often it is read. */
function counted(length: number) {
  const reads = { count: 0 };
  const pins = new Proxy(new Uint16Array(length), {
    get(array, name) {
      reads.count++;
      return Reflect.get(array, name, array);
    },
    set: (array, name, value) => Reflect.set(array, name, value, array),
  });
  return { pins, reads };
}

/** In the tests with churn, every other slot is pinned. */
const pinnedSlot = (slot: number) => (slot & 1) === 0;

describe.each(Object.keys(EVICTION))('%s', (name) => {
  const create = (capacity: number, pins: Uint16Array) => {
    const entry = EVICTION[name];
    return entry.create(entry.params.parse({}), { capacity, pins, random32: bits32(7) });
  };

  it('returns −1 exactly where every entry is pinned, and recovers', () => {
    const pins = new Uint16Array(8).fill(1);
    const policy = create(8, pins);
    expect(policy.evict(99), 'empty').toBe(-1);
    for (let slot = 0; slot < 8; slot++) policy.insert(slot, slot, 1, 1);
    policy.hit(3);
    expect(policy.evict(99)).toBe(-1);
    pins[5] = 0;
    expect(policy.evict(99)).toBe(5);
    expect(policy.evict(99)).toBe(-1);
    pins.fill(0);
    const rest = Array.from({ length: 7 }, () => policy.evict(99)).sort();
    expect(rest).toEqual([0, 1, 2, 3, 4, 6, 7]);
    expect(policy.evict(99)).toBe(-1);
  });

  it('looks at few pinned entries an eviction while half of the tier is pinned', () => {
    const capacity = 512;
    const { pins, reads } = counted(capacity);
    const policy = create(capacity, pins);
    for (let slot = 0; slot < capacity; slot++) policy.insert(slot, slot, 1, 1);
    for (let slot = 0; slot < capacity; slot += 2) pins[slot] = 1;
    reads.count = 0;
    const evictions = 20_000;
    const keys = draws(zipf(5_000, 0.8), evictions, 1);
    for (let i = 0; i < evictions; i++) {
      const slot = policy.evict(capacity + keys[i]);
      if (pinnedSlot(slot)) throw new Error(`slot ${slot} is pinned`);
      policy.insert(slot, capacity + keys[i], 1, 1);
      if (i % 3 === 0) policy.hit(slot);
    }
    expect(reads.count / evictions).toBeLessThan(6);
  });

  it('does not search a list that is pinned throughout at every eviction', () => {
    const capacity = 4096;
    const { pins, reads } = counted(capacity);
    const policy = create(capacity, pins);
    for (let slot = 0; slot < capacity; slot++) policy.insert(slot, slot, 1, 1);
    // Used twice, then pinned: in T2, on probation, promoted or frequent, whichever the policy has.
    for (let slot = 0; slot < capacity; slot += 2) {
      policy.hit(slot);
      policy.hit(slot);
      pins[slot] = 1;
    }
    reads.count = 0;
    const evictions = 8_000;
    for (let i = 0; i < evictions; i++) {
      const slot = policy.evict(capacity + i);
      if (pinnedSlot(slot)) throw new Error(`slot ${slot} is pinned`);
      policy.insert(slot, capacity + i, 1, 1);
    }
    expect(reads.count / evictions).toBeLessThan(100);
  });
});
