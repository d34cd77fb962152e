import { describe, expect, it } from 'vitest';
import { PREFETCH } from '../../../../src/sim/residency/prefetch/index.ts';
import { draws, zipf } from '../traces.ts';

function create(
  name: string,
  params: Record<string, unknown> = {},
  options: { adapters?: number; hostCapacity?: number } = {},
) {
  const wishes: string[] = [];
  const resident = new Set<number>();
  const want = (tier: string) => (adapter: number) => {
    wishes.push(`${tier} ${adapter}`);
    if (resident.has(adapter)) return false;
    resident.add(adapter);
    return true;
  };
  const policy = PREFETCH[name].create(PREFETCH[name].params.parse(params), {
    adapters: options.adapters ?? 1000,
    hostCapacity: options.hostCapacity ?? 100,
    wantHost: want('host'),
    wantGpu: want('gpu'),
  });
  return { policy, wishes, resident };
}

const seconds = (s: number) => s * 1e9;

it('none asks for nothing and wants no timer', () => {
  const { policy, wishes } = create('none');
  policy.arrived(1, 0);
  policy.tick(0, 10);
  expect(policy.interval).toBe(Number.POSITIVE_INFINITY);
  expect(wishes).toEqual([]);
});

it('on-queue asks for the GPU at the arrival', () => {
  const { policy, wishes } = create('on-queue');
  policy.arrived(7, 5);
  expect(wishes).toEqual(['gpu 7']);
});

describe('popular', () => {
  it('asks for the most popular, best first, within the budget, and not again for what is there', () => {
    const { policy, wishes } = create('popular', { count: 3 });
    for (const adapter of [5, 5, 5, 9, 9, 4, 4, 4, 4, 1]) policy.arrived(adapter, 0);
    policy.tick(0, 2);
    expect(wishes).toEqual(['host 4', 'host 5']);
    wishes.length = 0;
    policy.tick(0, 2);
    // 4 and 5 are there and cost nothing; 9 is the third.
    expect(wishes).toEqual(['host 4', 'host 5', 'host 9']);
  });

  it('finds the heavy hitters of a long tail with few counters', () => {
    const { policy, resident } = create('popular', { count: 20 }, { adapters: 100_000 });
    for (const adapter of draws(zipf(100_000, 1), 100_000, 3)) policy.arrived(adapter, 0);
    policy.tick(0, 20);
    expect(resident.size).toBe(20);
    const head = [...resident].filter((adapter) => adapter < 20).length;
    expect(head).toBeGreaterThanOrEqual(17);
  });

  it('follows drift, because counts halve', () => {
    const { policy, wishes } = create('popular', { count: 1 });
    for (let i = 0; i < 64; i++) policy.arrived(1, 0);
    for (let round = 0; round < 4; round++) {
      policy.tick(0, 5);
      for (let i = 0; i < 16; i++) policy.arrived(2, 0);
    }
    policy.tick(0, 5);
    expect(wishes.at(0)).toBe('host 1');
    expect(wishes.at(-1)).toBe('host 2');
  });

  it('never keeps more than host memory holds', () => {
    const { policy, resident } = create('popular', { count: 50 }, { hostCapacity: 4 });
    for (let adapter = 0; adapter < 50; adapter++) policy.arrived(adapter, 0);
    policy.tick(0, 100);
    expect(resident.size).toBe(4);
  });
});

describe('history', () => {
  it('asks for an adapter shortly before its expected return, once', () => {
    const { policy, wishes } = create('history', { lead: '10s' });
    policy.arrived(3, seconds(0));
    policy.tick(seconds(50), 5);
    policy.arrived(3, seconds(100));
    // One gap of 100 s: expected at 200 s.
    policy.tick(seconds(150), 5);
    policy.tick(seconds(189), 5);
    expect(wishes).toEqual([]);
    policy.tick(seconds(190), 5);
    policy.tick(seconds(191), 5);
    expect(wishes).toEqual(['host 3']);
  });

  it('averages gaps with the weight of the latest', () => {
    const { policy, wishes } = create('history', { lead: 0, smoothing: '50%' });
    for (const at of [0, 100, 120]) policy.arrived(3, seconds(at));
    // Mean gap 100 + 0.5·(20 − 100) = 60 s: expected at 180 s.
    policy.tick(seconds(179), 5);
    expect(wishes).toEqual([]);
    policy.tick(seconds(180), 5);
    expect(wishes).toEqual(['host 3']);
  });

  it('soonest first within the budget; what is long overdue is dropped', () => {
    const { policy, wishes } = create('history', { lead: '10s' });
    for (const [adapter, gap] of [
      [1, 30],
      [2, 20],
      [3, 25],
      [4, 2],
    ]) {
      policy.arrived(adapter, seconds(0));
      policy.arrived(adapter, seconds(gap));
    }
    // Expected at 60, 40, 50 and 4 s.
    policy.tick(seconds(40), 2);
    expect(wishes).toEqual(['host 2', 'host 3']);
  });

  it('forgets the adapter it has not seen for longest', () => {
    const { policy, wishes } = create('history', { tracked: 1, lead: '1h' }, { hostCapacity: 2 });
    policy.arrived(1, seconds(0));
    policy.arrived(1, seconds(10));
    policy.arrived(2, seconds(11));
    policy.arrived(3, seconds(12));
    policy.arrived(2, seconds(13));
    policy.tick(seconds(14), 5);
    expect(wishes).toEqual(['host 2']);
  });
});
