import { describe, expect, it } from 'vitest';
import { bindingOf } from '../../src/study/binding.ts';
import { type PlanOptions, plan } from '../../src/study/plan.ts';
import { settingText } from '../../src/study/points.ts';
import { parseAxis } from '../../src/study/range.ts';
import { scenarioAt, WHOLE } from '../../src/study/search-space.ts';
import { fake, type Model, rateOf, smoke } from './fake-executor.ts';

const TTFT = { path: 'thresholds', value: ['ttft_ms_p99 < 2s'] };
const RATE = { path: 'population.rate', value: '300/s' };

/** Requests a second that one replica carries, by GPU. */
const CARRIES: Readonly<Record<string, number>> = { 'NVIDIA H100 SXM': 30, 'NVIDIA L40S': 12 };
const queue: Model = (scenario) => {
  const load = rateOf(scenario) / scenario.hardware.replicas / CARRIES[scenario.hardware.gpu.name];
  return { ttft_ms_p99: 2000 * load ** 4, queue_ms_mean: 2600 * load, e2el_ms_mean: 3000 * load, alone_ms_mean: 500 };
};

function search(axes: string[], model: Model = queue, change: Partial<PlanOptions> = {}) {
  const { simulated, trials } = fake(model);
  const found = plan({
    source: smoke([TTFT, RATE]),
    axes: axes.map(parseAxis),
    objective: 'usd_per_hour',
    smaller: WHOLE,
    width: 1,
    trials,
    ...change,
  });
  return { simulated, found };
}

describe('the cheapest configuration', () => {
  it('is found over GPUs and replicas, with the neighbours that fail and what they are short of', async () => {
    const { found, simulated } = search(['hardware.gpu=l40s,h100', 'hardware.replicas=2..32']);
    const { answer, candidates, failing } = await found;
    // 10 H100 at 3 USD against 25 (whole cells: 26) L40S at 1.9.
    expect(settingText(candidates[answer!].setting)).toBe('hardware.gpu=h100, hardware.replicas=12');
    expect(candidates[answer!].price).toBe(36);
    expect(candidates[answer!].how).toBe('whole');
    const neighbours = failing.map(({ candidate }) => settingText(candidates[candidate].setting));
    expect(neighbours).toContain('hardware.gpu=h100, hardware.replicas=10');
    for (const { candidate, binding } of failing) {
      expect(candidates[candidate].failing).toMatchObject([{ metric: 'ttft_ms_p99', ok: false }]);
      expect(candidates[candidate].price).toBeLessThanOrEqual(36);
      expect(binding!.resource).toMatch(/compute of the replicas/);
    }
    expect(simulated.length).toBeLessThan(16);
    // Everything cheaper is settled.
    expect(candidates.slice(0, answer!).every(({ state }) => state === 'fails')).toBe(true);
  });

  it('takes values of an axis without an order one by one', async () => {
    const model: Model = ({ serving }) => ({ ttft_ms_p99: serving.slots === 32 ? 100 : 5000 });
    const { answer, candidates } = await search(['serving.slots=8,16,32,64'], model).found;
    expect(settingText(candidates[answer!].setting)).toBe('serving.slots=32');
  });

  it('prefers what was written first among equally dear ones', async () => {
    const model: Model = ({ serving }) => ({ ttft_ms_p99: serving.tiers.host.capacity >= 40 * 2 ** 30 ? 100 : 5000 });
    const { answer, candidates, failing } = await search(['serving.tiers.host.capacity=8GiB..128GiB:8GiB'], model)
      .found;
    expect(settingText(candidates[answer!].setting)).toBe('serving.tiers.host.capacity=40GiB');
    expect(settingText(candidates[failing[0].candidate].setting)).toBe('serving.tiers.host.capacity=32GiB');
  });

  it('is confirmed whole where the search was on a smaller system', async () => {
    // The half is too hopeful by a tenth.
    const model: Model = (scenario) => {
      const { ttft_ms_p99 } = queue(scenario);
      return { ttft_ms_p99: scenario.hardware.cells === 1 ? ttft_ms_p99 * 0.6 : ttft_ms_p99 };
    };
    const { answer, candidates, failing, misled } = await search(['hardware.replicas=4..32:4'], model, {
      smaller: { scale: 2, set: [] },
      source: smoke([TTFT, { path: 'population.rate', value: '470/s' }]),
    }).found;
    expect(settingText(candidates[answer!].setting)).toBe('hardware.replicas=16');
    expect(candidates[answer!].how).toBe('whole');
    expect(candidates[failing[0].candidate].how).toBe('whole');
    expect(misled.length + candidates.filter(({ how }) => how === 'search').length).toBeGreaterThan(0);
  });

  it('does not exist where nothing meets the thresholds: the dearest failure is described', async () => {
    const { answer, failing, candidates } = await search(['hardware.replicas=2..8']).found;
    expect(answer).toBeNull();
    expect(settingText(candidates[failing[0].candidate].setting)).toBe('hardware.replicas=8');
  });

  it('leaves out what is no valid scenario, and says why', async () => {
    const { invalid, answer } = await search(['hardware.replicas=3,12']).found;
    expect(answer).toBe(0);
    expect(invalid).toHaveLength(1);
    expect(invalid[0].reason).toMatch(/cells|multiple/);
  });
});

describe('what binds', () => {
  const scenario = scenarioAt(smoke(), []);
  const base = { e2el_ms_mean: 10_000, alone_ms_mean: 1000, arrivals: 1000, cold_loads: 500, activations: 800 };
  it.each([
    ['KV cache memory', { queue_ms_mean: 8000, kv_utilisation: 0.97 }],
    ['places in the batch', { queue_ms_mean: 8000, running_mean: 1000 }],
    ['compute of the replicas', { queue_ms_mean: 8000, replica_utilisation: 1, step_share_base: 0.8 }],
    ['step time, most of it lora', { queue_ms_mean: 10, step_share_lora: 0.7 }],
    ['GPU slots', { adapter_wait_ms_mean: 8000, load_wait_slot_ms_mean: 9000, finished: 1000 }],
    // Loads take a second of each request's eight: the rest is spent behind slots that are in use.
    [
      'GPU slots',
      { adapter_wait_ms_mean: 8000, load_fetch_ms_mean: 2000, finished: 1000, gpu_active_adapters_mean: 250 },
    ],
    ['bandwidth of disks', { adapter_wait_ms_mean: 8000, load_fetch_ms_mean: 9000 }],
    ['loaders', { adapter_wait_ms_mean: 8000, load_queue_ms_mean: 9000, loads_in_flight_mean: 16 }],
    ['room for loads', { adapter_wait_ms_mean: 8000, load_queue_ms_mean: 9000, loads_in_flight_mean: 1 }],
  ])('%s', (resource, metrics) => {
    expect(bindingOf({ ...base, ...metrics }, scenario).resource).toContain(resource);
  });

  it('has shares of lost time that sum to one', () => {
    const { lost } = bindingOf({ ...base, queue_ms_mean: 3000, adapter_wait_ms_mean: 2000 }, scenario);
    expect(lost.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(lost[0].ms).toBe(4000);
  });
});
