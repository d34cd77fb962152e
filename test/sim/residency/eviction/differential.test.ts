/** Every policy against its slow twin: the same victims, one by one, under requests, pins, removals and mixed sizes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Future, nextUses } from '../../../../src/sim/residency/eviction/belady.ts';
import { EVICTION, OFFLINE_EVICTION } from '../../../../src/sim/residency/eviction/index.ts';
import { bits32 } from '../traces.ts';
import { REFERENCE } from './reference.ts';

const KEYS = 24;

interface Step {
  kind: 'request' | 'pin' | 'unpin' | 'remove';
  key: number;
}

/** Mostly requests, with a skew towards small keys so that there are hits. */
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...Array<'request'>(12).fill('request'), 'pin', 'unpin', 'unpin', 'remove'),
  key: fc.tuple(fc.nat(KEYS - 1), fc.nat(KEYS - 1)).map(([a, b]) => Math.min(a, b)),
});

interface Scenario {
  capacity: number;
  /** Sizes of the keys, in turn. */
  sizes: readonly number[];
  steps: Step[];
  seed: number;
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  capacity: fc.integer({ min: 1, max: 12 }),
  sizes: fc.oneof(fc.constant([1]), fc.constant([1, 2, 4])),
  steps: fc.array(step, { maxLength: 300, size: 'max' }),
  seed: fc.nat(),
});

/** Runs both side by side as a tier would, and returns both sequences of victims. */
function victims(name: string, params: Record<string, number>, { capacity, sizes, steps, seed }: Scenario) {
  const sizeOf = (key: number) => sizes[key % sizes.length];
  const requests = steps.filter(({ kind }) => kind === 'request').map(({ key }) => key);
  const future: Future = { position: 0, next: nextUses(Int32Array.from(requests), KEYS) };
  const pins = new Uint16Array(capacity);
  const context = { capacity, pins, random32: bits32(seed) };
  const offline = OFFLINE_EVICTION[name];
  const policy = offline
    ? offline.create(offline.params.parse(params), context, future)
    : EVICTION[name].create(EVICTION[name].params.parse(params), context);
  const slotOf = new Map<number, number>();
  const keyOf = new Map<number, number>();
  const reference = REFERENCE[name]({
    capacity,
    params,
    pinned: (key) => pins[slotOf.get(key)!] > 0,
    random32: bits32(seed),
    nextUse: (key) => {
      const at = requests.indexOf(key, future.position + 1);
      return at === -1 ? requests.length : at;
    },
  });
  const free = Array.from({ length: capacity }, (_, i) => capacity - 1 - i);
  let used = 0;
  const actual: number[] = [];
  const expected: (number | null)[] = [];
  const vacate = (key: number) => {
    const slot = slotOf.get(key)!;
    slotOf.delete(key);
    keyOf.delete(slot);
    free.push(slot);
    used -= sizeOf(key);
  };

  let position = -1;
  for (const { kind, key } of steps) {
    const slot = slotOf.get(key);
    if (kind === 'request') future.position = ++position;
    if (kind === 'pin' && slot !== undefined) pins[slot]++;
    if (kind === 'unpin' && slot !== undefined && pins[slot] > 0) pins[slot]--;
    if (kind === 'remove' && slot !== undefined && pins[slot] === 0) {
      policy.remove(slot);
      reference.remove(key);
      vacate(key);
    }
    if (kind !== 'request') continue;
    if (slot !== undefined) {
      policy.hit(slot);
      reference.hit(key);
      continue;
    }
    let stored = sizeOf(key) <= capacity;
    while (stored && used + sizeOf(key) > capacity) {
      const victim = policy.evict(key);
      const victimKey = victim === -1 ? null : keyOf.get(victim)!;
      actual.push(victimKey ?? -1);
      expected.push(reference.evict(key) ?? -1);
      if (victimKey !== expected.at(-1) && !(victimKey === null && expected.at(-1) === -1)) return { actual, expected };
      if (victim === -1) stored = false;
      else {
        expect(pins[victim], 'a pinned entry was evicted').toBe(0);
        vacate(victimKey!);
      }
    }
    if (!stored) continue;
    const taken = free.pop()!;
    slotOf.set(key, taken);
    keyOf.set(taken, key);
    used += sizeOf(key);
    policy.insert(taken, key, sizeOf(key), 1 + (key % 3));
    reference.insert(key, sizeOf(key), 1 + (key % 3));
  }
  return { actual, expected };
}

const cases: [string, Record<string, number>][] = [
  ...Object.keys(REFERENCE).map((name): [string, Record<string, number>] => [name, {}]),
  ['s3-fifo', { small: 0.4 }],
  ['w-tinylfu', { window: 0.3 }],
];

describe.each(cases)('%s %j', (name, params) => {
  it('evicts what its plain version evicts', () => {
    fc.assert(
      fc.property(scenario, (input) => {
        const { actual, expected } = victims(name, params, input);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});

it('every policy has a plain version', () => {
  const policies = [...Object.keys(EVICTION), ...Object.keys(OFFLINE_EVICTION)];
  expect(Object.keys(REFERENCE).sort()).toEqual(policies.sort());
});
